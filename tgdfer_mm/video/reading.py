"""Frames one after another, upright, with their times, whatever they come from."""

import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from ..clips.decoding import read_picture
from ..clips.errors import DamagedClipError
from ..datasets.transforms import ListFrames
from .errors import InputError, UsageError

MAX_SIDE = 1920  # larger pictures are shrunk when read: no crop needs more


@dataclass
class SourceInfo:
    """What is known of a source; the ``source`` of a result.

    Width and height are those of the upright picture. ``frames`` and ``duration``
    count what was read; ``rotation`` is how far the stored picture had to be turned,
    in degrees counter-clockwise.
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
        picture: Stored picture, an RGB array, or what `convert` takes.
        turns: Quarter turns counter-clockwise that make it upright.
        scale: Stored pixels a source pixel.
        convert: Gives a stored picture as an RGB array of so many pixels
            (width, height).
    """

    def __init__(
        self,
        index: int,
        time: float,
        picture: Any,
        turns: int = 0,
        scale: float = 1.0,
        convert: Callable[[Any, int, int], np.ndarray] | None = None,
    ) -> None:
        self.index = index
        self.time = time
        self.scale = scale
        self._picture = picture
        self._turns = turns
        self._convert = convert

    @cached_property
    def rgb(self) -> np.ndarray:
        """The picture (h, w, 3), uint8; `scale` times the source's size."""
        stored = self._picture
        if self._convert is None:
            return stored
        return self._upright(self._convert(stored, stored.width, stored.height))

    def small(self, side: int) -> tuple[np.ndarray, float]:
        """The picture with its longer side shrunk to at most `side` pixels.

        Returns:
            RGB (h, w, 3) uint8, and its pixels a source pixel.
        """
        stored = self._picture
        if self._convert is None:
            height, width = stored.shape[:2]
        else:
            height, width = stored.height, stored.width
        factor = side / max(height, width)
        if factor >= 1:
            return self.rgb, self.scale
        size = max(1, round(width * factor)), max(1, round(height * factor))
        if self._convert is None:
            picture = cv2.resize(stored, size, interpolation=cv2.INTER_AREA)
        else:
            picture = self._upright(self._convert(stored, *size))
        return picture, self.scale * factor

    def _upright(self, picture: np.ndarray) -> np.ndarray:
        return np.ascontiguousarray(np.rot90(picture, self._turns))


class Source:
    """Base of what frames come from: iterate once, then read `info` and `problems`.

    Attributes:
        info: What is known; complete after the iteration.
        total: Frames to expect, None if unknown.
        problems: What was damaged or missing, sentences. Not empty: not complete.
    """

    info: SourceInfo
    total: int | None = None

    def __init__(self) -> None:
        self.problems: list[str] = []

    def __iter__(self) -> Iterator[Frame]:
        last = 0.0
        for frame in self._frames():
            last = frame.time
            self.info.frames += 1
            self.info.duration = round(last + 1 / self.info.fps, 4)
            yield frame

    def _frames(self) -> Iterator[Frame]:
        raise NotImplementedError

    def close(self) -> None:
        """Releases files and devices."""

    def __enter__(self) -> 'Source':
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


class ArraySource(Source):
    """Frames in memory.

    Args:
        frames: (T, H, W, 3) or (T, H, W) uint8 RGB or grey, or a list of such frames
            of one size.
        fps: Their rate.
    """

    def __init__(self, frames: Sequence[np.ndarray], fps: float) -> None:
        super().__init__()
        if len(frames) == 0:
            raise InputError('the array holds no frame')
        self._pictures = frames
        self._shape = self._check(0)[:2]
        height, width = self._shape
        self.info = SourceInfo('<array>', width, height, fps)
        self.total = len(frames)

    def _check(self, index: int) -> tuple[int, ...]:
        frame = self._pictures[index]
        shape = getattr(frame, 'shape', ())
        grey = len(shape) == 2
        if getattr(frame, 'dtype', None) != np.uint8 or not (
            grey or len(shape) == 3 and shape[2] == 3
        ):
            found = f'{type(frame).__name__} {getattr(frame, "dtype", "")} {shape}'
            raise InputError(
                f'frame {index} is {found}; needed is uint8 of (height, width, 3) in '
                'RGB, or (height, width) in grey'
            )
        return shape

    def _frames(self) -> Iterator[Frame]:
        for index in range(len(self._pictures)):
            shape = self._check(index)
            if shape[:2] != self._shape:
                raise InputError(
                    f'frame {index} is {shape[:2]} (height, width), the first one '
                    f'{self._shape}'
                )
            picture = self._pictures[index]
            if picture.ndim == 2:
                picture = np.repeat(picture[..., None], 3, axis=2)
            yield Frame(index, index / self.info.fps, picture)


