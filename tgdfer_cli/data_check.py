"""Checks a copy of a data set, or your own clips: is it whole?

tgdfer data check dfew data/DFEW
tgdfer data check own data/mine

Exits with 1 if something was found that changes a published number, with 2 if nothing
could be checked.
"""

from argparse import ArgumentParser, Namespace

from .common import COUNTS, DATASETS


def add_arguments(parser: ArgumentParser) -> None:
    """Adds the options."""
    parser.add_argument('dataset', choices=[*DATASETS, 'own'])
    parser.add_argument('root', help='root folder of the data set; own: or a list')
    parser.add_argument('--media', default='frames', choices=['frames', 'videos'])
    parser.add_argument('--pixel-version', help='by default the first one there')
    parser.add_argument('--media-dir', help='its folder, if under no known name')
    parser.add_argument(
        '--counts',
        default='auto',
        choices=COUNTS,
        help='what to hold the counts against: published ones, none (for a part of '
        'the data), or auto: published, but for generated data their own',
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
        help='number of the first class in the lists, where they do not show it',
    )
    parser.add_argument(
        '--list-order',
        metavar='NAME',
        help='order of the classes in the lists of another project, where they do not '
        "show it: 'own', 'alphabetical' or, for MAFW, 'dfer_clip'",
    )
    parser.add_argument('--deep', action='store_true', help='decode every frame')
    parser.add_argument('--json', metavar='FILE', help='write the report there too')


def run(args: Namespace) -> int:
    """Checks."""
    from tgdfer_mm.commands.data_check import run as work

    return work(args)
