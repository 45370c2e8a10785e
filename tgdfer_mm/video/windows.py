"""Cuts a track into bags: one bag if it is short, else windows that overlap."""

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
    # With times in nanoseconds each second would take hours of steps.
    stride=Number(least=0.001, most=3600),
)
# A data set can leave clips out, but every video of a user must be read.
_SHORT_CLIP = [name for name in SHORT_CLIP if name != 'exclude']


@dataclass(frozen=True)
class WindowPlan:
    """The rule that cuts a track into bags.

    A track no longer than a window is one bag. A longer track is cut into windows that
    start `stride` apart, and a last window that ends with the track. Each window is
    divided into `frames` equal segments, and the model gets the middle frame of each,
    as in testing. The lengths are in seconds, because a user's video may have another
    frame rate than the data set. A config states them in ``video.window``.

    Attributes:
        frames: Number of frames that the model gets.
        seconds: Length of a window.
        stride: Time from the start of one window to the start of the next, seconds.
        short_clip: The rule for a window with fewer frames, see ``SampleSegments``.
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
        """Indices of the frames that the model gets, (at most `frames`,) int64."""
        inds, valid = sample_segments(count, self.frames, True, self.short_clip)
        return inds[:valid]


class Crop(NamedTuple):
    """One frame of a track: its position in the track, its time and its picture."""

    place: int
    time: float
    picture: np.ndarray


class Window(NamedTuple):
    """One bag: positions of its first and last frame, and the crops for the model."""

    first: int
    last: int
    crops: list[Crop]


class WindowCutter:
    """Cuts one track into windows while it grows; it keeps one window in memory.

    Args:
        plan: The rule that cuts a track.
    """

    def __init__(self, plan: WindowPlan) -> None:
        self._plan = plan
        self._crops: deque[Crop] = deque()
        self._start: float | None = None  # start of the next window, seconds
        self._covered = -1  # last position in a window so far

    def add(self, crop: Crop) -> Iterator[Window]:
        """Adds the next frame; yields the windows that end before it."""
        if self._start is None:
            self._start = crop.time
        while crop.time >= self._start + self._plan.seconds:
            inside = [c for c in self._crops if c.time >= self._start]
            if inside and inside[-1].place > self._covered:
                yield self._window(inside)
            self._start += self._plan.stride
            if not inside:  # before this frame there is a gap, perhaps of days
                left = crop.time - self._plan.seconds - self._start
                self._start += max(0, left // self._plan.stride) * self._plan.stride
        self._crops.append(crop)
        oldest = crop.time - self._plan.seconds
        while self._crops[0].time < min(oldest, self._start):
            self._crops.popleft()

    def finish(self) -> Iterator[Window]:
        """Yields the last windows when the track has ended."""
        if not self._crops or self._crops[-1].place <= self._covered:
            return
        end = self._crops[-1].time - self._plan.seconds
        yield self._window([c for c in self._crops if c.time > end])

    def _window(self, crops: list[Crop]) -> Window:
        self._covered = crops[-1].place
        chosen = [crops[i] for i in self._plan.sample(len(crops))]
        return Window(crops[0].place, crops[-1].place, chosen)
