"""Writes a model as one ONNX file.

tgdfer export --model demo --out demo.onnx
tgdfer infer my_video.mp4 --model demo.onnx
"""

from argparse import ArgumentParser, Namespace


def add_arguments(parser: ArgumentParser) -> None:
    """Adds the options."""
    parser.add_argument(
        '--model',
        default='demo',
        help='as for `tgdfer infer`: a name, a folder, org/name or a config',
    )
    parser.add_argument(
        '--checkpoint', help='file of the weights, if --model is a config'
    )
    parser.add_argument('--out', required=True, help='file to write, *.onnx')


def run(args: Namespace) -> int:
    """Exports."""
    from tgdfer_mm.commands.export import run as work

    return work(args)
