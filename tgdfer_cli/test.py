"""Tests a checkpoint on the test clips of a config.

tgdfer test tgdfer_demo CHECKPOINT
"""

from argparse import ArgumentParser, Namespace

from .common import add_common_arguments

PERTURBATIONS = ('shuffled', 'reversed', 'frozen', 'half_rate')


def add_arguments(parser: ArgumentParser) -> None:
    """Adds the options."""
    parser.add_argument('config', help='the config file')
    parser.add_argument('checkpoint', help='the checkpoint file')
    add_common_arguments(parser)
    parser.add_argument(
        '--dump',
        metavar='FILE.pkl',
        help='pickle the predictions, and write them as predictions.jsonl beside it',
    )
    parser.add_argument(
        '--on',
        metavar='DATASET',
        help='test on another data set than the one trained on: dfew, ferv39k or mafw; '
        'its classes are matched by the label maps in tgdfer_mm/datasets/label_maps',
    )
    parser.add_argument(
        '--perturb-time',
        nargs='+',
        choices=[*PERTURBATIONS, 'all'],
        metavar='MODE',
        help='after the test itself, test with the frames in another order or at '
        f'another rate: {", ".join(PERTURBATIONS)}, or all; the differences are '
        'printed and written to temporal_sensitivity.json in the work folder',
    )


def run(args: Namespace) -> int:
    """Tests."""
    from tgdfer_mm.commands.test import run as work

    return work(args)
