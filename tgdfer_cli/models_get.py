"""Fetches a model for videos, checks it, and keeps it in the cache folder.

tgdfer models get fer2013-xception
"""

from argparse import ArgumentParser, Namespace


def add_arguments(parser: ArgumentParser) -> None:
    """Adds the options."""
    parser.add_argument('name', help='name of the model, as `tgdfer models` lists it')
    parser.add_argument(
        '--file',
        help='use this file, which you fetched yourself, instead of a download',
    )
    parser.add_argument(
        '--fold',
        type=int,
        help='fold of the data set on which the checkpoint was trained',
    )


def run(args: Namespace) -> int:
    """Fetches it."""
    from tgdfer_mm.commands.models_get import run as work

    return work(args)
