"""What ``tools/infer.py`` does: read videos, print, write, and say how it went."""

from argparse import ArgumentParser, Namespace, RawDescriptionHelpFormatter
from pathlib import Path

from mmengine.config import Config, DictAction
from rich.console import Console
from rich.markup import escape

from ..video.errors import Interrupted, OutputError, UsageError, VideoError
from .inferencer import DFERInferencer
from .table import print_result
from .writing import prepare_folder, write_result

_INCOMPLETE = 4
_CODES = """
exit codes: 0 done (a video without a face included), 1 a fault of this package,
2 wrong arguments or a missing package, 3 an input cannot be read, 4 an input is damaged
or cut off and was read in part, 5 an output cannot be written, 130 stopped with Ctrl-C;
of several inputs, that of the first that went wrong. What was finished is kept."""


def make_parser(description: str) -> ArgumentParser:
    """The command line."""
    parser = ArgumentParser(
        description=description,
        epilog=_CODES,
        formatter_class=RawDescriptionHelpFormatter,
    )
    parser.add_argument('inputs', nargs='*', help='videos, or folders of pictures')
    parser.add_argument('--camera', type=int, help='number of a camera to read instead')
    parser.add_argument(
        '--model', default='demo', help='name of a shipped model, a config, or *.onnx'
    )
    parser.add_argument('--checkpoint', help="a config's weights")
    parser.add_argument('--out', default='out', help='folder, with one a video in it')
    parser.add_argument('--device', help='by default the best there is')
    parser.add_argument('--runtime', choices=['torch', 'onnx'], default='torch')
    parser.add_argument('--batch-size', type=int, default=8, help='windows a batch')
    parser.add_argument(
        '--faces', default='dlib', help='detector: dlib, none (crops), yunet, mediapipe'
    )
    parser.add_argument('--faces-model', help="model file of the detector's")
    parser.add_argument('--every', type=int, help='look for faces every N frames')
    parser.add_argument('--max-seconds', type=float, help='read no more of a video')
    parser.add_argument(
        '--fps', type=float, default=25.0, help='rate of the pictures in a folder'
    )
    parser.add_argument(
        '--settings',
        nargs='+',
        action=DictAction,
        default={},
        metavar='KEY=VALUE',
        help="changes to the config's video, such as crop.margin=0.3",
    )
    parser.add_argument(
        '--no-pictures', action='store_true', help='write JSON and CSV only'
    )
    return parser


def run(args: Namespace, console: Console | None = None) -> int:
    """Reads every input; returns the exit code."""
    console = console or Console()
    try:
        inputs = _inputs(args)
        folders = [prepare_folder(f) for f in _folders(args.out, inputs)]
        inferencer = _inferencer(args)
    except VideoError as err:
        return _complain(console, err)
    code = 0
    for each, folder in zip(inputs, folders, strict=True):
        try:
            found = _run_one(inferencer, each, folder, args, console)
        except VideoError as err:
            found = _complain(console, err)
            if isinstance(err, OutputError | Interrupted):
                return code or found
        except KeyboardInterrupt:  # while pictures were drawn
            console.print('stopped with Ctrl-C; the files written so far are kept')
            return code or Interrupted.exit_code
        code = code or found
    return code


def _run_one(
    inferencer: DFERInferencer,
    each: str | int,
    folder: Path,
    args: Namespace,
    console: Console,
) -> int:
    try:
        [result] = inferencer.iterate([each], args.batch_size)
    except Interrupted as err:
        print_result(err.result, console)
        _show(write_result(err.result, folder), console)
        raise
    print_result(result, console)
    _show(write_result(result, folder), console)
    if not args.no_pictures and isinstance(each, str):
        _show(_draw(result, each, folder), console)
    return 0 if result['complete'] else _INCOMPLETE


def _draw(result: dict, path: str, folder: Path) -> list[Path]:
    from ..visualization.video import write_all

    try:
        return write_all(result, path, folder)
    except VideoError:
        raise
    except OSError as err:
        raise OutputError(
            f'{folder}: the pictures cannot be written ({err.strerror or err}); '
            'result.json and frames.csv are kept'
        ) from err


def _inputs(args: Namespace) -> list[str | int]:
    if args.camera is not None:
        if args.inputs:
            raise UsageError('give videos or --camera, not both')
        return [args.camera]
    if not args.inputs:
        raise UsageError('give a video, a folder of pictures, or --camera 0')
    return args.inputs


def _folders(out: str, inputs: list[str | int]) -> list[Path]:
    folders: dict[Path, str | int] = {}
    for each in inputs:
        name = f'camera{each}' if isinstance(each, int) else Path(each).resolve().stem
        folder = Path(out, name)
        if folder in folders:
            raise UsageError(
                f'{each} and {folders[folder]} would both be written to {folder}: '
                'give them in two calls with another --out each'
            )
        folders[folder] = each
    return list(folders)


def _inferencer(args: Namespace) -> DFERInferencer:
    faces: str | dict = args.faces
    if args.faces_model:
        faces = dict(type=args.faces, model_file=args.faces_model)
    nested = Config()
    nested.merge_from_dict(args.settings)  # 'crop.margin' to crop=dict(margin=...)
    changes = nested.to_dict()
    for name in ('every', 'max_seconds'):
        if getattr(args, name) is not None:
            changes[name] = getattr(args, name)
    return DFERInferencer(
        args.model,
        args.checkpoint,
        device=args.device,
        faces=faces,
        fps=args.fps,
        runtime=args.runtime,
        **changes,
    )


def _complain(console: Console, err: VideoError) -> int:
    console.print(f'[red]error:[/] {escape(str(err))}', soft_wrap=True)
    return err.exit_code


def _show(files: list[Path], console: Console) -> None:
    for file in files:
        console.print(f'wrote {escape(str(file))}', soft_wrap=True)
