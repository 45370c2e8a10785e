"""Reads a source in a thread, before its frames are needed."""

import threading
from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from .frames import Frame, Source

_PATIENCE = 5.0  # seconds to wait for a source that gives nothing


class _Waiting(NamedTuple):
    frame: Frame | None  # None means the end
    problems: list[str]
    notes: list[str]
    error: BaseException | None = None


class ReadAhead(Source):
    """The frames of another source, which a thread reads ahead.

    The number of waiting frames is limited. If the work is slower than the source, the
    source waits; this is right for a file. With `drop` the oldest waiting frame is
    dropped and counted; this is right for a camera, which cannot wait.

    Args:
        source: The source of the frames. It is closed together with this one.
        most: Largest number of waiting frames.
        drop: Whether frames are dropped.

    Attributes:
        dropped: Number of dropped frames.
        newest: The frame that came last, which may still be waiting; None before the
            first frame.
    """

    def __init__(self, source: Source, most: int = 8, drop: bool = False) -> None:
        super().__init__()
        self._source = source
        self._most, self._drop = most, drop
        self._queue: deque[_Waiting] = deque()
        self._changed = threading.Condition()
        self._closed = False
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._said = 0, 0  # numbers of problems and notes that were passed on
        self.info = replace(source.info)
        self.total = source.total
        self.dropped = 0
        self.newest: Frame | None = None

    def _frames(self) -> Iterator[Frame]:
        self._thread.start()
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._queue)
                frame, problems, notes, error = self._queue.popleft()
                self._changed.notify_all()
            self.problems += problems
            self.notes += notes
            if error is not None:
                raise error
            if frame is None:
                break
            # A stream knows its size only after its first frame.
            self.info.width, self.info.height = (
                self._source.info.width,
                self._source.info.height,
            )
            yield frame

    def _read(self) -> None:
        error = None
        try:
            for frame in self._source:
                if not self._put(frame):
                    break
        except BaseException as err:  # the error is raised where the frames are used
            error = err
        self._put(None, error)
        if self._closed:
            self._source.close()

    def _put(self, frame: Frame | None, error: BaseException | None = None) -> bool:
        """Adds an item; returns False if no more are wanted."""
        source = self._source
        problems, notes = (
            said[start:]
            for said, start in zip(
                (source.problems, source.notes), self._said, strict=True
            )
        )
        self._said = len(source.problems), len(source.notes)
        with self._changed:
            if frame is not None:
                self.newest = frame
                if not self._drop:
                    self._changed.wait_for(
                        lambda: self._closed or len(self._queue) < self._most
                    )
                elif len(self._queue) >= self._most:
                    lost = self._queue.popleft()
                    problems, notes = lost.problems + problems, lost.notes + notes
                    self.dropped += 1
            self._queue.append(_Waiting(frame, problems, notes, error))
            self._changed.notify_all()
            return not self._closed

    def close(self) -> None:
        """Ends the thread, then closes the source.

        If the source gives nothing for five seconds, the thread closes it as soon as it
        gives something.
        """
        with self._changed:
            first, self._closed = not self._closed, True
            self._queue.clear()
            self._changed.notify_all()
        if self._thread.is_alive():
            self._thread.join(_PATIENCE)
        if first and not self._thread.is_alive():
            self._source.close()
