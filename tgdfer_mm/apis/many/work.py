"""Reads the videos of a folder: each once, also if other processes read there."""

import os
import time
import warnings
from argparse import Namespace
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from enum import Enum
from pathlib import Path

import torch
from rich.text import Text

from ...locks import BusyError, held
from ...terminal import Terminal, one_line
from ...video.errors import (
    INCOMPLETE,
    InputError,
    Interrupted,
    KeptResult,
    OutputError,
    UsageError,
    VideoError,
)
from ...visualization.video import ANNOTATED_NAME
from ..inferencer import DFERInferencer
from ..one_input import draw, fault
from ..output_folder import ROW_NAME, OutputFolder, result_files
from ..writing import write_result
from .attempts import attempt, deaths
from .made_from import file_facts, made_by, what_differs
from .progress import ManyProgress
from .row import FAILED, failed_row, is_finished, read_row, row_of, write_row
from .saying import line_of, say_summary, say_what_is_there
from .shards import chosen_shard, own_device, started_by_torchrun
from .summary import prepare_summary, write_summary
from .video_folder import Video, VideoFolder

_NAMED = 10  # named results of another origin; there may be thousands


class Found(Enum):
    """State of a video's result."""

    NOTHING = 'nothing'
    FINISHED = 'finished'
    OTHER = 'finished, but made from something else'
    FAILED_NOW = 'failed since this process started'


def run_many(
    folder: VideoFolder,
    args: Namespace,
    console: Terminal,
    make_inferencer: Callable[[Namespace], DFERInferencer],
) -> int:
    """Reads the videos of a folder, and writes the summary; returns the exit code.

    Args:
        folder: The videos.
        args: Options of ``tgdfer infer``.
        console: Where to print what happens.
        make_inferencer: Function that makes the inferencer.

    Raises:
        VideoError: Nothing was read: the arguments, the model or the output folder
            cannot be used.
    """
    shard = chosen_shard(args.shard, os.environ)
    if os.path.realpath(args.out) == os.path.realpath(folder.path):
        raise UsageError(
            f'--out {args.out} is the folder of the videos itself: choose another one, '
            f'such as {Path(args.out, "results")}'
        )
    videos = [video for video in folder.videos if shard.has(video.name)]
    say_what_is_there(folder, shard, videos, console)
    prepare_summary(args.out)
    if args.device is None and args.runtime == 'torch':
        if not str(args.model).endswith('.onnx'):
            args.device = own_device(os.environ, torch.cuda.device_count())
    inferencer = make_inferencer(args)
    if inferencer.measured is not None:
        inferencer.measured.videos = {Path(video.path).stem for video in folder.videos}
    work = _Work(inferencer, args, console)
    code = work.run(videos) or (InputError.exit_code if folder.closed else 0)
    if code in (Interrupted.exit_code, OutputError.exit_code):
        return code
    if code and started_by_torchrun(os.environ):
        # torchrun ends all processes as soon as one of them ends with a code.
        console.print(f'the exit code would be {code}; under torchrun it is 0')
        return 0
    return code


def summarize(out: str, console: Terminal) -> int:
    """Writes the summary of what is in a folder; returns the exit code.

    Raises:
        VideoError: It cannot be written.
    """
    prepare_summary(out)
    say_summary(write_summary(out), out, console)
    return 0


