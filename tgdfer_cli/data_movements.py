"""Writes captions of clips out of measured action units, in words of a lexicon.

    tgdfer data movements openface_csv/ captions.csv

Reads tables of py-feat, OpenFace or MediaPipe's blendshapes, or plain ones with the
columns clip, frame, AU1, AU2 and so on: a row for each frame (docs/movements.md). The
file that it writes is one for `AttachCaptions`.
"""

from argparse import ArgumentParser, Namespace

from .common import at_least


def add_arguments(parser: ArgumentParser) -> None:
    """Adds the options."""
    parser.add_argument('values', help='a table, or a folder with one for each clip')
    parser.add_argument('out', help='the file to write, .csv')
    parser.add_argument(
        '--most', type=at_least(1), default=5, help='movements of a clip (default 5)'
    )
    parser.add_argument(
        '--times', action='store_true', help='sentences with onset, apex and offset'
    )
    parser.add_argument('--lexicon', help='file of other words')
    parser.add_argument(
        '--confidence',
        type=float,
        default=0.5,
        help='least confidence of the face, where the table tells it (default 0.5)',
    )


def run(args: Namespace) -> int:
    """Writes the captions."""
    from tgdfer_mm.commands.data_movements import run as work

    return work(args)
