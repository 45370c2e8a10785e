"""Checking a copy of a data set."""

import json
from argparse import Namespace

from ..datasets.tools.check import check_copy
from ..datasets.tools.check.report import print_report
from ..files import write_text
from ..terminal import complain


def run(args: Namespace) -> int:
    """Checks; returns the exit code."""
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
