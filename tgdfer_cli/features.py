"""Computes and saves the features of a config's frozen tower, for all folds.

    tgdfer features tgdfer_dfew features \\
        --cfg-options model.backbone.frozen_stages=all --views 4

`tgdfer train --cache-features features` then trains on them, with the same options.
"""

from argparse import ArgumentParser, Namespace

from .common import add_common_arguments, add_recipe_arguments, at_least


def add_arguments(parser: ArgumentParser) -> None:
    """Adds the options."""
    parser.add_argument('config', help='config file, or the name of a shipped one')
    parser.add_argument('folder', help='folder for the features')
    parser.add_argument(
        '--batch', type=at_least(1), default=64, help='frames in a batch'
    )
    parser.add_argument(
        '--workers',
        type=at_least(0),
        default=0,
        help='number of processes that read frames; 0: this one does',
    )
    parser.add_argument(
        '--device',
        help='cpu, cuda, cuda:1 ...; without it cuda if there is one, else cpu',
    )
    add_recipe_arguments(parser, 'features')
    add_common_arguments(parser)


def run(args: Namespace) -> int:
    """Computes, and prints where the features are."""
    from tgdfer_mm.commands.features import run as work

    return work(args)
