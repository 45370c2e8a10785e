"""Opens sources of frames: arrays, folders of pictures, cameras and video files."""

import os
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from ..clips.errors import DamagedClipError
from ..clips.frame_names import natural_sorted
from .arrays import ArraySource
from .errors import InputError, UsageError
from .frames import MAX_PIXELS, Frame, Source, SourceInfo
from .stills import STILLS, pictures_in, read_still
from .video_file import VideoFileSource

_CAMERAS = 100  # larger numbers mean other kinds of source in OpenCV
VIDEOS = ('.mp4', '.mov', '.m4v', '.mkv', '.webm', '.avi', '.wmv', '.flv', '.mpg')
VIDEOS += ('.mpeg', '.ts', '.mts', '.m2ts', '.ogv', '.3gp', '.vob', '.asf', '.3g2')
VIDEOS += ('.mpe', '.m2v', '.qt', '.f4v', '.divx', '.dv', '.mxf', '.nut', '.y4m')


class FolderSource(Source):
    """A folder with one picture for each frame, in the order of their numbers.

    A picture is left out and named in `problems` if it cannot be read, or if its size
    differs from that of the first readable one. Files of other kinds are named in
    `notes`.

    Args:
        folder: The folder.
        fps: Rate of the frames.
        max_pixels: Largest number of pixels of a picture.
    """

    threads = True

    def __init__(
        self, folder: str | Path, fps: float, max_pixels: int = MAX_PIXELS
    ) -> None:
        super().__init__()
        self._max_pixels = max_pixels
        self._files, others = _listed(Path(folder))
        if others:
            self.notes.append(f'{folder}: no pictures, and left out: {_some(others)}')
        for index in range(len(self._files)):
            try:
                height, width = self._read(index).shape[:2]
            except DamagedClipError as err:
                found = err.reason
                continue
            self.info = SourceInfo(str(folder), width, height, fps)
            self.total = len(self._files)
            return
        raise InputError(f'{folder}: none of its pictures can be read ({found})')

    def _read(self, index: int) -> np.ndarray:
        return read_still(self._files[index], self._max_pixels)

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
            if (count := pictures_in(self._files[index])) > 1:
                self.notes.append(
                    f'{self._files[index]} holds {count} pictures: the first was read'
                )
            yield Frame(index, index / self.info.fps, picture)


def _listed(folder: Path) -> tuple[list[str], list[str]]:
    """Paths of a folder's pictures in their order, and names of its other files.

    Raises:
        InputError: The folder has no picture.
    """
    try:
        # Without the hidden files that operating systems create.
        names = natural_sorted(n for n in os.listdir(folder) if n[0] != '.')
    except OSError as err:
        raise InputError(f'{folder}: cannot be listed ({err.strerror})') from err
    kinds = {n: Path(n).suffix.lower() for n in names}
    pictures = [n for n in names if kinds[n] in STILLS]
    others = [n for n in names if kinds[n] not in STILLS]
    if not pictures:
        videos = [n for n in others if kinds[n] in VIDEOS]
        if videos:
            raise InputError(
                f'{folder}: has no picture, but videos ({_some(videos)}). Give the '
                f'videos themselves: {Path(folder, "*" + kinds[videos[0]])}'
            )
        found = f', only {_some(others)}' if others else ''
        raise InputError(f'{folder}: has neither a picture nor a video{found}')
    return [str(folder / n) for n in pictures], others


def _some(names: list[str]) -> str:
    more = f' and {len(names) - 5} more' if len(names) > 5 else ''
    return ', '.join(names[:5]) + more


class CameraSource(Source):
    """A camera, read until it is closed or stopped.

    Args:
        index: The camera's number, as OpenCV counts.
    """

    def __init__(self, index: int) -> None:
        super().__init__()
        if not 0 <= index < _CAMERAS:  # OpenCV would crash, or open something else
            raise UsageError(f'camera {index}: cameras are numbered from 0')
        try:
            self._capture = cv2.VideoCapture(index)
            opened = self._capture.isOpened()
        except cv2.error as err:
            raise InputError(f'camera {index} cannot be opened ({err})') from err
        if not opened:
            raise InputError(
                f'camera {index} cannot be used: there is none of this number, or '
                'another program uses it'
            )
        done, self._first = self._capture.read()
        if not done:
            self._capture.release()
            raise InputError(
                f'camera {index} gives no picture: close other programs that use it, '
                'or give another number'
            )
        height, width = self._first.shape[:2]
        fps = self._capture.get(cv2.CAP_PROP_FPS)
        fps = fps if 0 < fps < 1000 else 25.0
        self.info = SourceInfo(f'camera {index}', width, height, fps)

    def _frames(self) -> Iterator[Frame]:
        start, index = time.monotonic(), 0
        done, picture = True, self._first
        while done:
            if picture.shape[:2] != (self.info.height, self.info.width):
                picture = cv2.resize(picture, (self.info.width, self.info.height))
            picture = cv2.cvtColor(picture, cv2.COLOR_BGR2RGB)
            yield Frame(index, time.monotonic() - start, picture)
            index += 1
            done, picture = self._capture.read()
        self.problems.append('the camera stopped giving pictures')

    def close(self) -> None:
        self._capture.release()


def open_source(source: Any, fps: float = 25.0, max_pixels: int = MAX_PIXELS) -> Source:
    """Opens a source of frames of any kind.

    Args:
        source: Path of a video or of a folder of pictures, an array or list of
            frames, the number of a camera, or a source that is open already.
        fps: Rate of frames that do not say theirs (folders, arrays).
        max_pixels: Largest number of pixels of a frame in a file. Larger ones are not
            decoded.

    Raises:
        InputError: No frame can be read.
        UsageError: `source` is of another kind.
    """
    if isinstance(source, Source):
        return source
    if isinstance(source, bool) or source is None:
        raise UsageError(
            f'{source!r} is not an input: give a path, an array, a list of frames or '
            'the number of a camera'
        )
    if isinstance(source, int | np.integer):
        return CameraSource(int(source))
    if isinstance(source, str | os.PathLike):
        return _open_path(source, fps, max_pixels)
    if isinstance(source, np.ndarray | list | tuple):
        return ArraySource(source, fps)
    raise UsageError(
        f'{type(source).__name__} is not an input: give a path, an array, a list of '
        'frames or the number of a camera'
    )


def _open_path(source: str | os.PathLike, fps: float, max_pixels: int) -> Source:
    if not os.fspath(source):  # an empty path would be the current folder
        raise InputError(
            'the name of an input is empty: give the path of a video or a folder'
        )
    try:
        path = Path(source).expanduser()
    except RuntimeError:  # there is no such user
        path = Path(source)
    if os.path.isdir(path):
        return FolderSource(path, fps, max_pixels)
    if not os.path.lexists(path) and re.match(r'[A-Za-z][\w+.-]+:/', os.fspath(source)):
        raise InputError(
            f'{source}: there is no such file. Videos are not read from the network: '
            'download it first'
        )
    return VideoFileSource(path, max_pixels=max_pixels)
