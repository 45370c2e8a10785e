"""Frames in memory: all of them at once, or one after another from anywhere."""

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from .errors import InputError
from .frames import Frame, Source, SourceInfo

_LONGEST = 1e9  # seconds [choice]: a longer step means that the clock was changed


class ArraySource(Source):
    """Frames in memory.

    Args:
        frames: (T, H, W, 3) or (T, H, W) uint8 RGB or grey, or a list of such frames
            of one size.
        fps: Frames a second.
    """

    def __init__(self, frames: Sequence[np.ndarray], fps: float) -> None:
        super().__init__()
        if len(frames) == 0:
            raise InputError('the array has no frame: give at least one')
        self._pictures = frames
        self._shape = _picture_of(frames[0], 0).shape[:2]
        height, width = self._shape
        self.info = SourceInfo('<array>', width, height, fps)
        self.total = len(frames)

    def _frames(self) -> Iterator[Frame]:
        for index in range(len(self._pictures)):
            picture = _picture_of(self._pictures[index], index, self._shape)
            yield Frame(index, index / self.info.fps, picture)


class FrameStream(Source):
    """Frames that come one after another, such as from a generator.

    Width and height are known after the first frame. A frame is copied, because the
    tracker keeps it for a while and its owner may write to the array again.

    Args:
        frames: Arrays (H, W, 3) or (H, W), uint8 RGB or grey, all of one size; or pairs
            of a time in seconds and such an array, with ascending times.
        fps: Frames a second, for frames without a time.

    Raises:
        InputError: During reading: an item is not a frame, or its time is not a valid
            time or does not ascend.
    """

    def __init__(self, frames: Iterable[Any], fps: float) -> None:
        super().__init__()
        self._given = frames
        self.info = SourceInfo('<stream>', 0, 0, fps)

    def _frames(self) -> Iterator[Frame]:
        first, last, shape = None, -math.inf, None
        for index, each in enumerate(self._given):
            time, picture = index / self.info.fps, each
            if isinstance(each, tuple):
                time, picture = _pair(each, index)
            picture = _picture_of(picture, index, shape)
            if shape is None:
                shape = self.info.height, self.info.width = picture.shape[:2]
                first = time
            if not time > last:
                raise InputError(
                    f'frame {index} has the time {time:g}, the one before {last:g}: '
                    'times must ascend'
                )
            if time - first > _LONGEST:
                raise InputError(
                    f'frame {index} has the time {time:g}, more than thirty years '
                    f'after the first one ({first:g}): times are in seconds'
                )
            last = time
            yield Frame(index, time - first, picture.copy())


def _pair(given: tuple, index: int) -> tuple[float, Any]:
    try:
        time, picture = given
        time = float(time)
    except (TypeError, ValueError) as err:
        raise InputError(
            f'frame {index} is a tuple, but not (time in seconds, picture)'
        ) from err
    if not math.isfinite(time):
        raise InputError(
            f'frame {index} has the time {time}, which is not a number: give seconds'
        )
    return time, picture


def _picture_of(
    frame: Any, index: int, size: tuple[int, int] | None = None
) -> np.ndarray:
    """A frame as (h, w, 3) uint8; a grey frame becomes RGB.

    Raises:
        InputError: It is not a picture, or not of this size (height, width).
    """
    shape = getattr(frame, 'shape', ())
    grey = len(shape) == 2
    right = (grey or len(shape) == 3 and shape[2] == 3) and 0 not in shape
    if getattr(frame, 'dtype', None) != np.uint8 or not right:
        found = f'{type(frame).__name__} {getattr(frame, "dtype", "")} {shape}'
        raise InputError(
            f'frame {index} is {found}; needed is uint8 of (height, width, 3) in '
            'RGB, or (height, width) in grey'
        )
    if size is not None and shape[:2] != size:
        raise InputError(
            f'frame {index} is {shape[:2]} (height, width), the first one {size}'
        )
    return np.repeat(frame[..., None], 3, axis=2) if grey else frame
