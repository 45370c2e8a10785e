"""Checks a copy of DFEW, FERV39k or MAFW: is it whole, which version is it?

python tools/data/check.py dfew data/DFEW

Exits with 1 if something was found that changes a published number, with 2 if nothing
could be checked.
"""

import argparse
import json
import sys

from tgdfer_mm.datasets.check import check_copy
from tgdfer_mm.datasets.check.copies import DATASETS
from tgdfer_mm.datasets.check.facts import COUNTS
from tgdfer_mm.datasets.check.report import print_report
from tgdfer_mm.files import write_text


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('dataset', choices=list(DATASETS))
    parser.add_argument('root', help='root folder of the data set')
    parser.add_argument('--media', default='frames', choices=['frames', 'videos'])
    parser.add_argument('--pixel-version', help='by default the first one there')
    parser.add_argument('--media-dir', help='its folder, if under no known name')
    parser.add_argument(
        '--counts',
        default='auto',
        choices=COUNTS,
        help='what to hold the counts against: published ones, none (for a part of '
        'the data), or auto: published, but for generated data their own',
    )
    parser.add_argument('--deep', action='store_true', help='decode every frame')
    parser.add_argument('--json', metavar='FILE', help='write the report there too')
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> int:
    args = parse_args(argv)
    try:
        report = check_copy(
            args.dataset,
            args.root,
            media=args.media,
            pixel_version=args.pixel_version,
            media_dir=args.media_dir,
            counts=args.counts,
            deep=args.deep,
        )
    except (ValueError, OSError) as err:
        print(f'error: {err}', file=sys.stderr)
        return 2
    print_report(report)
    if args.json:
        write_text(args.json, json.dumps(report, indent=1, ensure_ascii=False))
    return 0 if report['ok'] else 1


if __name__ == '__main__':
    sys.exit(main())
