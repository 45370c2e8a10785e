"""Fetches a model for videos, checks it, and keeps it in the platform's cache folder.

tgdfer models get fer2013-xception
"""

from argparse import ArgumentParser, Namespace


def add_arguments(parser: ArgumentParser) -> None:
    """Adds the options."""
    parser.add_argument('name', help='as `tgdfer models` lists it')
    parser.add_argument(
        '--file', help='a file that was fetched by hand, in the place of the download'
    )
    parser.add_argument(
        '--fold', type=int, help='the fold that a checkpoint of a data set is of'
    )


def run(args: Namespace) -> int:
    """Fetches it."""
    from tgdfer_mm.commands.models_get import run as work

    return work(args)
