"""Opens a page on this machine: drop a video, see who shows what when, and why.

tgdfer app --model demo
"""

from argparse import ArgumentParser, ArgumentTypeError, Namespace

from .common import add_model_arguments


def add_arguments(parser: ArgumentParser) -> None:
    """Adds the options."""
    add_model_arguments(parser)
    parser.add_argument('--port', type=int, default=7860, help='port to listen at')
    parser.add_argument(
        '--host',
        default='127.0.0.1',
        help='address to listen at; the default lets only this machine open the page',
    )
    parser.add_argument(
        '--allow-host',
        action='append',
        default=[],
        metavar='NAME',
        help='another host name by which browsers may open the page, next to '
        'localhost; may be given several times',
    )
    parser.add_argument(
        '--camera',
        type=int,
        metavar='N',
        help='let the page use camera N (from 0) of this machine, in browsers on this '
        'machine only',
    )
    parser.add_argument(
        '--max-mb', type=positive, default=200, help='largest video, megabytes'
    )
    parser.add_argument(
        '--max-seconds', type=positive, default=300, help='longest video, seconds'
    )
    parser.add_argument(
        '--upload-minutes',
        type=positive,
        default=10,
        help='longest time of an upload, minutes',
    )
    parser.add_argument(
        '--max-minutes',
        type=positive,
        default=60,
        help='longest time to analyse one video, minutes',
    )
    parser.add_argument(
        '--keep-minutes',
        type=positive,
        default=30,
        help='time after which results are removed, minutes',
    )
    parser.add_argument(
        '--temp', help="folder for uploads; without it the system's temporary one"
    )


def positive(text: str) -> float:
    """Reads a number above 0, at most 1e9.

    Raises:
        ArgumentTypeError: It is another number, or no number.
    """
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value <= 1e9:
        raise ArgumentTypeError(f'{text!r} is not a number above 0 and up to 1e9')
    return value


def run(args: Namespace) -> int:
    """Serves the page."""
    from tgdfer_mm.apis.app.command import run as work

    return work(args)
