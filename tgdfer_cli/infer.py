"""Tells who shows which expression when in a video, and which frames say so.

tgdfer infer my_video.mp4 --model demo --out out/
"""

from argparse import ArgumentParser, Namespace

from .common import add_model_arguments

_CODES = """
exit codes: 0 done (a video without a face included), 1 a fault of this package,
2 wrong arguments, a missing package or a model that cannot be used, 3 an input cannot
be read, 4 an input is damaged or cut off and was read in part, 5 an output cannot be
written, 6 in a folder of videos there is a result of another model, other settings or
another file, 130 stopped with Ctrl-C. Of several inputs, the first that went wrong
gives the code. What was finished is kept."""


def add_arguments(parser: ArgumentParser) -> None:
    """Adds the options."""
    parser.epilog = _CODES
    parser.add_argument(
        'inputs', nargs='*', help='videos, folders of pictures, or one folder of videos'
    )
    parser.add_argument(
        '--camera', type=int, metavar='N', help='read camera number N (from 0) instead'
    )
    add_model_arguments(parser)
    parser.add_argument(
        '--texts',
        nargs='+',
        metavar='TEXT',
        help='your own classes, for a model with a text tower: one text for each '
        'class, with "|" between phrasings; or a JSON file of classes and their texts',
    )
    parser.add_argument(
        '--rest',
        metavar='CLASS',
        help='class of a face at rest, which gets no intervals; without it the class '
        'called neutral',
    )
    parser.add_argument(
        '--movements',
        metavar='VALUES',
        help='table of action units per frame, or a folder of tables, that another '
        'program has measured; the result tells what moves in the most relevant frames',
    )
    parser.add_argument(
        '--out', default='out', help='folder for results; each video has one below it'
    )
    parser.add_argument(
        '--runtime',
        choices=['torch', 'onnx'],
        default='torch',
        help='library that runs the model; onnx exports the model first',
    )
    parser.add_argument('--batch-size', type=int, default=8, help='windows in a batch')
    looks = parser.add_mutually_exclusive_group()
    looks.add_argument(
        '--every-seconds',
        type=float,
        help='time between two looks of the face detector, seconds; without it 0.2',
    )
    looks.add_argument(
        '--every', type=int, metavar='N', help='... or look at every N-th frame'
    )
    parser.add_argument(
        '--max-seconds',
        type=float,
        help='read only this many seconds of a video; without it all',
    )
    parser.add_argument(
        '--fps',
        type=float,
        default=25.0,
        help='frames per second, if a video is a folder of pictures',
    )
    parser.add_argument(
        '--no-pictures', action='store_true', help='write only JSON and CSV'
    )
    many = parser.add_argument_group(
        'a folder of videos',
        'Finished videos are skipped, so the same command goes on with the rest. '
        'Several processes may share a folder.',
    )
    many.add_argument('--shard', metavar='I/N', help='read only part I of N, I from 1')
    many.add_argument(
        '--overwrite',
        action='store_true',
        help='replace results of another model, other settings or another file; '
        'without it they are kept, and the exit code is 6',
    )
    many.add_argument(
        '--summary',
        action='store_true',
        help='read no video, only write the summary of what is in --out',
    )


def run(args: Namespace) -> int:
    """Reads the videos."""
    from tgdfer_mm.apis.command import run as work

    return work(args)
