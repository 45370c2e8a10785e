"""Unpacks the authors' archives of a data set."""

from argparse import Namespace

from ..datasets.tools.check import check_copy
from ..datasets.tools.check.copies import DATASETS
from ..datasets.tools.check.report import print_report
from ..datasets.tools.faces.report import print_report as print_faces
from ..datasets.tools.prepare import Limits, Password, unpack
from ..datasets.tools.prepare.videos import extract_own_faces, extract_own_frames
from ..terminal import Terminal, complain, one_line, say
from ..video.errors import VideoError


def run(args: Namespace) -> int:
    """Unpacks, then checks; returns the exit code."""
    try:
        done = unpack(
            *(args.dataset, args.sources, args.root, Password(args.password_file)),
            limits=Limits(args.max_depth, args.max_files, args.max_gb, args.max_ratio),
            none_needed=_is_there(args),
        )
    except (ValueError, OSError) as err:
        complain(err)
        return 2 if isinstance(err, FileNotFoundError) else 1
    say(
        f'{done.written} files written, {done.present} were there already, {done.junk} '
        'files of macOS and other systems left out.'
    )
    for what, names in (
        ('replaced, since their content differed', done.replaced),
        ('left out, since their place is unknown', done.other),
        ('not read: unpack them yourself, since only zip files are read', done.unread),
    ):
        if names:
            say(f'{len(names)} {what}:', *map(one_line, names[:10]), sep='\n  ')
    options, whole = dict(counts=args.counts), True
    own = args.frames_from_videos or args.faces_from_videos
    if own:
        try:
            whole = _from_videos(args, own)
        except VideoError:  # which has an exit code
            raise
        except (ValueError, OSError) as err:
            complain(err)
            return 2 if isinstance(err, FileNotFoundError) else 1
        options.update(media_dir=own, pixel_version=own)
    elif not DATASETS[args.dataset].LISTED:
        options.update(media='videos')  # there are no faces yet
    report = check_copy(args.dataset, args.root, **options)
    print_report(report)
    return 0 if report['ok'] and whole else 1


def _is_there(args: Namespace) -> bool:
    """True if the videos are already below the root, as in a clone of CREMA-D."""
    dataset = DATASETS[args.dataset]
    if dataset.LISTED:
        return False
    data = dataset(args.root, 'test', media='videos', lazy_init=True)
    return data.media_dir.is_dir()


def _from_videos(args: Namespace, folder: str) -> bool:
    """Makes frames, or faces, from the videos; returns True if all could be read."""
    dataset = DATASETS[args.dataset]
    if args.faces_from_videos:
        faces = extract_own_faces(dataset, args.root, folder)
        print_faces(faces, Terminal())
        return faces['ok']
    failed = extract_own_frames(dataset, args.root, folder)
    for reason in failed.values():
        complain(reason, 'damaged')
    return not failed