class FolderSource(Source):
    """A folder of pictures, one a frame, in the order of the numbers in their names.

    Args:
        folder: The folder.
        fps: Rate of the frames.
    """

    def __init__(self, folder: str | Path, fps: float) -> None:
        super().__init__()
        listed = dict(clip=str(folder), frame_dir=str(folder))
        try:
            self._files = ListFrames()(listed)['frame_files']
            height, width = self._read(0).shape[:2]
        except DamagedClipError as err:
            raise InputError(str(err)) from err
        self.info = SourceInfo(str(folder), width, height, fps)
        self.total = len(self._files)

    def _read(self, index: int) -> np.ndarray:
        return read_picture(self._files[index], self._files[index])

    def _frames(self) -> Iterator[Frame]:
        for index in range(len(self._files)):
            try:
                picture = self._read(index)
            except DamagedClipError as err:
                self.problems.append(f'left out: {err.reason}')
                continue
            if picture.shape[:2] != (self.info.height, self.info.width):
                self.problems.append(
                    f'left out: {self._files[index]} is {picture.shape[1]}x'
                    f'{picture.shape[0]}, the first picture {self.info.width}x'
                    f'{self.info.height}'
                )
                continue
            yield Frame(index, index / self.info.fps, picture)


class CameraSource(Source):
    """A camera, read until it is closed or stopped.

    Args:
        index: The camera's number, as OpenCV counts.
    """

    def __init__(self, index: int) -> None:
        super().__init__()
        self._capture = cv2.VideoCapture(index)
        if not self._capture.isOpened():
            raise InputError(f'there is no camera {index}, or another program has it')
        width, height, fps = (
            self._capture.get(key)
            for key in (
                cv2.CAP_PROP_FRAME_WIDTH,
                cv2.CAP_PROP_FRAME_HEIGHT,
                cv2.CAP_PROP_FPS,
            )
        )
        self.info = SourceInfo(f'camera {index}', int(width), int(height), fps or 25.0)

    def _frames(self) -> Iterator[Frame]:
        start, index = time.monotonic(), 0
        while True:
            done, picture = self._capture.read()
            if not done:
                self.problems.append('the camera stopped giving pictures')
                return
            picture = cv2.cvtColor(picture, cv2.COLOR_BGR2RGB)
            yield Frame(index, time.monotonic() - start, picture)
            index += 1

    def close(self) -> None:
        self._capture.release()


def open_source(source: Any, fps: float = 25.0) -> Source:
    """Opens anything that frames come from.

    Args:
        source: Path of a video or of a folder of pictures, an array or list of
            frames, or the number of a camera.
        fps: Rate of frames that do not say theirs (folders, arrays).

    Raises:
        InputError: Not one frame can be read.
        UsageError: It is none of those.
    """
    if isinstance(source, bool) or source is None:
        raise UsageError(f'{source!r} is no input')
    if isinstance(source, int | np.integer):
        return CameraSource(int(source))
    if isinstance(source, str | os.PathLike):
        path = Path(source).expanduser()
        if path.is_dir():
            return FolderSource(path, fps)
        from .video_file import VideoFileSource

        return VideoFileSource(path)
    if isinstance(source, np.ndarray | list | tuple):
        return ArraySource(source, fps)
    raise UsageError(
        f'{type(source).__name__} is no input: give a path, an array, a list of frames '
        'or the number of a camera'
    )
