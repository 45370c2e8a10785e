"""Writes captions of clips from measured action units, in the words of a lexicon.

    tgdfer data movements openface_csv/ captions.csv

Reads tables of py-feat, OpenFace or MediaPipe's blendshapes, or plain ones with the
columns clip, frame, AU1, AU2 and so on: a row for each frame (docs/movements.md). The
file that it writes can be read by `AttachCaptions`.
"""

from argparse import ArgumentParser, Namespace

from .common import at_least


def add_arguments(parser: ArgumentParser) -> None:
    """Adds the options."""
    parser.add_argument(
        'values',
        help='a table of action units, or a folder with one table for each clip',
    )
    parser.add_argument('out', help='file to write, *.csv')
    parser.add_argument(
        '--most',
        type=at_least(1),
        default=5,
        help='largest number of movements in a caption',
    )
    parser.add_argument(
        '--times',
        action='store_true',
        help='write sentences with onset, apex and offset of each movement',
    )
    parser.add_argument(
        '--lexicon',
        help='JSON file of other words; without it the words of this package',
    )
    parser.add_argument(
        '--confidence',
        type=float,
        default=0.5,
        help='least confidence in the face of a frame, 0 to 1, if the table has it',
    )


def run(args: Namespace) -> int:
    """Writes the captions."""
    from tgdfer_mm.commands.data_movements import run as work

    return work(args)
