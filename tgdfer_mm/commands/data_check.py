"""Checking a copy of a data set."""

import json
from argparse import Namespace

from ..datasets.text_files import DataError
from ..datasets.tools.check import check_copy
from ..datasets.tools.check.own import check_own, print_own
from ..datasets.tools.check.report import print_report
from ..files import write_text
from ..terminal import complain


def run(args: Namespace) -> int:
    """Checks; returns the exit code."""
    if args.dataset == 'own':
        return _check_own(args)
    try:
        report = check_copy(
            args.dataset,
            args.root,
            media=args.media,
            pixel_version=args.pixel_version,
            media_dir=args.media_dir,
            counts=args.counts,
            deep=args.deep,
            split_file=args.split_file,
            label_base=args.label_base,
            list_order=args.list_order,
        )
    except (ValueError, OSError) as err:
        complain(err)
        return 2
    print_report(report)
    if args.json:
        write_text(args.json, json.dumps(report, indent=1, ensure_ascii=False))
    return 0 if report['ok'] else 1


def _check_own(args: Namespace) -> int:
    about_copies = ('pixel_version', 'media_dir', 'label_base')
    given = [name for name in about_copies if getattr(args, name) is not None]
    if given:
        option = f'--{given[0].replace("_", "-")}'
        raise DataError(f'{option} is for copies of the benchmarks; leave it out.')
    report = check_own(args.root, args.deep)
    print_own(report)
    if args.json:
        write_text(args.json, json.dumps(report, indent=1, ensure_ascii=False))
    return 0 if report['ok'] else 1
