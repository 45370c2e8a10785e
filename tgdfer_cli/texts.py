"""Says which of your texts are nearly the same to a model, without a video.

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
        help='as for `tgdfer infer --texts`: one a class, or one JSON file',
    )
    add_model_choice(parser)
    parser.add_argument(
        '--near', type=float, default=0.95, help='cosine from which on they are named'
    )


def run(args: Namespace) -> int:
    """Compares them."""
    from tgdfer_mm.commands.texts import run as work

    return work(args)
