"""Trains what a config describes, on one process or several.

tgdfer train tgdfer_demo
"""

from argparse import ArgumentParser, Namespace

from .common import RULES, add_common_arguments, add_feature_arguments


def add_arguments(parser: ArgumentParser) -> None:
    """Adds the options."""
    parser.add_argument('config', help='the config file')
    add_common_arguments(parser)
    parser.add_argument(
        '--resume',
        nargs='?',
        const='auto',
        help='go on from a checkpoint; without a file from the newest one in the work '
        'folder that loads',
    )
    parser.add_argument(
        '--selection',
        choices=RULES,
        help='which epoch is the result: the last one, the best one on a part cut off '
        'the training fold, or the best one on the test clips (as in the literature); '
        "without it the config's",
    )
    parser.add_argument(
        '--amp',
        action='store_true',
        help='mixed precision whatever the config says: bf16, or fp16 if the GPU has '
        'no bf16',
    )
    parser.add_argument(
        '--no-validate', action='store_true', help='do not evaluate between epochs'
    )
    parser.add_argument(
        '--auto-scale-lr',
        action='store_true',
        help='scale the learning rate with the real batch size',
    )
    parser.add_argument('--seed', type=int, help='random seed')
    parser.add_argument(
        '--diff-rank-seed', action='store_true', help='another seed on every rank'
    )
    parser.add_argument(
        '--deterministic', action='store_true', help='deterministic CUDA kernels only'
    )
    parser.add_argument(
        '--augment-on-device',
        action='store_true',
        help='let loaders only decode; crop, resize and flip where the model is',
    )
    parser.add_argument(
        '--pack',
        metavar='FILE',
        help='read the frames from a file that `tgdfer data pack` has made',
    )
    parser.add_argument(
        '--resident',
        action='store_true',
        help='keep all frames of a raw --pack on the device',
    )
    parser.add_argument(
        '--cache-features',
        metavar='DIR',
        help='compute the features of the frozen tower once, keep them there, and '
        'train on them',
    )
    add_feature_arguments(parser)


def run(args: Namespace) -> int:
    """Trains."""
    from tgdfer_mm.commands.train import run as work

    return work(args)
