"""One pass over a video: detect, track, crop, cut into windows, predict."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from typing import NamedTuple

import numpy as np

from .ahead import WorkBehind
from .faces import FaceDetector
from .following import FollowedFaces
from .frames import Source
from .settings import VideoSettings
from .track_record import TrackRecord
from .tracking import Step
from .windows import Crop, Window, WindowCutter

# batches of windows that may wait for the model while others are collected
_BATCHES = 2


class Prediction(NamedTuple):
    """The prediction of a model for one window, of which it used n crops.

    Attributes:
        probabilities: (K,).
        scores: Scores of each crop, (n, K); None if the model gives none.
        relevance: Relevance of each crop for each class, (n, K), with a sum of one over
            the crops; None if the model gives none.
        movements: Scores of facial movements in each crop, from a text tower, (n, P);
            None without a text tower.
    """

    probabilities: np.ndarray
    scores: np.ndarray | None
    relevance: np.ndarray | None
    movements: np.ndarray | None = None


Queue = list[tuple[TrackRecord, Window]]
Predictor = Callable[[list[list[np.ndarray]]], list[Prediction]]


class Analysis:
    """Reads a source to its end and keeps only the numbers.

    Memory holds the frames that the tracker still needs, one window of crops for each
    track, and three batches of windows. Of earlier frames it holds only the numbers. If
    the source and the detector allow threads, one decodes, one finds cuts and faces,
    one predicts, and the caller's thread tracks and crops.

    Args:
        source: The source of the frames.
        detector: Finds the faces.
        predict: Predicts a list of windows, each a list of (size, size, 3) crops.
        classes: Names of the K classes.
        settings: See :class:`VideoSettings`.
        batch_size: Windows predicted together.
        advance: Called after every frame read.

    Attributes:
        warnings: Sentences about what the reader of the result should know.
        in_threads: Whether threads may be used at all.
        complete: Whether the source was read to its end without damage.
    """

    in_threads = True

    def __init__(
        self,
        source: Source,
        detector: FaceDetector,
        predict: Predictor,
        classes: Sequence[str],
        settings: VideoSettings,
        batch_size: int = 8,
        advance: Callable[[], None] = lambda: None,
    ) -> None:
        self._source = source
        self._detector = detector
        self._predict = predict
        self._classes = list(classes)
        self._settings = settings
        self._batch_size = batch_size
        in_threads = source.threads and self.in_threads
        self._faces = FollowedFaces(
            source, detector, settings, advance, in_threads and detector.threads
        )
        self._behind = None
        if in_threads:
            self._behind = WorkBehind(self._predictions, self._note, _BATCHES)
        self._open: dict[int, tuple[TrackRecord, WindowCutter]] = {}
        self._finished: list[TrackRecord] = []
        self._queue: Queue = []
        self._kept = self._too_short = 0
        self.warnings: list[str] = []
        self.complete = True

    def run(self) -> bool:
        """Reads, until the end or Ctrl-C.

        Returns:
            False if Ctrl-C stopped it; what was read until then is kept.
        """
        try:
            try:
                with closing(self._faces.steps()) as steps:
                    for step in steps:
                        self._take(step)
                finished = True
            except KeyboardInterrupt:
                finished = False
            self._finish(finished)
        finally:
            if self._behind is not None:
                self._behind.close()
        return finished

    def tracks(self) -> list[dict]:
        """The tracks as plain data, by their start, numbered from 1.

        Each track has the fields of a result and also ``movements``: the scores of a
        text tower, by the position in the lists of the frames. It is empty without a
        text tower.
        """
        tracks = [t.asdict(self._settings.intervals) for t in self._finished]
        tracks.sort(key=lambda t: (t['start'], t['frames']['box'][0]))
        return [{'id': number, **track} for number, track in enumerate(tracks, 1)]

    def _finish(self, finished: bool) -> None:
        for step in self._faces.finish():
            self._take(step)
        for number in list(self._open):
            self._end(number)
        self._flush()
        if self._behind is not None:
            self._behind.finish()
        self._conclude(finished)

    def _new_record(self, number: int) -> TrackRecord:
        return TrackRecord(self._classes)

    def _keep(self, record: TrackRecord) -> None:
        self._finished.append(record)

    def _take(self, step: Step) -> None:
        for seen in step.seen:
            if seen.track not in self._open:
                cutter = WindowCutter(self._settings.window)
                self._open[seen.track] = self._new_record(seen.track), cutter
            record, cutter = self._open[seen.track]
            place = record.add_frame(step.frame, seen)
            crop = Crop(place, step.frame.time, self._faces.crop(step.frame, seen))
            self._enqueue(record, cutter.add(crop))
        for number in step.ended:
            self._end(number)

    def _end(self, number: int) -> None:
        record, cutter = self._open.pop(number)
        if self._faces.too_short(record.length):
            self._too_short += 1
            return
        self._enqueue(record, cutter.finish())
        self._kept += 1
        self._keep(record)

    def _enqueue(self, record: TrackRecord, windows: Iterator[Window]) -> None:
        for window in windows:
            self._queue.append((record, window))
            if len(self._queue) >= self._batch_size:
                self._flush()

    def _flush(self) -> None:
        if not self._queue:
            return
        queue = self._queue
        if self._behind is not None:
            self._behind.put(queue)
            self._queue = []
            return
        predictions = self._predictions(queue)
        self._queue = []  # only now: Ctrl-C before this line must lose no window
        self._note(queue, predictions)

    def _predictions(self, queue: Queue) -> list[Prediction]:
        return self._predict([[c.picture for c in w.crops] for _, w in queue])

    def _note(self, queue: Queue, predictions: list[Prediction]) -> None:
        for (record, window), said in zip(queue, predictions, strict=True):
            relevance = said.relevance
            if relevance is not None:  # 1 is the share of a frame if all have the same
                k = int(said.probabilities.argmax())
                relevance = relevance[:, k] * len(window.crops)
            values = said.probabilities, said.scores, relevance, said.movements
            record.add_window(window, *values)

    def _conclude(self, finished: bool) -> None:
        self.warnings += self._faces.warnings()
        if not finished:
            self.warnings.append(
                f'stopped after {self._source.info.duration:.1f} s, before its end'
            )
        self.warnings += self._source.problems + self._source.notes
        self.complete = finished and not self._source.problems
        if self._too_short:
            self.warnings.append(
                f'{self._too_short} faces seen for less than '
                f'{self._settings.min_track} s are left out'
            )
        if not self._source.info.frames:
            self.warnings.append('the source gave no frame')
        elif not self._kept and not self._too_short:
            self.warnings.append(
                f'no face found by the detector {self._detector.name!r}. '
                f'{self._detector.advice}'
            )
