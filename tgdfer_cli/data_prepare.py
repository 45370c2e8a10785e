"""Unpacks the authors' archives into folders that the configs find, and checks them.

tgdfer data prepare dfew downloads/ data/DFEW --password-file ~/dfew.txt

It asks for a password if one is needed. After a stop the same command goes on.
"""

from argparse import ArgumentParser, Namespace

from .common import COUNTS, DATASETS, at_least

# Abbreviated, --password would name a file and print a password as one.
ALLOW_ABBREV = False

# All archives of these data sets are far below these.
LIMITS = (
    ('--max-depth', 4, 'deepest nesting of archives in archives'),
    ('--max-files', 5_000_000, 'largest number of entries of all archives'),
    ('--max-gb', 500, 'largest size of all archives when unpacked, gigabytes'),
    ('--max-ratio', 200, 'largest ratio of the unpacked size of an archive to its own'),
)


def add_arguments(parser: ArgumentParser) -> None:
    """Adds the options."""
    parser.add_argument('dataset', choices=DATASETS, help='data set to unpack')
    parser.add_argument(
        'sources', nargs='+', help='zip files, or folders with zip files'
    )
    parser.add_argument('root', help='root folder of the data set to fill')
    parser.add_argument(
        '--password-file',
        help='file whose first line is the password; without it the command asks',
    )
    for name, default, what in LIMITS:
        parser.add_argument(name, type=at_least(1), default=default, help=what)
    own = parser.add_mutually_exclusive_group()
    own.add_argument(
        '--faces-from-videos',
        metavar='DIR',
        help='also make clips of the faces in the videos in this folder below ROOT, as '
        "`tgdfer data faces` does; they are not the authors' aligned faces",
    )
    own.add_argument(
        '--frames-from-videos',
        metavar='DIR',
        help='also write all frames of the videos in this folder below ROOT; they are '
        "not the authors' aligned faces",
    )
    parser.add_argument(
        '--counts',
        default='auto',
        choices=COUNTS,
        help='counts of clips to expect, see `tgdfer data check --help`',
    )


def run(args: Namespace) -> int:
    """Unpacks, then checks."""
    from tgdfer_mm.commands.data_prepare import run as work

    return work(args)
