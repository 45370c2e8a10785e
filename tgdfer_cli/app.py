"""Opens a page on this machine: drop a video, see who shows what when, and why.

tgdfer app --model demo
"""

from argparse import ArgumentParser, ArgumentTypeError, Namespace

from .common import add_model_arguments


def add_arguments(parser: ArgumentParser) -> None:
    """Adds the options."""
    add_model_arguments(parser)
    parser.add_argument('--port', type=int, default=7860)
    parser.add_argument(
        '--host',
        default='127.0.0.1',
        help='address to listen at; the default is reached from this machine only',
    )
    parser.add_argument(
        '--allow-host',
        action='append',
        default=[],
        metavar='NAME',
        help='a name, next to localhost, under which browsers may ask for the page',
    )
    parser.add_argument(
        '--camera',
        type=int,
        metavar='N',
        help='offer camera N of this machine, to browsers on this machine only',
    )
    parser.add_argument('--max-mb', type=positive, default=200, help='of a video')
    parser.add_argument('--max-seconds', type=positive, default=300, help='of a video')
    parser.add_argument(
        '--upload-minutes', type=positive, default=10, help='for an upload to arrive'
    )
    parser.add_argument(
        '--max-minutes', type=positive, default=60, help='that the work on one may take'
    )
    parser.add_argument(
        '--keep-minutes', type=positive, default=30, help='until results are removed'
    )
    parser.add_argument('--temp', help="folder for uploads; by default the system's")


def positive(text: str) -> float:
    """Reads a number above 0, at most 1e9.

    Raises:
        ArgumentTypeError: It is another one, or none.
    """
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value <= 1e9:
        raise ArgumentTypeError(f'{text!r} must be a positive number, at most 1e9')
    return value


def run(args: Namespace) -> int:
    """Serves the page."""
    from tgdfer_mm.apis.app.command import run as work

    return work(args)
