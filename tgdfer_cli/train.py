"""Trains the model that a config describes, in one process or several.

tgdfer train tgdfer_demo
"""

from argparse import ArgumentParser, Namespace

from .common import add_common_arguments, add_recipe_arguments


def add_arguments(parser: ArgumentParser) -> None:
    """Adds the command's options."""
    parser.add_argument('config', help='config file, or the name of a shipped one')
    add_common_arguments(parser)
    add_recipe_arguments(parser, 'train')
    parser.add_argument(
        '--resume',
        nargs='?',
        const='auto',
        help='go on from this checkpoint; without a file name, from the newest in the '
        'work folder that can be loaded',
    )
    parser.add_argument(
        '--amp',
        action='store_true',
        help='train in mixed precision, also if the config says otherwise: bf16, or '
        'fp16 if the GPU has no bf16',
    )
    parser.add_argument(
        '--auto-scale-lr',
        action='store_true',
        help='scale the learning rate to the real batch size',
    )
    parser.add_argument(
        '--seed',
        type=int,
        help='random seed; without it the one of the config, which is 0 in ours',
    )
    parser.add_argument(
        '--diff-rank-seed', action='store_true', help='give every process another seed'
    )
    parser.add_argument(
        '--deterministic',
        action='store_true',
        help='use only deterministic CUDA kernels (slower)',
    )


def run(args: Namespace) -> int:
    """Trains."""
    from tgdfer_mm.commands.train import run as work

    return work(args)
