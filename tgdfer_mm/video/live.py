"""One pass over a stream: gives each window as soon as it is known, and keeps none."""

import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from .analysis import Analysis, Predictor
from .faces import FaceDetector
from .frames import Frame, Source
from .settings import VideoSettings
from .track_record import TrackRecord, number, numbers, window_numbers
from .tracking import HIDDEN, Seen
from .windows import Window


def promised_delay(settings: VideoSettings, step: float, cropped: bool = False) -> dict:
    """The longest delay of a window after its newest frame.

    A window ends when the next frame of its track is known. A frame is known at the
    next detection or, if the face was missed, when the face is given up.

    Args:
        settings: Settings for reading the stream.
        step: Longest time between two frames, seconds.
        cropped: Whether the frames are face crops already.

    Returns:
        Seconds in the time of the stream, without the time of the model: ``usual`` if
        every detection finds every face, and ``most`` in any case.
    """
    look = settings.every_seconds + step
    if settings.every is not None:
        look = settings.every * step
    if cropped:
        look = step
    usual = look + step
    shorter = settings.min_track - settings.window.seconds
    if shorter > 0:  # a window waits until its track is long enough
        usual += shorter + step
    return dict(usual=usual, most=usual + HIDDEN * settings.max_gap)


class _Place(NamedTuple):
    index: int
    time: float
    arrived: float


class LiveTrack:
    """The state of a track that goes on: the frames of one window, without pictures.

    Args:
        number: Number of the track.
        classes: Names of the K classes.
        seconds: Length of a window.
        hand_out: Is called with each window, its track and its newest frame.
        record: Collects the numbers of all frames; None collects none.

    Attributes:
        number: Number of the track.
        record: See above.
        settled: Whether it has ended and counts as a track.
        box: Box of the face, (x1, y1, x2, y2).
    """

    def __init__(
        self,
        number: int,
        classes: Sequence[str],
        seconds: float,
        hand_out: Callable[['LiveTrack', dict, _Place], None],
        record: TrackRecord | None,
    ) -> None:
        self.number, self.record, self.settled = number, record, False
        self.box: tuple[float, ...] = ()
        self._classes, self._seconds = list(classes), seconds
        self._hand_out = hand_out
        self._recent: deque[_Place] = deque()
        self._count = 0
        self._start = 0.0

    @property
    def length(self) -> float:
        """From the first to the last frame."""
        return self._recent[-1].time - self._start if self._recent else 0.0

    def add_frame(self, frame: Frame, seen: Seen) -> int:
        """Takes the next frame; returns its place in the track."""
        if self._recent:
            oldest = self._recent[-1].time - self._seconds
            while self._recent[0].time < oldest:
                self._recent.popleft()
        else:
            self._start = frame.time
        self._recent.append(_Place(frame.index, frame.time, frame.arrived))
        self._count += 1
        self.box = seen.box
        if self.record is not None:
            self.record.add_frame(frame, seen)
        return self._count - 1

    def add_window(
        self,
        window: Window,
        probabilities: np.ndarray,
        scores: np.ndarray | None,
        relevance: np.ndarray | None,
        movements: np.ndarray | None = None,
    ) -> None:
        """Hands out what the model predicted for a window, see :class:`TrackRecord`."""
        first, last = self._at(window.first), self._at(window.last)
        said = window_numbers(first[:2], last[:2], probabilities, self._classes)
        crops = [self._at(crop.place) for crop in window.crops]
        result = dict(
            track=self.number,
            **said,
            box=[round(float(v), 1) for v in self.box],
            frames=dict(
                index=[crop.index for crop in crops],
                time=[round(crop.time, 4) for crop in crops],
                scores=None if scores is None else [numbers(row) for row in scores],
                relevance=None
                if relevance is None
                else [number(share) for share in relevance],
            ),
        )
        self._hand_out(self, result, last)
        if self.record is not None:
            values = probabilities, scores, relevance, movements
            self.record.add_window(window, *values)

    def _at(self, place: int) -> _Place:
        return self._recent[place - self._count + len(self._recent)]


class LiveAnalysis(Analysis):
    """Hands out each window of a source as soon as it is known.

    The windows and their scores are those that :class:`Analysis` finds. Memory holds
    the same as there, and one window of numbers for each track that goes on. It does
    not grow with the stream, unless `keep` is set.

    Args:
        source: The source of the frames.
        detector: Finds the faces.
        predict: See :class:`Analysis`.
        classes: Names of the K classes.
        settings: See :class:`VideoSettings`.
        batch_size: Largest number of windows that are predicted together. A window
            never waits for others.
        keep: Whether the numbers of all frames are kept, for :meth:`tracks`.
        advance: Called after every frame read.
    """

    in_threads = False  # a window does not wait until a batch is full

    def __init__(
        self,
        source: Source,
        detector: FaceDetector,
        predict: Predictor,
        classes: Sequence[str],
        settings: VideoSettings,
        batch_size: int = 8,
        keep: bool = False,
        advance: Callable[[], None] = lambda: None,
    ) -> None:
        super().__init__(
            source, detector, predict, classes, settings, batch_size, advance
        )
        self._keeps = keep
        self._done = False
        self._out: list[tuple[LiveTrack, dict, _Place]] = []

    @property
    def delay(self) -> dict:
        """See :func:`promised_delay`, for the longest step between frames so far."""
        step = max(self._source.longest_step, 1 / self._source.info.fps)
        return promised_delay(self._settings, step, self._detector.cropped)

    @property
    def faces(self) -> list[dict]:
        """The newest ``track`` and ``box`` of each face that is there."""
        there = [record for record, _ in list(self._open.values())]
        return [dict(track=t.number, box=list(t.box)) for t in there]

    def windows(self) -> Iterator[dict]:
        """The windows as plain data, also those that still wait after the last frame.

        Each has the fields of a result's ``windows`` and also: ``track``, the number of
        its track; ``box``, the place of the face; ``frames``, with ``index``, ``time``,
        ``scores`` and ``relevance`` of the frames that the model used; ``delay``, the
        seconds since its newest frame: ``stream`` in the time of the stream, and
        ``clock`` in real time.
        """
        for step in self._faces.steps():
            self._take(step)
            yield from self._due()
        self.finish()
        yield from self._due()

    def finish(self, finished: bool = True) -> None:
        """Ends all tracks, after the last frame or when the user stops.

        Args:
            finished: Whether the source was read to its end.
        """
        if not self._done:
            self._done = True
            self._finish(finished)

    def _due(self) -> Iterator[dict]:
        self._flush()
        waiting, self._out = self._out, []
        for track, result, last in waiting:
            if track.settled or track.length >= self._settings.min_track:
                result['delay'] = dict(
                    stream=round(self._source.time - last.time, 4),
                    clock=round(time.monotonic() - last.arrived, 4),
                )
                yield result
            elif track.number in self._open:
                self._out.append((track, result, last))

    def _new_record(self, number: int) -> LiveTrack:
        return LiveTrack(
            number,
            self._classes,
            self._settings.window.seconds,
            lambda *each: self._out.append(each),
            TrackRecord(self._classes) if self._keeps else None,
        )

    def _keep(self, record: Any) -> None:
        record.settled = True
        if record.record is not None:
            self._finished.append(record.record)
