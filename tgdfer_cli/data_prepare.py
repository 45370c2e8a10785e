"""Unpacks the authors' archives into a tree that the configs find, and checks it.

tgdfer data prepare dfew downloads/ data/DFEW --password-file ~/dfew.txt

A password is asked for if it is needed. Killed, run it again: it goes on.
"""

from argparse import ArgumentParser, Namespace

from .common import COUNTS, DATASETS, at_least

# Abbreviated, --password would name a file and print a password as one.
ALLOW_ABBREV = False

# What no archive of these data sets comes near to.
LIMITS = (
    ('--max-depth', 4, 'archives inside each other'),
    ('--max-files', 5_000_000, 'entries of all archives'),
    ('--max-gb', 500, 'gigabytes of all archives, unpacked'),
    ('--max-ratio', 200, 'how many times its size an archive may unpack to'),
)


def add_arguments(parser: ArgumentParser) -> None:
    """Adds the options."""
    parser.add_argument('dataset', choices=DATASETS)
    parser.add_argument('sources', nargs='+', help='zip files, or folders of them')
    parser.add_argument('root', help='root folder of the data set to fill')
    parser.add_argument(
        '--password-file', help='its first line is the password; else you are asked'
    )
    for name, default, what in LIMITS:
        parser.add_argument(name, type=at_least(1), default=default, help=what)
    own = parser.add_mutually_exclusive_group()
    own.add_argument(
        '--faces-from-videos',
        metavar='DIR',
        help='also make clips of the faces in the videos there, below the root, as '
        "`tgdfer data faces` does; they are not the authors' aligned faces",
    )
    own.add_argument(
        '--frames-from-videos',
        metavar='DIR',
        help='also write all frames of the videos there, below the root; they are not '
        "the authors' aligned faces",
    )
    parser.add_argument(
        '--counts', default='auto', choices=COUNTS, help='see `tgdfer data check`'
    )


def run(args: Namespace) -> int:
    """Unpacks, then checks."""
    from tgdfer_mm.commands.data_prepare import run as work

    return work(args)
