"""Finds moments in videos by words; keeps the features for the next search.

tgdfer find FOLDER "a smile | lip corners pulled up" --model clip --out found/
tgdfer find FOLDER                          # only reads new videos
"""

from argparse import ArgumentParser, Namespace

from .common import add_model_arguments, at_least

_CODES = """
exit codes: as those of `tgdfer infer`. A video that cannot be read gets a line of its
own, and the others are searched. What was read is kept: a second call reads a video
again only if it has changed, or if another model or other settings need it."""


def add_arguments(parser: ArgumentParser) -> None:
    """Adds the options."""
    parser.epilog = _CODES
    parser.add_argument(
        'folder', help='folder of videos, also in folders below it, or one video'
    )
    parser.add_argument(
        'texts',
        nargs='*',
        help='what to find; each text is searched for by itself; write "|" between '
        'phrasings of one thing; or FILE.json with classes and their texts',
    )
    parser.add_argument(
        '--not',
        dest='contrast',
        metavar='TEXT',
        help='what a moment must not look like',
    )
    parser.add_argument(
        '--count', type=at_least(1), default=10, help='number of moments for each text'
    )
    parser.add_argument(
        '--out',
        help='folder for moments.csv, .jsonl and .html; without it none is written',
    )
    parser.add_argument(
        '--results',
        default='out',
        help='folder of `tgdfer infer --out`: its pages are linked',
    )
    add_model_arguments(parser)
    parser.add_argument(
        '--index', help='folder of the features; without it FOLDER/.tgdfer_index'
    )
    parser.add_argument(
        '--step', type=float, default=0.2, help='seconds between kept frames of a face'
    )
    parser.add_argument(
        '--no-read',
        action='store_true',
        help='read no video, search only in those that were read before',
    )


def run(args: Namespace) -> int:
    """Searches."""
    from tgdfer_mm.apis.search.command import run as work

    return work(args)
