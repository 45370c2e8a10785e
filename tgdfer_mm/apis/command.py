"""What ``tgdfer infer`` does: read videos, print, write, and say how it went."""

import os
from argparse import Namespace
from pathlib import Path

from mmengine.config import Config
from rich.console import Console
from rich.markup import escape

from ..settings import parse_settings
from ..video.errors import Interrupted, OutputError, UsageError, VideoError
from .inferencer import DFERInferencer
from .result_table import print_result
from .writing import prepare_folder, write_result

_INCOMPLETE = 4


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
        name = (
            f'camera{each}'
            if isinstance(each, int)
            else Path(os.path.abspath(each)).stem
        )
        folder = Path(out, name)
        if folder in folders:
            raise UsageError(
                f'{each} and {folders[folder]} would both be written to {folder}: '
                'give them in two calls with another --out each'
            )
        folders[folder] = each
    return list(folders)


def faces_of(args: Namespace) -> str | dict:
    """The face detector that a command line asks for."""
    if args.faces_model:
        return dict(type=args.faces, model_file=args.faces_model)
    return args.faces


def changes_of(args: Namespace) -> dict:
    """The changes to a config's ``video``, nested: ``crop=dict(margin=2)``."""
    nested = Config()
    nested.merge_from_dict(parse_settings(args.settings))
    return nested.to_dict()


def _inferencer(args: Namespace) -> DFERInferencer:
    changes = changes_of(args)
    for name in ('every', 'max_seconds'):
        if getattr(args, name) is not None:
            changes[name] = getattr(args, name)
    return DFERInferencer(
        args.model,
        args.checkpoint,
        device=args.device,
        faces=faces_of(args),
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
