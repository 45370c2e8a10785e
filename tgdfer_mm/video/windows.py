"""A track as bags: one if it is short, else windows that overlap."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ..clips.sampling import SHORT_CLIP, sample_segments
from .checks import Number, check_numbers
from .errors import UsageError

_NUMBERS = dict(
    frames=Number(least=1, most=1024, whole=True),
    seconds=Number(above=0, most=3600),
    # A clock of nanoseconds would step for hours through each second.
    stride=Number(least=0.001, most=3600),
)
# A data set can leave clips out, a user's video is there to be read.
_SHORT_CLIP = [name for name in SHORT_CLIP if name != 'exclude']


@dataclass(frozen=True)
class WindowPlan:
    """How a track is cut into bags.

    A track no longer than a window is one bag. A longer one is windows that start
    `stride` apart, and a last one that ends with the track. Of each the model looks at
    `frames` pictures, the middle ones of so many equal segments, as in testing. The
    lengths are in seconds, because the rate of a user's video is not the data set's. A
    config says them in ``video.window``.

    Attributes:
        frames: Pictures the model looks at.
        seconds: Length of a window.
        stride: From the start of one window to the start of the next, seconds.
        short_clip: What happens to a window with fewer frames, see ``SampleSegments``.
    """

    frames: int = 16
    seconds: float = 2.0
    stride: float = 0.5
    short_clip: str = 'pad'

    def __post_init__(self) -> None:
        check_numbers(self, 'video.window.', _NUMBERS)
        if self.stride > self.seconds:
            raise UsageError(
                f'video.window.stride={self.stride} must be at most '
                f'video.window.seconds={self.seconds}'
            )
        if self.short_clip not in _SHORT_CLIP:
            raise UsageError(
                f'video.window.short_clip={self.short_clip!r} must be one of '
                f'{", ".join(_SHORT_CLIP)}'
            )

    def sample(self, count: int) -> np.ndarray:
        """Which of `count` frames are looked at, (at most `frames`,) int64."""
        inds, valid = sample_segments(count, self.frames, True, self.short_clip)
        return inds[:valid]


class Crop(NamedTuple):
    """One frame of a track: its place in the track, its time, its picture."""

    place: int
    time: float
    picture: np.ndarray


class Window(NamedTuple):
    """One bag: all its frames' first and last place, and the crops looked at."""

    first: int
    last: int
    crops: list[Crop]


class WindowCutter:
    """Cuts one track into windows while it grows; holds one window of it.

    Args:
        plan: How.
    """

    def __init__(self, plan: WindowPlan) -> None:
        self._plan = plan
        self._crops: deque[Crop] = deque()
        self._start: float | None = None  # of the next window
        self._covered = -1  # last place in a window so far

    def add(self, crop: Crop) -> Iterator[Window]:
        """Takes the next frame; yields the windows that end before it."""
        if self._start is None:
            self._start = crop.time
        while crop.time >= self._start + self._plan.seconds:
            inside = [c for c in self._crops if c.time >= self._start]
            if inside and inside[-1].place > self._covered:
                yield self._window(inside)
            self._start += self._plan.stride
            if not inside:  # nothing is there until this frame, perhaps for days
                left = crop.time - self._plan.seconds - self._start
                self._start += max(0, left // self._plan.stride) * self._plan.stride
        self._crops.append(crop)
        oldest = crop.time - self._plan.seconds
        while self._crops[0].time < min(oldest, self._start):
            self._crops.popleft()

    def finish(self) -> Iterator[Window]:
        """Yields what is left when the track has ended."""
        if not self._crops or self._crops[-1].place <= self._covered:
            return
        end = self._crops[-1].time - self._plan.seconds
        yield self._window([c for c in self._crops if c.time > end])

    def _window(self, crops: list[Crop]) -> Window:
        self._covered = crops[-1].place
        chosen = [crops[i] for i in self._plan.sample(len(crops))]
        return Window(crops[0].place, crops[-1].place, chosen)
