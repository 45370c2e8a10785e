"""A bar that shows the progress of reading, with the frames a second."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from ..terminal import Terminal, one_line
from ..video.frames import Source


class FrameRateColumn(ProgressColumn):
    """Frames a second."""

    def render(self, task: Task) -> Text:
        """Average of the last seconds; at the start, average of all."""
        speed = task.finished_speed or task.speed
        return Text(f'{speed:.0f} frames/s' if speed else '')


@contextmanager
def no_progress(source: Source) -> Iterator[Callable[[], None]]:
    """Shows nothing."""
    yield lambda: None


@contextmanager
def frame_progress(source: Source) -> Iterator[Callable[[], None]]:
    """Shows a bar on the error stream while a source is read.

    Other threads than the main one show nothing: their bars would write over each
    other, and rich could not restore the streams in the right order.

    Args:
        source: The source.

    Yields:
        A function to call after every frame.
    """
    if threading.current_thread() is not threading.main_thread():
        yield lambda: None
        return
    columns = (
        TextColumn('{task.description}', markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        FrameRateColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Terminal(stderr=True)) as progress:
        name = one_line(Path(source.info.path).name)
        task = progress.add_task(name, total=source.total)
        yield lambda: progress.advance(task)
