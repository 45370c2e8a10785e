"""Trains and tests all folds with several seeds, and averages their results.

    tgdfer folds tgdfer_dfew --folds 1-5 --seeds 0-2

Run it again to go on after an interruption: finished runs are skipped. Started several
times, e.g. with another CUDA_VISIBLE_DEVICES each, the processes share the runs.
Options after `--` go to `tgdfer train`.

    tgdfer folds tgdfer_cremad tgdfer_ravdess --on cremad ravdess mafw

also tests each training on other data sets: one table, trained on the rows, tested on
the columns, in the classes that both data sets have.
"""

from argparse import ArgumentParser, Namespace

from .common import DATASETS, add_recipe_arguments, add_settings, at_least, load_alone

PASSES_ON = True  # what follows `--`, as `extra`


def add_arguments(parser: ArgumentParser) -> None:
    """Adds the options."""
    parser.add_argument(
        'config',
        nargs='+',
        help='config file, or the name of a shipped one; several only with --on',
    )
    parser.add_argument(
        '--on',
        nargs='+',
        choices=DATASETS,
        default=[],
        metavar='DATASET',
        help='also test on all test clips of these data sets, in the classes that both '
        f'have, and write one table: {", ".join(DATASETS)}',
    )
    add_recipe_arguments(parser, 'folds')
    parser.add_argument('--folds', help='folds, such as 1-5 or 1,3; without it all')
    parser.add_argument('--seeds', default='0', help='random seeds, such as 0-2 or 0,7')
    parser.add_argument(
        '--selection',
        choices=load_alone('recipe/recipe.py').RULES,
        help='epoch whose checkpoint is the result, see `tgdfer train --help`; without '
        "it the config's",
    )
    parser.add_argument(
        '--work-dir',
        help='folder of all runs; without it work_dirs/<config>_<rule>; with several '
        'configs the folder above theirs',
    )
    parser.add_argument(
        '--launcher',
        choices=['none', 'pytorch', 'slurm'],
        default='none',
        help='starts each run in several processes, with torchrun or Slurm',
    )
    parser.add_argument(
        '--gpus', type=at_least(1), help='processes of each run, with a --launcher'
    )
    parser.add_argument('--partition', help='partition of Slurm')
    add_settings(
        parser, '--cfg-options', 'change these settings of the config, as key=value'
    )


def run(args: Namespace) -> int:
    """Runs the protocol."""
    from tgdfer_mm.commands.folds import run as work

    return work(args)
