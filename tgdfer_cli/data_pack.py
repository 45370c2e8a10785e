"""Packs all frames of a config's data set into one file, and verifies it.

    tgdfer data pack tgdfer_dfew data/DFEW/clip_224x224.pack
    tgdfer train tgdfer_dfew --pack data/DFEW/clip_224x224.pack

Killed, run it again: it goes on. Frames are kept as they are on disk; --raw decodes
them. Of a file that is there already, --verify compares every clip with its hash and
with the folder.
"""

from argparse import ArgumentParser, Namespace


def add_arguments(parser: ArgumentParser) -> None:
    """Adds the options."""
    parser.add_argument('config', help='a config whose data set is to be packed')
    parser.add_argument('file', help='the file to write, or to verify')
    parser.add_argument('--raw', action='store_true', help='decode the frames')
    parser.add_argument(
        '--verify', action='store_true', help='write nothing, look at the file again'
    )


def run(args: Namespace) -> int:
    """Packs, then reads everything back."""
    from tgdfer_mm.commands.data_pack import run as work

    return work(args)
