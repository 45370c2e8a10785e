"""Frames of a video file that another process decodes."""

from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from ..frames import MAX_PIXELS, Frame, Source, SourceInfo
from .process import DecodingProcess, ProcessLimits


class ApartSource(Source):
    """The frames of a video file, as :class:`.video_file.VideoFileSource` gives them.

    The frames stay in the other process. This process gets only the pictures that it
    uses, in the size that it needs. The other process drops a frame when this process
    drops it. The next frame is decoded when it is requested, so memory is bounded as in
    one process.

    Args:
        path: The file.
        formats: See :func:`.opening.open_media`.
        max_pixels: Largest number of pixels of a frame.
        limits: Limits of the process.
        heed: See :class:`.process.DecodingProcess`.

    Raises:
        InputError: The file cannot be read, as in :class:`.video_file.VideoFileSource`,
            or the process crashed.
    """

    def __init__(
        self,
        path: Path,
        formats: str | None = None,
        max_pixels: int = MAX_PIXELS,
        limits: ProcessLimits | None = None,
        heed: Callable[[], None] = lambda: None,
    ) -> None:
        super().__init__()
        self._gone: deque[int] = deque()  # a frame may be deleted in any thread
        self._process = DecodingProcess(str(path), limits, heed)
        try:
            said, _ = self._process.ask(
                'open', path=str(path), formats=formats, max_pixels=max_pixels
            )
            self.info, self.total = self._stated(said)
        except BaseException:
            self.close()
            raise

    @property
    def pid(self) -> int:
        """Process id."""
        return self._process.pid

    def _frames(self) -> Iterator[Frame]:
        while True:
            gone = [self._gone.popleft() for _ in range(len(self._gone))]
            said, data = self._process.ask('next', drop=gone)
            if 'frame' not in said:
                self._take_last_words(said)
                return
            yield self._frame(said['frame'], data)

    def _take_last_words(self, said: dict[str, Any]) -> None:
        try:
            self.problems += map(str, said['problems'])
            self.notes += map(str, said['notes'])
        except (KeyError, TypeError):
            raise self._process.broken() from None

    def _stated(self, said: dict[str, Any]) -> tuple[SourceInfo, int | None]:
        """Checks the facts about the video: a broken process may send anything."""
        try:
            info, total = SourceInfo(**said['info']), said['total']
            whole = all(type(n) is int for n in (info.width, info.height, total or 0))
            if whole and info.fps > 0:
                return info, total
        except (KeyError, TypeError):
            pass
        raise self._process.broken()

    def _frame(self, facts: Any, data: np.ndarray) -> Frame:
        try:
            index, time, width, height, turns, scale = facts
            if data.size:
                picture = data.reshape(height, width, 3)
                return Frame(index, float(time), picture, turns, scale)
            stored = _Stored(index, int(width), int(height), self._gone.append)
            return Frame(index, float(time), stored, turns, scale, self._converted)
        except (TypeError, ValueError):
            raise self._process.broken() from None

    def _converted(self, stored: '_Stored', width: int, height: int) -> np.ndarray:
        _, picture = self._process.ask(
            'convert',
            (height, width, 3),
            index=stored.index,
            width=width,
            height=height,
        )
        return picture

    def close(self) -> None:
        self._process.close()


class _Stored:
    """A picture that the other process holds."""

    def __init__(
        self, index: int, width: int, height: int, forget: Callable[[int], None]
    ) -> None:
        self.index, self.width, self.height = index, width, height
        self._forget = forget

    def __del__(self) -> None:
        self._forget(self.index)
