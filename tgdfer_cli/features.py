"""Computes the features of a config's frozen tower, for all folds.

    tgdfer features tgdfer_dfew features \\
        --cfg-options model.backbone.frozen_stages=all --views 4

`tgdfer train --cache-features features` then trains on them, with the same options.
"""

from argparse import ArgumentParser, Namespace

from .common import add_common_arguments, add_recipe_arguments, at_least


def add_arguments(parser: ArgumentParser) -> None:
    """Adds the options."""
    parser.add_argument('config', help='the config file, or the name of a shipped one')
    parser.add_argument('folder', help='where caches are kept')
    parser.add_argument(
        '--batch', type=at_least(1), default=64, help='frames at a time'
    )
    parser.add_argument(
        '--workers', type=at_least(0), default=0, help='processes that read'
    )
    parser.add_argument('--device', help='where the tower runs')
    add_recipe_arguments(parser, 'features')
    add_common_arguments(parser)


def run(args: Namespace) -> int:
    """Computes, and prints where the features are."""
    from tgdfer_mm.commands.features import run as work

    return work(args)
