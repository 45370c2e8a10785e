"""Fits a temperature, so that scores tell how often a model is right.

    tgdfer calibrate work_dirs/tgdfer_own --test
    tgdfer calibrate tgdfer_cremad --checkpoint best_epoch_9.pth

It is fitted to the people whom a training with `--selection val` has set aside, and
lies next to the checkpoint, where infer, app, export and publish find it.
"""

from argparse import ArgumentParser, Namespace

from .common import add_loading_arguments, add_settings


def add_arguments(parser: ArgumentParser) -> None:
    """Adds the options."""
    parser.add_argument('config', help='work folder of a training, or its config')
    parser.add_argument(
        '--checkpoint', help='file of the weights, if CONFIG is a config'
    )
    parser.add_argument(
        '--test', action='store_true', help='also measure it on the test clips'
    )
    parser.add_argument(
        '--fold',
        type=int,
        help='fold of the data set; without it the one that the checkpoint names',
    )
    add_settings(
        parser, '--cfg-options', 'change these settings of the config, as key=value'
    )
    add_loading_arguments(parser, 'the config')
    parser.set_defaults(work_dir=None, launcher='none', local_rank=0)


def run(args: Namespace) -> int:
    """Calibrates."""
    from tgdfer_mm.commands.calibrate import run as work

    return work(args)
