"""Tests a checkpoint of a config.

tgdfer test tgdfer_demo work_dirs/tgdfer_demo/fold1/epoch_3.pth
"""

from argparse import ArgumentParser, Namespace

from .common import add_common_arguments, add_recipe_arguments, load_alone


def add_arguments(parser: ArgumentParser) -> None:
    """Adds the command's options."""
    parser.add_argument('config', help='config file, or the name of a shipped one')
    parser.add_argument('checkpoint', help='checkpoint file')
    add_common_arguments(parser)
    add_recipe_arguments(parser, 'test')
    modes = load_alone('recipe/recipe.py').PERTURBATIONS
    parser.add_argument(
        '--perturb-time',
        nargs='+',
        choices=[*modes, 'all'],
        metavar='MODE',
        help='after the test itself, test with the frames in another order or at '
        f'another rate: {", ".join(modes)}, or all; the differences are printed and '
        'written to temporal_sensitivity.json in the work folder',
    )


def run(args: Namespace) -> int:
    """Tests."""
    from tgdfer_mm.commands.test import run as work

    return work(args)
