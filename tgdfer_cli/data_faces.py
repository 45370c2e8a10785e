"""Makes clips of faces out of raw videos, found and followed as infer does.

    tgdfer data faces my_videos/ data/mine

`my_videos/joy/a.mp4` becomes `data/mine/joy/a/000001.jpg` and so on. Stopped, run it
again: it goes on. `data/mine/contact_sheet.html` shows what became of each video.
"""

from argparse import ArgumentParser, Namespace

from .common import add_face_arguments, at_least

_CODES = """
exit codes: 0 there is a clip of each video, 2 wrong arguments, 3 no folder or no video
in it, 4 something was left out or is damaged (see faces_report.csv), 5 a file cannot
be written, 130 stopped with Ctrl-C. What was finished is kept."""


def add_arguments(parser: ArgumentParser) -> None:
    """Adds the options."""
    parser.epilog = _CODES
    parser.add_argument('source', help='folder with the videos, in a folder per class')
    parser.add_argument('out', help='folder for the clips, new or of an earlier call')
    parser.add_argument(
        '--tracks',
        choices=['largest', 'all'],
        default='largest',
        help='of each video the face that is largest over time, or every one',
    )
    parser.add_argument('--size', type=int, default=224, help='of a crop, pixels')
    parser.add_argument(
        '--workers', type=at_least(1), default=2, help='processes (default 2)'
    )
    parser.add_argument(
        '--fps', type=float, default=25.0, help='rate of the pictures in a folder'
    )
    parser.add_argument(
        '--pack', action='store_true', help='write all frames into clips.pack as well'
    )
    add_face_arguments(parser)


def run(args: Namespace) -> int:
    """Makes the clips."""
    from tgdfer_mm.commands.data_faces import run as work

    return work(args)
