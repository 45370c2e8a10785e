"""A track of a result as arrays over time, and its most relevant frames."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

HOLE = 4  # in usual distances of judged frames: curves do not cross a longer gap


@dataclass(frozen=True)
class TrackSeries:
    """The values of each frame of one track.

    A model often judges only some frames of a window. The others have no score.

    Attributes:
        index: (n,) frame numbers in the video.
        time: (n,) seconds, ascending.
        scores: (n, K) class probabilities, NaN for frames that the model did not get.
        relevance: (n,) 1 is a uniform share, NaN for frames that the model did not get.
        interpolated: (n,) whether the box was interpolated between detections.
        frame_step: Usual time between frames, seconds.
    """

    index: np.ndarray
    time: np.ndarray
    scores: np.ndarray
    relevance: np.ndarray
    interpolated: np.ndarray
    frame_step: float

    @classmethod
    def from_track(
        cls, result: Mapping[str, Any], track: Mapping[str, Any]
    ) -> 'TrackSeries':
        """Reads a track of a result.

        Args:
            result: A result of schema `tgdfer_mm.result/1`.
            track: One of its tracks.

        Raises:
            ValueError: If the lists of the frames differ in length or are empty.
        """
        frames = track['frames']
        lengths = {key: len(values) for key, values in frames.items()}
        if len(set(lengths.values())) != 1 or not frames['time']:
            raise ValueError(
                f'track {track["id"]}: the lists in `frames` must be of one length '
                f'of at least 1, got {lengths}'
            )
        num_classes = len(result['model']['classes'])
        unseen = [np.nan] * num_classes
        scores = [unseen if row is None else row for row in frames['scores']]
        time = np.array(frames['time'], dtype=float)
        fps = result['source']['fps'] or 25
        step = np.median(np.diff(time)) if len(time) > 1 else 1 / fps
        return cls(
            np.array(frames['index'], dtype=int),
            time,
            np.array(scores, dtype=float).reshape(-1, num_classes),
            np.array(frames['relevance'], dtype=float),  # None becomes NaN
            np.array(frames['interpolated'], dtype=bool),
            max(float(step), 1e-3),
        )

    def __len__(self) -> int:
        return len(self.time)

    @property
    def start(self) -> float:
        """Seconds of the first frame."""
        return float(self.time[0])

    @property
    def end(self) -> float:
        """Seconds at which the last frame ends."""
        return float(self.time[-1]) + self.frame_step

    @property
    def judged(self) -> np.ndarray:
        """(n,) whether the model judged a frame."""
        return np.isfinite(self.scores).all(axis=1)

    @cached_property
    def _lost(self) -> np.ndarray:
        """Positions before which frames are missing, because the face was lost."""
        steps = np.diff(self.index)
        if not len(steps):
            return np.array([], dtype=int)
        return np.flatnonzero(steps > np.median(steps) * 1.5) + 1

    def gaps(self) -> list[tuple[float, float]]:
        """Returns (start, end) in seconds of the gaps without the face."""
        return [
            (float(self.time[p - 1]) + self.frame_step, float(self.time[p]))
            for p in self._lost
        ]

    def spans(self, among: np.ndarray) -> Iterator[tuple[float, float]]:
        """Yields (start, end) in seconds of the runs of selected frames.

        Args:
            among: (n,) bool, whether a frame is selected.
        """
        cuts = set(self._lost) | set(np.flatnonzero(np.diff(among)) + 1)
        edges = [0, *sorted(cuts), len(self)]
        for first, stop in zip(edges, edges[1:], strict=False):
            if among[first]:
                end = float(self.time[stop - 1]) + self.frame_step
                yield float(self.time[first]), end

    def curves(
        self, values: np.ndarray, most: int, reduce: Callable = np.mean
    ) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Yields the points (x, y) of a curve, for each part without a gap.

        Args:
            values: (n, ...) values of the frames, NaN where unknown.
            most: Approximate largest number of points of the whole curve. If there are
                more, neighbours are joined.
            reduce: Function that makes one value from those of joined frames.
        """
        known = np.flatnonzero(np.isfinite(values.reshape(len(self), -1)).all(axis=1))
        if not len(known):
            return
        steps = np.diff(self.time[known])
        usual = float(np.median(steps)) if len(steps) else self.frame_step
        hole = steps > HOLE * usual
        # A curve never crosses a gap, even a short one.
        hole |= np.diff(np.searchsorted(self._lost, known, side='right')) > 0
        size = max(1, -(-len(known) // most))
        for run in np.split(known, np.flatnonzero(hole) + 1):
            chunks = [run[i : i + size] for i in range(0, len(run), size)]
            x = np.array([self.time[c].mean() for c in chunks]) + self.frame_step / 2
            y = np.array([reduce(values[c], axis=0) for c in chunks])
            # A judged frame stands for half of the way to the next one.
            reach = max(usual, self.frame_step) / 2
            start = max(self.time[run[0]] + self.frame_step / 2 - reach, self.start)
            end = min(self.time[run[-1]] + self.frame_step / 2 + reach, self.end)
            yield np.array([start, *x, end]), np.array([y[0], *y, y[-1]])

    def filled(self, values: np.ndarray) -> np.ndarray:
        """The heights of those curves at every frame, NaN in the gaps.

        Args:
            values: (n,) values of the frames, NaN where unknown.
        """
        filled, middle = np.full(len(self), np.nan), self.time + self.frame_step / 2
        for x, y in self.curves(values, len(self)):
            inside = (middle >= x[0]) & (middle <= x[-1])
            filled[inside] = np.interp(middle[inside], x, y)
        return filled


def pick_frames(
    relevance: np.ndarray, time: np.ndarray, most: int, apart: float
) -> list[int]:
    """Picks the most relevant frames that are far enough apart to be shown.

    Args:
        relevance: (n,) relevance of the frames, NaN where unknown.
        time: (n,) times of the frames, seconds.
        most: Largest number of frames.
        apart: Smallest distance of two picked frames, seconds.

    Returns:
        Positions in ascending order: the most relevant frame, and the next ones if they
        have more than a uniform share and more than a quarter of the highest relevance
        [choice]. None if no relevance is known.
    """
    relevance = np.where(np.isfinite(relevance), relevance, -np.inf)
    picked = []
    for p in np.argsort(-relevance, kind='stable'):
        if len(picked) == most or relevance[p] == -np.inf:
            break
        if picked and relevance[p] <= max(1, relevance[picked[0]] / 4):
            break
        if all(abs(time[p] - time[q]) >= apart for q in picked):
            picked.append(int(p))
    return sorted(picked)
