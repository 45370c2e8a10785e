"""Checks a copy of a data set."""

import json
from argparse import Namespace

from ..datasets.text_files import DataError
from ..datasets.tools.check import check_copy
from ..datasets.tools.check.own import check_own, print_own
from ..datasets.tools.check.report import print_report
from ..files import write_text
from ..terminal import complain

_OF_COPIES = dict(  # options of the benchmarks' copies, and their defaults
    media='frames',
    pixel_version=None,
    media_dir=None,
    counts='auto',
    split_file=None,
    label_base=None,
    list_order=None,
)


def run(args: Namespace) -> int:
    """Checks; returns the exit code."""
    if args.dataset == 'own':
        return _check_own(args)
    try:
        options = {name: getattr(args, name) for name in _OF_COPIES}
        report = check_copy(args.dataset, args.root, deep=args.deep, **options)
    except (ValueError, OSError) as err:
        complain(err)
        return 2
    print_report(report)
    return _conclude(args, report)


def _check_own(args: Namespace) -> int:
    given = [n for n, default in _OF_COPIES.items() if getattr(args, n) != default]
    if given:
        option = f'--{given[0].replace("_", "-")}'
        raise DataError(f'{option} is for copies of the benchmarks; leave it out.')
    report = check_own(args.root, args.deep)
    print_own(report)
    return _conclude(args, report)


def _conclude(args: Namespace, report: dict) -> int:
    if args.json:
        write_text(args.json, json.dumps(report, indent=1, ensure_ascii=False))
    return 0 if report['ok'] else 1
