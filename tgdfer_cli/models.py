"""Lists the models for videos: their classes, licence, and whether they are here.

tgdfer models
tgdfer models --default fer2013-xception
"""

from argparse import ArgumentParser, Namespace


def add_arguments(parser: ArgumentParser) -> None:
    """Adds the options."""
    parser.epilog = '`tgdfer models get NAME` fetches a model.'
    parser.add_argument(
        '--default',
        metavar='NAME',
        help='use this model from now on if a command has no --model',
    )


def run(args: Namespace) -> int:
    """Lists them, or keeps the choice."""
    from tgdfer_mm.commands.models import run as work

    return work(args)
