"""The windows of a stream of frames, while it runs."""

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from ..video.arrays import FrameStream
from ..video.errors import NoNumberError, UsageError
from ..video.faces import FaceDetector, WatchedDetector
from ..video.frames import Frame, Source
from ..video.live import LiveAnalysis
from ..video.read_ahead import ReadAhead
from ..video.reading import CameraSource, open_source
from ..video.settings import VideoSettings
from .result import make_result
from .runtime import OnnxRuntime, TorchRuntime

_WAITING = 16  # most frames of a camera that wait: two thirds of a second


class _UnwantedError(Exception):
    """The stream is not wanted any longer."""


def open_stream(frames: Any, fps: float, max_pixels: int) -> Source:
    """Opens the argument of :meth:`tgdfer_mm.apis.DFERInferencer.stream`."""
    opened = isinstance(frames, Source | str | os.PathLike | int | np.integer)
    if opened or frames is None:
        return open_source(frames, fps, max_pixels)
    try:
        return FrameStream(iter(frames), fps)
    except TypeError as err:
        raise UsageError(
            f'{type(frames).__name__} is not a stream: give an iterable of frames, the '
            'number of a camera, or a path'
        ) from err


class LiveStream:
    """The windows of a stream, each as soon as all of its frames are known.

    Iterate over it once; it is closed at the end, or by ``with``. See
    :meth:`tgdfer_mm.apis.DFERInferencer.stream`.

    Args:
        source: Where the frames come from.
        detector: Finds the faces.
        runtime: Predicts.
        batch_size: Windows that the model sees together at most.
        real_time: Whether frames are dropped if they arrive faster than they are
            analysed; None drops only those of a camera.
        keep: Whether the numbers of all frames are kept, for :meth:`result`. Without it
            memory does not grow with the stream, and ``max_frames`` does not end it.
    """

    def __init__(
        self,
        source: Source,
        detector: FaceDetector,
        runtime: TorchRuntime | OnnxRuntime,
        batch_size: int = 8,
        real_time: bool | None = None,
        keep: bool = False,
    ) -> None:
        if real_time is None:
            real_time = isinstance(source, CameraSource)
        self._ahead = ReadAhead(source, _WAITING, drop=True) if real_time else None
        self._source = source = self._ahead or source
        self._watched = WatchedDetector(detector, source.problems)
        self._detector, self._about = detector, runtime.about
        self._settings: VideoSettings = runtime.settings
        if not keep:
            self._settings = replace(self._settings, max_frames=None)
        self._analysis = LiveAnalysis(
            source,
            self._watched,
            runtime.predict,
            runtime.about['classes'],
            self._settings,
            batch_size,
            keep,
            self._advance,
        )
        self._unwanted: Callable[[], bool] = lambda: False
        self._keep, self._ended = keep, False
        self._windows = self._all()

    @property
    def frames(self) -> int:
        """Frames that were looked at so far."""
        return self._source.info.frames

    @property
    def dropped(self) -> int:
        """Frames that came too fast and were dropped so far."""
        return self._ahead.dropped if self._ahead else 0

    @property
    def delay(self) -> dict:
        """Seconds from a window's newest frame to the window, without the model's time.

        See :func:`tgdfer_mm.video.live.promised_delay`.
        """
        return self._analysis.delay

    @property
    def faces(self) -> list[dict]:
        """``track`` and ``box`` of the faces that are seen, as last known."""
        return self._analysis.faces

    @property
    def newest(self) -> Frame | None:
        """The last frame of a stream in real time."""
        return self._ahead.newest if self._ahead else None

    def __iter__(self) -> Iterator[dict]:
        return self

    def __next__(self) -> dict:
        return next(self._windows)

    def until(self, unwanted: Callable[[], bool]) -> Iterator[dict]:
        """Yields the windows until they are not wanted any longer.

        Args:
            unwanted: Tells whether to stop; called at each frame. Tracks that are open
                at that time are left out.
        """
        self._unwanted = unwanted
        return self

    def _advance(self) -> None:
        if self._unwanted():
            raise _UnwantedError

    def _all(self) -> Iterator[dict]:
        with self._source:
            try:
                for window in self._analysis.windows():
                    yield window | dict(dropped=self.dropped)
            except _UnwantedError:
                return
            except NoNumberError as err:
                raise NoNumberError(f'{self._source.info.path}: {err}') from err
            self._watched.finish()
            self._ended = True

    def result(self) -> dict:
        """The whole result, as a call with the same frames gives it.

        If not all windows were taken, the result has the frames until then, and
        ``complete`` is false.

        Raises:
            UsageError: The stream keeps nothing.
        """
        if not self._keep:
            raise UsageError('the stream keeps no result: stream(..., keep=True) does')
        self.close()
        self._analysis.finish(self._ended)
        if self.dropped:
            self._analysis.warnings.append(
                f'{self.dropped} frames came faster than they could be looked at, and '
                'were dropped'
            )
        return make_result(
            self._analysis,
            self._source.info,
            self._about,
            self._detector,
            self._settings,
        )

    def close(self) -> None:
        """Ends it, and closes what the frames come from."""
        self._windows.close()
        self._source.close()

    def __enter__(self) -> 'LiveStream':
        return self

    def __exit__(self, *error: object) -> None:
        self.close()
