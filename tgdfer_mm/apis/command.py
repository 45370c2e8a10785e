"""The command ``tgdfer infer``: reads videos, prints and writes their results."""

from argparse import Namespace
from pathlib import Path

from mmengine.config import Config

from ..settings import parse_settings
from ..terminal import Terminal, one_line
from ..video.errors import (
    INCOMPLETE,
    InputError,
    Interrupted,
    OutputError,
    UsageError,
    VideoError,
)
from .inferencer import BATCH_SIZE, DFERInferencer
from .live_table import watch_camera
from .many.video_folder import VideoFolder, find_videos
from .many.work import run_many, summarize
from .one_input import draw, fault
from .output_folder import OutputFolder, output_folders, result_files
from .result_table import print_result
from .writing import write_result


def run(args: Namespace, console: Terminal | None = None) -> int:
    """Reads every input; returns the exit code."""
    console = console or Terminal()
    try:
        if args.summary:
            return _summary(args, console)
        inputs = _inputs(args)
        if (videos := _videos(inputs, args)) is not None:
            return run_many(videos, args, console, _inferencer)
        folders = output_folders(args.out, inputs)
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
        # After any error the next input is still read.
        except Exception as err:
            found = _complain(console, fault(each, err))
        code = code or found
    return code


def _run_one(
    inferencer: DFERInferencer,
    each: str | int,
    folder: OutputFolder,
    args: Namespace,
    console: Terminal,
) -> int:
    with folder.locked():
        folder.prepare()  # once more: hours may have passed
        try:
            if isinstance(each, int):
                result = watch_camera(inferencer, each, args.batch_size, console)
            else:
                [result] = inferencer.iterate([each], args.batch_size)
        except Interrupted as err:
            print_result(err.result, console)
            _write(err.result, folder, False, console)
            raise
        print_result(result, console)
        pictures = not args.no_pictures and isinstance(each, str)
        _write(result, folder, pictures, console)
        if pictures:
            _show(draw(result, each, folder.path), console)
    return 0 if result['complete'] else INCOMPLETE


def _write(
    result: dict, folder: OutputFolder, pictures: bool, console: Terminal
) -> None:
    folder.remove_earlier(result_files(result, pictures))
    _show(write_result(result, folder.path), console)


def _inputs(args: Namespace) -> list[str | int]:
    if args.camera is not None:
        if args.inputs:
            raise UsageError('give videos or --camera, not both')
        return [args.camera]
    if not args.inputs:
        raise UsageError('give a video, a folder of pictures, or --camera 0')
    return args.inputs


def _videos(inputs: list[str | int], args: Namespace) -> VideoFolder | None:
    """The videos of a folder that was given alone; None for other inputs."""
    found = find_videos(str(inputs[0]), args.out) if len(inputs) == 1 else None
    if found is None and args.shard is not None:
        raise UsageError(
            '--shard divides the videos of a folder: give one folder of videos, and '
            'no other input'
        )
    return found


def _summary(args: Namespace, console: Terminal) -> int:
    if args.inputs or args.camera is not None:
        raise UsageError('--summary reads no video: give --out, and no input')
    if not Path(args.out).is_dir():
        raise UsageError(f'--out {args.out}: there is no such folder of results')
    return summarize(args.out, console)


def faces_of(args: Namespace) -> str | dict:
    """The detector that a command line asks for."""
    given = dict(model_file=args.faces_model, side=args.faces_side)
    given = {key: value for key, value in given.items() if value is not None}
    return dict(type=args.faces, **given) if given else args.faces


def changes_of(args: Namespace) -> dict:
    """Changes to a config's ``video``, nested: ``crop=dict(margin=2)``.

    Raises:
        UsageError: They are not such changes.
    """
    nested = Config()
    try:
        nested.merge_from_dict(parse_settings(args.settings))
        return nested.to_dict()
    # mmengine's reader of options can raise any error.
    except Exception as err:
        raise UsageError(
            f'--settings {" ".join(args.settings)}: cannot be understood '
            f'({type(err).__name__}: {err}); write such as crop.margin=0.3'
        ) from err


def make_inferencer(args: Namespace, **kwargs) -> DFERInferencer:
    """The inferencer that a command line asks for.

    Raises:
        VideoError: It cannot be made. A model or a detector's file that cannot be read
            is a wrong argument; only a video or picture is an input.
    """
    try:
        return DFERInferencer(
            args.model,
            args.checkpoint,
            device=args.device,
            faces=faces_of(args),
            **kwargs,
        )
    except InputError as err:
        raise UsageError(str(err)) from err


def _inferencer(args: Namespace) -> DFERInferencer:
    BATCH_SIZE.check('--batch-size', args.batch_size)
    changes = changes_of(args)
    for name in ('every_seconds', 'every', 'max_seconds'):
        if getattr(args, name) is not None:
            changes[name] = getattr(args, name)
    words = dict(texts=args.texts, rest=args.rest, movements=args.movements)
    return make_inferencer(args, fps=args.fps, runtime=args.runtime, **words, **changes)


def _complain(console: Terminal, err: VideoError) -> int:
    console.error(err)
    return err.exit_code


def _show(files: list[Path], console: Terminal) -> None:
    for file in files:
        console.print(f'wrote {one_line(file)}', soft_wrap=True)
