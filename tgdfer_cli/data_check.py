"""Checks whether a copy of a data set, or a folder of your own clips, is complete.

tgdfer data check dfew data/DFEW
tgdfer data check own data/mine

Exits with 1 if something was found that changes a published number, with 2 if nothing
could be checked.
"""

from argparse import ArgumentParser, Namespace

from .common import COUNTS, DATASETS


def add_arguments(parser: ArgumentParser) -> None:
    """Adds the options."""
    parser.add_argument(
        'dataset', choices=[*DATASETS, 'own'], help='data set, or own: your own clips'
    )
    parser.add_argument(
        'root', help='root folder of the data set; for own also a list of clips'
    )
    parser.add_argument(
        '--media',
        default='frames',
        choices=['frames', 'videos'],
        help='whether to check the folders of frames or the video files',
    )
    parser.add_argument(
        '--pixel-version',
        help='rendition of the clips, see docs/data.md; without it the first one that '
        'is there',
    )
    parser.add_argument(
        '--media-dir',
        help='folder of the clips below ROOT, if it has another name than usual',
    )
    parser.add_argument(
        '--counts',
        default='auto',
        choices=COUNTS,
        help='counts of clips to expect: the published ones, none (for a part of the '
        'data), or auto: for drawn data the counts in their files, else the published',
    )
    parser.add_argument(
        '--split-file',
        metavar='PATTERN',
        help='lists of your own or of another project, with {subset} and {fold} in '
        "their path, e.g. 'annotation/DFEW_set_{fold}_{subset}.txt'",
    )
    parser.add_argument(
        '--label-base',
        type=int,
        choices=[0, 1],
        help='number of the first class in the lists, if they do not show it',
    )
    parser.add_argument(
        '--list-order',
        metavar='NAME',
        help='order of the classes in the lists of another project, if they do not '
        "show it: 'own', 'alphabetical' or, for MAFW, 'dfer_clip'",
    )
    parser.add_argument(
        '--deep', action='store_true', help='also decode every frame (slow)'
    )
    parser.add_argument(
        '--json', metavar='FILE', help='also write the report to this file, as JSON'
    )


def run(args: Namespace) -> int:
    """Checks."""
    from tgdfer_mm.commands.data_check import run as work

    return work(args)
