"""Trains what a config describes, on one process or several.

tgdfer train tgdfer_demo
"""

from argparse import ArgumentParser, Namespace

from .common import add_common_arguments, add_recipe_arguments


def add_arguments(parser: ArgumentParser) -> None:
    """Adds the command's options."""
    parser.add_argument('config', help='the config file, or the name of a shipped one')
    add_common_arguments(parser)
    add_recipe_arguments(parser, 'train')
    parser.add_argument(
        '--resume',
        nargs='?',
        const='auto',
        help='go on from a checkpoint; without a file from the newest one in the work '
        'folder that loads',
    )
    parser.add_argument(
        '--amp',
        action='store_true',
        help='mixed precision whatever the config says: bf16, or fp16 if the GPU has '
        'no bf16',
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


def run(args: Namespace) -> int:
    """Trains."""
    from tgdfer_mm.commands.train import run as work

    return work(args)
