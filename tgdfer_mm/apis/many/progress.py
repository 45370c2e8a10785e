"""Progress of reading many videos, and the time that is left."""

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager

from rich.progress import BarColumn, Progress, TaskID, TextColumn
from rich.text import Text

from ...terminal import Terminal, one_line
from ...video.frames import Source
from ..progress import no_progress
from .video_folder import Video


class Estimate:
    """Estimates the time that is left, by the bytes of the files that were read so far.

    Args:
        sizes: Bytes of each video to read.
        now: The clock, seconds.
    """

    def __init__(
        self, sizes: Sequence[int], now: Callable[[], float] = time.monotonic
    ) -> None:
        self.total = sum(self._work(size) for size in sizes)
        self.read = 0.0
        self._now, self._start = now, now()

    def add(self, size: int) -> None:
        """Notes that a video was read."""
        self.read += self._work(size)

    def leave(self, size: int) -> None:
        """Notes that another process has read a video."""
        self.total -= self._work(size)

    def seconds(self, part: float = 0.0) -> float | None:
        """Seconds that are left; None as long as they are unknown.

        Args:
            part: Bytes that were read of the current video.
        """
        done = self.read + part
        if done <= 0:
            return None
        return (self._now() - self._start) * max(0.0, self.total - done) / done

    @staticmethod
    def _work(size: int) -> int:
        return size + 10_000  # opening and writing take some time, too


def in_words(seconds: float | None) -> str:
    """The time in words, such as ``about 5 min left``; empty if it is unknown."""
    if seconds is None:
        return ''
    minutes = round(seconds / 60)
    if minutes < 1:
        return 'less than a minute left'
    hours, minutes = divmod(minutes, 60)
    if hours >= 48:
        return f'about {round(hours / 24)} days left'
    return (
        f'about {hours} h {minutes} min left' if hours else f'about {minutes} min left'
    )


class ManyProgress:
    """Shows the progress: two bars on a terminal, else one line for each video.

    Args:
        videos: The videos to read.
        console: Where the lines go.
    """

    def __init__(self, videos: Sequence[Video], console: Terminal) -> None:
        self._console = console
        self._count, self._done = len(videos), 0
        self.estimate = Estimate([video.size for video in videos])
        live = console.is_interactive and console.file.isatty()
        self._bars = _bars(console) if live else None
        self._all: TaskID | None = None

    def __enter__(self) -> 'ManyProgress':
        if self._bars is not None:
            self._bars.start()
            self._all = self._bars.add_task('all videos', total=1.0, state='')
            self._show()
        return self

    def __exit__(self, *args) -> None:
        if self._bars is not None:
            self._bars.stop()

    def reading(
        self, video: Video
    ) -> Callable[[Source], AbstractContextManager[Callable[[], None]]]:
        """The bar for the frames of one video, see ``DFERInferencer.iterate``."""
        if self._bars is None:
            return no_progress
        return lambda source: self._frames(video, source)

    def finished(self, video: Video, line: str | Text, *more: str) -> None:
        """Notes that a video was read, or could not be read.

        Args:
            video: The video.
            line: Text about it.
            *more: Further parts of the line.
        """
        self._done += 1
        self.estimate.add(video.size)
        left = in_words(self.estimate.seconds()) if self._done < self._count else ''
        parts = [f'[{self._done}/{self._count}]', line, *more]
        if left and self._bars is None:
            parts.append(f'({left})')
        self._console.print(*parts, soft_wrap=True)
        self._show()

    def left_out(self, video: Video) -> None:
        """Notes that another process has read a video, or reads it."""
        self._count -= 1
        self.estimate.leave(video.size)
        self._show()

    def _show(self, part: float = 0.0) -> None:
        if self._bars is None or self._all is None:
            return
        estimate = self.estimate
        share = (estimate.read + part) / max(1, estimate.total)
        left = in_words(estimate.seconds(part)) if self._done < self._count else ''
        state = ', '.join(filter(None, [f'{self._done}/{self._count}', left]))
        self._bars.update(self._all, completed=min(1.0, share), state=state)

    @contextmanager
    def _frames(self, video: Video, source: Source) -> Iterator[Callable[[], None]]:
        total, read = source.total, 0
        name = one_line(video.name)
        name = name if len(name) <= 40 else '...' + name[-37:]
        task = self._bars.add_task(name, total=total, state='')

        def advance() -> None:
            nonlocal read
            read += 1
            said = f'{read}/{total} frames' if total else f'{read} frames'
            self._bars.update(task, completed=read, state=said)
            self._show(video.size * min(1.0, read / total) if total else 0.0)

        try:
            yield advance
        finally:
            self._bars.remove_task(task)


def _bars(console: Terminal) -> Progress:
    return Progress(
        TextColumn('{task.description}', markup=False),
        BarColumn(),
        TextColumn('{task.fields[state]}', markup=False),
        console=console,
        redirect_stderr=sys.stderr.isatty(),  # else it goes where it was sent
    )
