"""Packs all frames of a config's data set into one file, and verifies it.

    tgdfer data pack tgdfer_dfew data/DFEW/clip_224x224.pack
    tgdfer train tgdfer_dfew --pack data/DFEW/clip_224x224.pack

After a stop the same command goes on. Frames are kept as they are on disk; --raw
decodes them. --verify compares every clip of a file that was written before with its
hash and with the folder.
"""

from argparse import ArgumentParser, Namespace


def add_arguments(parser: ArgumentParser) -> None:
    """Adds the options."""
    parser.add_argument(
        'config',
        help='config whose data set is packed: a file, or the name of a shipped one',
    )
    parser.add_argument('file', help='file to write, or to verify')
    parser.add_argument(
        '--raw',
        action='store_true',
        help='store the frames decoded, in a larger file',
    )
    parser.add_argument(
        '--verify', action='store_true', help='write nothing, only check the file'
    )


def run(args: Namespace) -> int:
    """Packs, then reads everything back."""
    from tgdfer_mm.commands.data_pack import run as work

    return work(args)
