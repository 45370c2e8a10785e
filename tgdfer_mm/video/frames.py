"""The interface of sources of frames, and one frame of a source."""

import time as clocks
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

import numpy as np

# largest number of pixels of a frame; a frame of 8K has 33 million
MAX_PIXELS = 64_000_000
MOST_PIXELS = 2**31 - 1  # the largest number that FFmpeg accepts


@dataclass
class SourceInfo:
    """The facts about a source; the ``source`` of a result.

    Width and height are those of the picture as it is shown: upright, with square
    pixels. ``frames`` and ``duration`` count only what was read. ``rotation`` is the
    angle by which the stored picture is turned, in degrees counter-clockwise.
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
        index: Its number in the source, from 0.
        time: Seconds since the first frame.
        stored: The picture as it is stored: an RGB array, or an object that `convert`
            takes.
        turns: Number of quarter turns counter-clockwise that make it upright.
        scale: Stored pixels for one source pixel.
        convert: Returns a stored picture as an RGB array of the given size (width,
            height).

    Attributes:
        arrived: Time when it was read, seconds of ``time.monotonic``.
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
        """Width and height of the upright picture, in source pixels."""
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
            RGB (h, w, 3) uint8, and its number of pixels for one source pixel. The
            array is made once for each side; do not write to it.
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
            # imported here, because a process that only decodes does not need it
            import cv2

            picture = cv2.resize(stored, size, interpolation=cv2.INTER_AREA)
        else:
            picture = self._upright(self.convert(stored, *size))
        return picture, self.scale * factor

    def _upright(self, picture: np.ndarray) -> np.ndarray:
        return np.ascontiguousarray(np.rot90(picture, self.turns))


class Source:
    """Base of the sources of frames: iterate once, then read `info` and `problems`.

    Attributes:
        info: The facts about it; complete after the iteration.
        total: Expected number of frames, None if unknown.
        problems: Sentences about what was damaged or missing. If there are any, the
            result is not complete.
        notes: Sentences about what else the reader of a result has to know.
        time: Time of the frame that was read last, seconds.
        threads: Whether one thread may read its frames while another thread uses them.
        longest_step: Longest time between two frames so far, seconds.
        times_are_stamps: Whether the times are those of the file, so that the file can
            be opened at such a time; known after the iteration.
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
