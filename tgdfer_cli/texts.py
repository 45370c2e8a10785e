"""Tells which of your texts a model can hardly tell apart, without a video.

tgdfer texts "a broad smile" "a wide grin" "a frown" --model clip
"""

from argparse import ArgumentParser, Namespace

from .common import add_model_choice


def add_arguments(parser: ArgumentParser) -> None:
    """Adds the options."""
    parser.add_argument(
        'texts',
        nargs='+',
        metavar='TEXT',
        help='texts as for `tgdfer infer --texts`: one for each class, or a JSON file',
    )
    add_model_choice(parser)
    parser.add_argument(
        '--near',
        type=float,
        default=0.95,
        help='name pairs of texts whose cosine is at least this, -1 to 1',
    )


def run(args: Namespace) -> int:
    """Compares them."""
    from tgdfer_mm.commands.texts import run as work

    return work(args)
