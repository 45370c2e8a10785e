"""Searches for better settings of a config with Optuna; each trial is a training.

    pip install "tgdfer_mm[sweep]"
    tgdfer sweep tgdfer_synth synth --trials 20

A trial trains on a part of the training clips and is judged by its UAR on the others,
after its last epoch. The test clips are not looked at. The same command continues where
it was interrupted. docs/sweep.md says more.
"""

from argparse import ArgumentParser, Namespace

from .common import at_least


def add_arguments(parser: ArgumentParser) -> None:
    """Adds the options."""
    parser.add_argument('config', help='config file, or the name of a shipped one')
    parser.add_argument(
        'space',
        help='file *.json of the settings that are fixed and those that are searched; '
        'synth is the shipped one for drawn faces',
    )
    parser.add_argument(
        '--trials',
        type=at_least(1),
        default=20,
        help='number of trials, with those of earlier calls',
    )
    parser.add_argument('--out', default='work_dirs/sweep', help='folder for the sweep')
    parser.add_argument(
        '--val-part',
        type=float,
        default=0.25,
        help='share of the training clips to validate on',
    )
    parser.add_argument(
        '--seed',
        type=at_least(0),
        default=0,
        help='random seed of the search and of the trainings',
    )


def run(args: Namespace) -> int:
    """Searches."""
    from tgdfer_mm.commands.sweep import run as work

    return work(args)
