"""Writes a checkpoint's weights as a small file and prints its hash.

tgdfer publish work_dirs/tgdfer_demo/fold1/epoch_4.pth out.safetensors
"""

from argparse import ArgumentParser, Namespace


def add_arguments(parser: ArgumentParser) -> None:
    """Adds the options."""
    parser.add_argument('checkpoint')
    parser.add_argument('out', help='*.safetensors')
    parser.add_argument('--command', default='', help='how the checkpoint was made')


def run(args: Namespace) -> int:
    """Publishes."""
    from tgdfer_mm.commands.publish import run as work

    return work(args)
