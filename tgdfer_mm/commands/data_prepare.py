"""Unpacking the authors' archives of a data set."""

from argparse import Namespace

from ..datasets.tools.check import check_copy
from ..datasets.tools.check.copies import DATASETS
from ..datasets.tools.check.report import print_report
from ..datasets.tools.prepare import Limits, Password, unpack
from ..datasets.tools.prepare.videos import extract_own_frames
from ..terminal import complain, one_line, say


def run(args: Namespace) -> int:
    """Unpacks, then checks; returns the exit code."""
    try:
        done = unpack(
            *(args.dataset, args.sources, args.root, Password(args.password_file)),
            limits=Limits(args.max_depth, args.max_files, args.max_gb, args.max_ratio),
        )
    except (ValueError, OSError) as err:
        complain(err)
        return 2 if isinstance(err, FileNotFoundError) else 1
    say(
        f'{done.written} files written, {done.present} were there, {done.junk} of '
        f'macOS and the like skipped.'
    )
    for what, names in (
        ('replaced, their size was another', done.replaced),
        ('of no known place and left out', done.other),
        ('not read, only zip files are: unpack them yourself', done.unread),
    ):
        if names:
            say(f'{len(names)} {what}:', *map(one_line, names[:10]), sep='\n  ')
    options = dict(counts=args.counts)
    failed = {}
    if args.frames_from_videos:
        try:
            failed = extract_own_frames(
                DATASETS[args.dataset], args.root, args.frames_from_videos
            )
        except (ValueError, OSError) as err:
            complain(err)
            return 2 if isinstance(err, FileNotFoundError) else 1
        for reason in failed.values():
            complain(reason, 'damaged')
        options.update(
            media_dir=args.frames_from_videos, pixel_version=args.frames_from_videos
        )
    report = check_copy(args.dataset, args.root, **options)
    print_report(report)
    return 0 if report['ok'] and not failed else 1
