"""Unpacks the authors' archives into a tree that the configs find, and checks it.

python tools/data/prepare.py dfew downloads/ data/DFEW --password-file ~/dfew.txt

A password is asked for if it is needed. Killed, run it again: it goes on.
"""

import argparse
import sys

from tgdfer_mm.datasets.check import check_copy
from tgdfer_mm.datasets.check.copies import DATASETS
from tgdfer_mm.datasets.check.facts import COUNTS
from tgdfer_mm.datasets.check.report import print_report
from tgdfer_mm.datasets.prepare import Password, unpack
from tgdfer_mm.datasets.prepare.videos import extract_own_frames


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    # Abbreviated, --password would name a file and print a password as one.
    parser = argparse.ArgumentParser(
        description=__doc__.splitlines()[0], allow_abbrev=False
    )
    parser.add_argument('dataset', choices=list(DATASETS))
    parser.add_argument('sources', nargs='+', help='zip files, or folders of them')
    parser.add_argument('root', help='root folder of the data set to fill')
    parser.add_argument(
        '--password-file', help='its first line is the password; else you are asked'
    )
    parser.add_argument(
        '--frames-from-videos',
        metavar='DIR',
        help='also write all frames of the videos there, below the root; they are not '
        "the authors' aligned faces",
    )
    parser.add_argument(
        '--counts', default='auto', choices=COUNTS, help='see tools/data/check.py'
    )
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> int:
    args = parse_args(argv)
    try:
        done = unpack(
            args.dataset, args.sources, args.root, Password(args.password_file)
        )
    except (ValueError, OSError) as err:
        print(f'error: {err}', file=sys.stderr)
        return 1
    print(
        f'{done.written} files written, {done.present} were there, {done.junk} of '
        f'macOS and the like skipped.'
    )
    for what, names in (
        ('replaced, their size was another', done.replaced),
        ('of no known place and left out', done.other),
        ('not read, only zip files are: unpack them yourself', done.unread),
    ):
        if names:
            print(f'{len(names)} {what}:', *names[:10], sep='\n  ')
    options = dict(counts=args.counts)
    failed = {}
    if args.frames_from_videos:
        try:
            failed = extract_own_frames(
                DATASETS[args.dataset], args.root, args.frames_from_videos
            )
        except (ValueError, OSError) as err:
            print(f'error: {err}', file=sys.stderr)
            return 1
        for reason in failed.values():
            print(f'damaged: {reason}', file=sys.stderr)
        options.update(
            media_dir=args.frames_from_videos, pixel_version=args.frames_from_videos
        )
    report = check_copy(args.dataset, args.root, **options)
    print_report(report)
    return 0 if report['ok'] and not failed else 1


if __name__ == '__main__':
    sys.exit(main())
