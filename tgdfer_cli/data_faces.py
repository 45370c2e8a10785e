"""Makes clips of faces out of raw videos; finds and follows faces as infer does.

    tgdfer data faces my_videos/ data/mine

`my_videos/joy/a.mp4` becomes `data/mine/joy/a/000001.jpg` and so on. After a stop
the same command goes on. `data/mine/contact_sheet.html` shows the result of
each video.
"""

from argparse import ArgumentParser, Namespace

from .common import add_face_arguments, at_least

_CODES = """
exit codes: 0 each video has a clip, 2 wrong arguments, 3 no folder or no video in it, 4
something was left out or is damaged (see faces_report.csv), 5 a file cannot be written,
130 stopped with Ctrl-C. What was finished is kept."""


def add_arguments(parser: ArgumentParser) -> None:
    """Adds the options."""
    parser.epilog = _CODES
    parser.add_argument(
        'source', help='folder of the videos, with one folder for each class'
    )
    parser.add_argument(
        'out', help='folder for the clips: a new one, or the one of an earlier call'
    )
    parser.add_argument(
        '--tracks',
        choices=['largest', 'all'],
        default='largest',
        help='faces to take from each video: the one that is largest over time, or all',
    )
    parser.add_argument('--size', type=int, default=224, help='side of a crop, pixels')
    parser.add_argument(
        '--workers', type=at_least(1), default=2, help='number of processes'
    )
    parser.add_argument(
        '--fps',
        type=float,
        default=25.0,
        help='frames per second, if a video is a folder of pictures',
    )
    parser.add_argument(
        '--pack',
        action='store_true',
        help='also write all frames into one file, clips.pack',
    )
    add_face_arguments(parser)


def run(args: Namespace) -> int:
    """Makes the clips."""
    from tgdfer_mm.commands.data_faces import run as work

    return work(args)
