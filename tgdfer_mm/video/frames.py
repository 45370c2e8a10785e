"""One frame of a source, and what a source of frames is."""

import time as clocks
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

import numpy as np

MAX_PIXELS = 64_000_000  # of a frame; one of 8K has 33 million
MOST_PIXELS = 2**31 - 1  # that FFmpeg counts to


@dataclass
class SourceInfo:
    """What is known of a source; the ``source`` of a result.

    Width and height are those of the picture as it is shown: upright, with square
    pixels. ``frames`` and ``duration`` count what was read; ``rotation`` is how far
    the stored picture had to be turned, in degrees counter-clockwise.
    """

    path: str
    width: int
    height: int
    fps: float
    frames: int = 0
    duration: float = 0.0
    has_audio: bool = False
    rotation: int = 0

    def asdict(self) -> dict:
        """As plain data."""
        return asdict(self)


class Frame:
    """One upright frame.

    Args:
        index: From 0 in the source.
        time: Seconds since the first frame.
        stored: Picture as it is stored: an RGB array, or what `convert` takes.
        turns: Quarter turns counter-clockwise that make it upright.
        scale: Stored pixels a source pixel.
        convert: Gives a stored picture as an RGB array of so many pixels
            (width, height).

    Attributes:
        arrived: Seconds on ``time.monotonic`` when it was read.
    """

    def __init__(
        self,
        index: int,
        time: float,
        stored: Any,
        turns: int = 0,
        scale: float = 1.0,
        convert: Callable[[Any, int, int], np.ndarray] | None = None,
    ) -> None:
        self.index = index
        self.time = time
        self.scale = scale
        self.stored = stored
        self.turns = turns
        self.convert = convert
        self._small: dict[int, tuple[np.ndarray, float]] = {}
        self.arrived = clocks.monotonic()

    @property
    def size(self) -> tuple[float, float]:
        """Width and height upright, in source pixels; nothing is converted for it."""
        width, height = self.stored_size
        if self.convert is not None and self.turns % 2:
            width, height = height, width
        return width / self.scale, height / self.scale

    @property
    def stored_size(self) -> tuple[int, int]:
        """Width and height of the stored picture."""
        if self.convert is None:
            return self.stored.shape[1::-1]
        return self.stored.width, self.stored.height

    @cached_property
    def rgb(self) -> np.ndarray:
        """The picture (h, w, 3), uint8; `scale` times the source's size."""
        if self.convert is None:
            return self.stored
        return self._upright(self.convert(self.stored, *self.stored_size))

    def small(self, side: int) -> tuple[np.ndarray, float]:
        """The picture with its longer side shrunk to at most `side` pixels.

        Returns:
            RGB (h, w, 3) uint8, and its pixels a source pixel; made once for each
            side, not to be written to.
        """
        if side not in self._small:
            self._small[side] = self._shrunk(side)
        return self._small[side]

    def _shrunk(self, side: int) -> tuple[np.ndarray, float]:
        stored, (width, height) = self.stored, self.stored_size
        factor = side / max(height, width)
        if factor >= 1:
            return self.rgb, self.scale
        size = max(1, round(width * factor)), max(1, round(height * factor))
        if self.convert is None:
            import cv2  # here, as a process that only decodes has no need of it

            picture = cv2.resize(stored, size, interpolation=cv2.INTER_AREA)
        else:
            picture = self._upright(self.convert(stored, *size))
        return picture, self.scale * factor

    def _upright(self, picture: np.ndarray) -> np.ndarray:
        return np.ascontiguousarray(np.rot90(picture, self.turns))


class Source:
    """Base of what frames come from: iterate once, then read `info` and `problems`.

    Attributes:
        info: What is known; complete after the iteration.
        total: Frames to expect, None if unknown.
        problems: What was damaged or missing, sentences. Not empty: not complete.
        notes: What else the reader of a result has to know, sentences.
        time: Of the frame that was read last, seconds.
        threads: Whether its frames may be read in one thread and used in another.
        longest_step: Longest time between two frames so far, seconds.
        times_are_stamps: Whether the times are those of the file, so that it can be
            opened at one; complete after the iteration.
    """

    info: SourceInfo
    total: int | None = None
    threads: bool = False
    time: float = 0.0
    longest_step: float = 0.0
    times_are_stamps: bool = True

    def __init__(self) -> None:
        self.problems: list[str] = []
        self.notes: list[str] = []

    def __iter__(self) -> Iterator[Frame]:
        for frame in self._frames():
            self.longest_step = max(self.longest_step, frame.time - self.time)
            self.time = frame.time
            self.info.frames += 1
            self.info.duration = round(frame.time + 1 / self.info.fps, 4)
            yield frame

    def _frames(self) -> Iterator[Frame]:
        raise NotImplementedError

    def close(self) -> None:
        """Releases files and devices."""

    def __enter__(self) -> 'Source':
        return self

    def __exit__(self, *error: object) -> None:
        self.close()
