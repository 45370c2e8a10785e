"""Lists the models for videos: what each knows, its licence, and whether it is here.

tgdfer models
tgdfer models --default fer2013-xception
"""

from argparse import ArgumentParser, Namespace


def add_arguments(parser: ArgumentParser) -> None:
    """Adds the options."""
    parser.epilog = '`tgdfer models get NAME` fetches one.'
    parser.add_argument(
        '--default',
        metavar='NAME',
        help='use this one from now on where no --model is given',
    )


def run(args: Namespace) -> int:
    """Lists them, or keeps the choice."""
    from tgdfer_mm.commands.models import run as work

    return work(args)
