"""Makes clips of faces from raw videos."""

from argparse import Namespace
from functools import partial
from pathlib import Path

from ..apis.command import changes_of, faces_of
from ..datasets.progress import track
from ..datasets.tools.faces import ClipSettings, make_face_clips
from ..datasets.tools.faces.contact_sheet import NAME
from ..datasets.tools.faces.report import print_report
from ..terminal import Terminal, say
from ..video.settings import VideoSettings

_LEFT_OUT = 4


def run(args: Namespace) -> int:
    """Makes the clips; returns the exit code."""
    video = VideoSettings().updated(dict(crop=dict(size=args.size)))
    settings = ClipSettings(
        faces_of(args), video.updated(changes_of(args)), args.tracks, args.fps
    )
    report = make_face_clips(
        args.source,
        args.out,
        settings,
        args.workers,
        pack=args.pack,
        track=partial(track, what='Finding faces'),
    )
    print_report(report, Terminal())
    say(f'Look at the clips: {Path(args.out, NAME)}')
    return 0 if report['ok'] else _LEFT_OUT