class _Work:
    def __init__(
        self, inferencer: DFERInferencer, args: Namespace, console: Terminal
    ) -> None:
        self._inferencer, self._console = inferencer, console
        if inferencer.measured is not None:
            inferencer.measured.by_name = True
        self._out, self._batch_size = Path(args.out), args.batch_size
        self._pictures, self._overwrite = not args.no_pictures, args.overwrite
        self._made = made_by(inferencer)
        self._started = time.time()
        self._code = 0
        self._warned = False

    def run(self, videos: Iterable[Video]) -> int:
        """Reads the videos that are not finished; returns the exit code."""
        todo = self._todo(videos)
        try:
            with ManyProgress(todo, self._console) as progress:
                busy = [video for video in todo if self._take(video, progress)]
                # By now their processes may have died.
                busy = [video for video in busy if self._take(video, progress)]
                for video in busy:
                    progress.left_out(video)
            if busy:
                self._console.print(f'being read by other processes: {len(busy)}')
            say_summary(write_summary(self._out), str(self._out), self._console)
        except KeyboardInterrupt:
            self._console.print(
                'stopped with Ctrl-C; what was finished is kept, and the same command '
                'goes on with the rest'
            )
            write_summary(self._out)
            return Interrupted.exit_code
        except OutputError as err:
            self._complain(err)
            return err.exit_code
        return self._code

    def _todo(self, videos: Iterable[Video]) -> list[Video]:
        """The videos to read; prints how many are finished, and which must be left."""
        todo, finished, kept = [], 0, 0
        for video in videos:
            found, differs = self._look(video)
            if found is Found.OTHER:
                kept += 1
                self._keep(video, differs, silent=kept > _NAMED)
            elif found is Found.FINISHED:
                finished += 1
            else:
                todo.append(video)
        if finished:
            self._console.print(f'finished before: {finished}')
        if kept > _NAMED:
            self._console.print(f'... and {kept - _NAMED} more')
        # A video that may have killed a process comes last, after all others.
        return sorted(todo, key=lambda video: deaths(self._out / video.folder))

    def _look(self, video: Video) -> tuple[Found, list[str]]:
        """State of a video's result, and what differs in its origin."""
        folder = self._out / video.folder
        row = read_row(folder)
        if row is None:
            return Found.NOTHING, []
        if row['state'] == FAILED:
            # Another process has just tried it; an earlier failure is tried once more.
            now = os.path.getmtime(folder / ROW_NAME) >= self._started
            return (Found.FAILED_NOW if now else Found.NOTHING), []
        differs = what_differs(video.path, self._made, row['made_from'])
        if differs:
            return (Found.NOTHING if self._overwrite else Found.OTHER), differs
        enough = not self._pictures or ANNOTATED_NAME in row['files']
        there = enough and is_finished(row, folder)
        return (Found.FINISHED if there else Found.NOTHING), []

    def _keep(self, video: Video, differs: list[str], silent: bool = False) -> None:
        self._fail(
            KeptResult(
                f'{video.path}: {self._out / video.folder} has its result with '
                f'{" and ".join(differs)}. It is left as it is: --overwrite replaces '
                'it, or choose another folder with --out'
            ),
            silent,
        )

    def _take(self, video: Video, progress: ManyProgress) -> bool:
        """Reads a video if no other process does; returns True if another does."""
        folder = OutputFolder(self._out / video.folder, video.path)
        try:
            with self._claimed(folder.path):
                found, differs = self._look(video)
                if found is Found.NOTHING:
                    self._read(video, folder, progress)
                    return False
                if found is Found.OTHER:  # written meanwhile
                    self._keep(video, differs)
                progress.left_out(video)
                return False
        except BusyError:
            return True

    @contextmanager
    def _claimed(self, folder: Path) -> Iterator[None]:
        """Holds a video for one process until it is done with it, or has died."""
        with ExitStack() as stack:
            with warnings.catch_warnings(record=True) as said:
                warnings.simplefilter('always')
                lock = folder.with_name(f'.{folder.name}.lock')
                try:
                    stack.enter_context(held(lock, str(folder)))
                except OSError as err:
                    raise OutputError(
                        f'{lock}: cannot be written ({err.strerror or err}). Choose '
                        'another folder with --out'
                    ) from err
            if said and not self._warned:
                self._warned = True
                self._console.note(said[0].message)
            yield

    def _read(self, video: Video, folder: OutputFolder, progress: ManyProgress) -> None:
        made = dict(self._made, file=file_facts(video.path))  # before it is read
        try:
            folder.prepare()
        except OutputError:
            raise
        except VideoError as err:  # files of another program are there
            progress.finished(video, Text('error:', 'red'), one_line(err))
            self._fail(err, silent=True)
            return
        try:
            with attempt(folder.path, video.path):
                row = self._one(video, folder, made, progress)
        except (OutputError, Interrupted):
            raise
        except Exception as err:
            error = err if isinstance(err, VideoError) else fault(video.path, err)
            folder.add(ROW_NAME)
            reason = str(error).removeprefix(f'{video.path}: ')
            write_row(
                failed_row(video.name, reason, made, self._inferencer.about),
                folder.path,
            )
            self._fail(error, silent=True)
            progress.finished(video, Text('error:', 'red'), one_line(error))
        else:
            progress.finished(video, line_of(row))
            if row['state'] == 'in part':
                self._code = self._code or INCOMPLETE

    def _one(
        self, video: Video, folder: OutputFolder, made: dict, progress: ManyProgress
    ) -> dict:
        """Reads and writes one video; returns its row."""
        reading = progress.reading(video)
        [result] = self._inferencer.iterate([video.path], self._batch_size, reading)
        files = [*result_files(result, self._pictures), ROW_NAME]
        folder.remove_earlier(files)
        write_result(result, folder.path)
        if self._pictures:
            draw(result, video.path, folder.path)
        row = row_of(video.name, result, made, files)
        write_row(row, folder.path)
        return row

    def _fail(self, err: VideoError, silent: bool = False) -> None:
        self._code = self._code or err.exit_code
        if not silent:
            self._complain(err)

    def _complain(self, err: VideoError) -> None:
        self._console.error(err)
