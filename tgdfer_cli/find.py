"""Finds moments in videos by words, in features that are kept from the first time on.

tgdfer find FOLDER "a smile | lip corners pulled up" --model clip --out found/
tgdfer find FOLDER                          # only reads what is not read yet
"""

from argparse import ArgumentParser, Namespace

from .common import add_model_arguments, at_least

_CODES = """
exit codes: as those of `tgdfer infer`; a video that cannot be read is a line of its
own, and the others are searched. What was read is kept: a second call reads nothing
again but what has changed, or what another model or other settings need."""


def add_arguments(parser: ArgumentParser) -> None:
    """Adds the options."""
    parser.epilog = _CODES
    parser.add_argument('folder', help='of videos, however deep, or one video')
    parser.add_argument(
        'texts',
        nargs='*',
        help='what to look for, each by itself; "|" divides phrasings of one thing; '
        'FILE.json has classes and their texts',
    )
    parser.add_argument(
        '--not', dest='contrast', metavar='TEXT', help='what it must not look like'
    )
    parser.add_argument(
        '--count', type=at_least(1), default=10, help='moments of each text'
    )
    parser.add_argument('--out', help='folder for moments.csv, .jsonl and .html')
    parser.add_argument(
        '--results', default='out', help='of `tgdfer infer --out`, to link its pages'
    )
    add_model_arguments(parser)
    parser.add_argument(
        '--index', help='folder of the features (default FOLDER/.tgdfer_index)'
    )
    parser.add_argument(
        '--step', type=float, default=0.2, help='seconds between kept frames of a face'
    )
    parser.add_argument(
        '--no-read', action='store_true', help='search only what was read before'
    )


def run(args: Namespace) -> int:
    """Searches."""
    from tgdfer_mm.apis.search.command import run as work

    return work(args)
