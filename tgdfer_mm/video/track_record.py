"""The numbers of one track, as they are collected."""

from array import array
from collections.abc import Sequence

import numpy as np

from .frames import Frame
from .intervals import IntervalRule, find_intervals, seconds
from .tracking import Seen
from .windows import Window


class TrackRecord:
    """Collects the numbers of a track, without pictures.

    Args:
        classes: Names of the K classes.
    """

    def __init__(self, classes: Sequence[str]) -> None:
        self._classes = list(classes)
        self._index = array('l')
        self._time = array('d')
        self._box = array('f')
        self._interpolated = array('b')
        self._sums = array('f')  # K instance scores and the relevance of each frame
        self._counts = array('i')
        self._label = array('h')  # class of the surest window that used each frame
        self._surest = array('d')  # and its score
        self._movements: dict[int, np.ndarray] = {}
        self._windows: list[dict] = []
        self._probabilities = np.zeros(len(classes))

    def __len__(self) -> int:
        return len(self._index)

    @property
    def length(self) -> float:
        """Seconds from the first to the last frame."""
        return self._time[-1] - self._time[0] if len(self) else 0.0

    def add_frame(self, frame: Frame, seen: Seen) -> int:
        """Takes the next frame; returns its place in the track."""
        self._index.append(frame.index)
        self._time.append(frame.time)
        self._box.extend(seen.box)
        self._interpolated.append(seen.interpolated)
        self._sums.extend([0.0] * (len(self._classes) + 1))
        self._counts.append(0)
        self._label.append(-1)
        self._surest.append(-1.0)
        return len(self) - 1

    def add_window(
        self,
        window: Window,
        probabilities: np.ndarray,
        scores: np.ndarray | None,
        relevance: np.ndarray | None,
        movements: np.ndarray | None = None,
    ) -> None:
        """Adds the prediction of the model for a window.

        Args:
            window: The window, of which the model used n crops.
            probabilities: (K,).
            scores: Instance scores (n, K), None if the model has none.
            relevance: Relevance for the predicted class, (n,); 1 if all crops have the
                same share. None if the model gives none.
            movements: Scores of movements in single frames, independent of the window,
                (n, P); or None.
        """
        self._probabilities += probabilities
        first, last = window.first, window.last
        self._windows.append(
            window_numbers(
                (self._index[first], self._time[first]),
                (self._index[last], self._time[last]),
                probabilities,
                self._classes,
            )
        )
        k = int(probabilities.argmax())
        for crop in window.crops:
            if probabilities[k] > self._surest[crop.place]:
                self._label[crop.place] = k
                self._surest[crop.place] = probabilities[k]
        if movements is not None:
            for crop, row in zip(window.crops, movements, strict=True):
                self._movements[crop.place] = row.astype(np.float16)
        if scores is None:
            return
        if relevance is None:
            relevance = np.full(len(scores), np.nan)
        width = len(self._classes) + 1
        for crop, row, share in zip(window.crops, scores, relevance, strict=True):
            at = crop.place * width
            for i, value in enumerate((*row.tolist(), float(share))):
                self._sums[at + i] += value
            self._counts[crop.place] += 1

    def asdict(self, rule: IntervalRule) -> dict:
        """The track as plain data, without its ``id``.

        Its ``movements`` are arrays by place. Its ``labels`` are the class of the
        surest window that used each frame, None if no window did. The rationale is made
        of both, and takes them out.
        """
        time = np.array(self._time)
        values = np.array(self._sums).reshape(len(self), -1)
        counts = np.array(self._counts)[:, None]
        with np.errstate(invalid='ignore'):
            values = np.where(counts > 0, values / counts, np.nan)
        scores, relevance = values[:, :-1], values[:, -1]
        mean = self._probabilities / max(1, len(self._windows))
        k = int(mean.argmax())
        boxes = np.array(self._box).reshape(-1, 4)
        return dict(
            start=seconds(time[0]),
            end=seconds(time[-1]),
            label=self._classes[k] if self._windows else None,
            score=number(mean[k]) if self._windows else None,
            probabilities=numbers(mean) if self._windows else None,
            frames=dict(
                index=self._index.tolist(),
                time=[seconds(t) for t in time],
                box=np.round(boxes.astype(float), 1).tolist(),
                interpolated=[bool(v) for v in self._interpolated],
                scores=[numbers(row) for row in scores],
                relevance=[number(v) for v in relevance],
            ),
            windows=self._windows,
            movements=self._movements,
            labels=[self._classes[k] if k >= 0 else None for k in self._label],
            intervals=find_intervals(time, scores, self._classes, rule, time[-1]),
        )


def window_numbers(
    first: tuple[int, float],
    last: tuple[int, float],
    probabilities: np.ndarray,
    classes: Sequence[str],
) -> dict:
    """A window as in every result.

    Args:
        first: Index and time of its first frame.
        last: Index and time of its last frame.
        probabilities: (K,).
        classes: Names of the K classes.
    """
    k = int(probabilities.argmax())
    return dict(
        start=seconds(first[1]),
        end=seconds(last[1]),
        first_frame=first[0],
        last_frame=last[0],
        label=classes[k],
        score=number(probabilities[k]),
        probabilities=numbers(probabilities),
    )


def number(value: float) -> float | None:
    """A score as in every result, None for NaN."""
    return None if np.isnan(value) else round(float(value), 5)


def numbers(values: np.ndarray) -> list[float] | None:
    """Scores as in every result, None if one of them is NaN."""
    if np.isnan(values).any():
        return None
    return np.round(values.astype(float), 5).tolist()
