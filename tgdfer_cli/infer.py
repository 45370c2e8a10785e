"""Says who shows what when in a video, and by which frames.

tgdfer infer my_video.mp4 --model demo --out out/
"""

from argparse import ArgumentParser, Namespace

from .common import add_model_arguments

_CODES = """
exit codes: 0 done (a video without a face included), 1 a fault of this package,
2 wrong arguments, a missing package or a model that cannot be used, 3 an input cannot
be read, 4 an input is damaged or cut off and was read in part, 5 an output cannot be
written, 6 of a folder of videos, one that is finished with another model, settings or
file, 130 stopped with Ctrl-C; of several inputs, that of the first that went wrong.
What was finished is kept."""


def add_arguments(parser: ArgumentParser) -> None:
    """Adds the options."""
    parser.epilog = _CODES
    parser.add_argument(
        'inputs', nargs='*', help='videos, folders of pictures, or one folder of videos'
    )
    parser.add_argument('--camera', type=int, help='number of a camera to read instead')
    add_model_arguments(parser)
    parser.add_argument(
        '--texts',
        nargs='+',
        metavar='TEXT',
        help='classes of your own, for a model with a text tower: one text each, with '
        '"|" between several phrasings, or one JSON file of classes and their texts',
    )
    parser.add_argument(
        '--rest',
        metavar='CLASS',
        help='the class of a face at rest, which makes no intervals; by default the '
        'one called neutral',
    )
    parser.add_argument(
        '--movements',
        metavar='VALUES',
        help='a table of action units per frame, or a folder of them, that others have '
        'measured: what the most relevant frames show is told by it',
    )
    parser.add_argument('--out', default='out', help='folder, with one a video in it')
    parser.add_argument('--runtime', choices=['torch', 'onnx'], default='torch')
    parser.add_argument('--batch-size', type=int, default=8, help='windows a batch')
    parser.add_argument(
        '--every-seconds', type=float, help='look for faces that often (default 0.2)'
    )
    parser.add_argument('--every', type=int, help='... or every N frames')
    parser.add_argument('--max-seconds', type=float, help='read no more of a video')
    parser.add_argument(
        '--fps', type=float, default=25.0, help='rate of the pictures in a folder'
    )
    parser.add_argument(
        '--no-pictures', action='store_true', help='write JSON and CSV only'
    )
    many = parser.add_argument_group(
        'a folder of videos',
        'Videos that are finished are skipped, so the same command goes on with the '
        'rest. Several processes may share a folder.',
    )
    many.add_argument(
        '--shard', metavar='I/N', help='read part I of N alone, from 1; see docs'
    )
    many.add_argument(
        '--overwrite',
        action='store_true',
        help='replace results of another model, other settings or another file',
    )
    many.add_argument(
        '--summary',
        action='store_true',
        help='read nothing: write the summary of what is in --out',
    )


def run(args: Namespace) -> int:
    """Reads the videos."""
    from tgdfer_mm.apis.command import run as work

    return work(args)
