"""Intervals of one emotion, found from the scores of single frames."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from heapq import heapify, heappop, heappush
from typing import Any

import numpy as np

from ..labels.expression_names import same_expression
from .checks import Number, check_numbers
from .errors import UsageError

_ROUNDING = 1e-6  # seconds
_NUMBERS = dict(
    threshold=Number(above=0, most=1),
    smooth=Number(least=0),
    join=Number(least=0),
    shortest=Number(least=0),
    hold=Number(above=0, most=1),
)


@dataclass(frozen=True)
class IntervalRule:
    """The rule for intervals in which a track shows an emotion [choice].

    An interval is a stretch of frames in which the score of one emotion never falls
    below the low threshold ``hold * threshold`` and reaches `threshold` at least once.
    If stretches of two emotions overlap, the shared frames belong to the stretch with
    the larger sum of scores over time. Only the rest of the other stretch may be an
    interval.

    First the scores are averaged over `smooth` seconds. A gap of up to `join` seconds
    does not end an interval, and an interval shorter than `shortest` is dropped.
    Outside all intervals the face is neutral: neutral has no intervals.

    Attributes:
        threshold: Score that an interval must reach.
        smooth: Width of the moving average, seconds.
        join: Longest gap inside an interval, seconds.
        shortest: Shortest interval, seconds.
        neutral: Name of the class that has no intervals. Any of the names that data
            sets use for it will do.
        hold: Share of the threshold above which an interval goes on.
    """

    threshold: float = 0.5
    smooth: float = 0.2
    join: float = 0.2
    shortest: float = 0.2
    neutral: str = 'neutral'
    hold: float = 0.4

    def __post_init__(self) -> None:
        check_numbers(self, 'video.intervals.', _NUMBERS)
        if not isinstance(self.neutral, str):
            raise UsageError(
                f'video.intervals.neutral={self.neutral!r} must be the name of a class'
            )

    def asdict(self) -> dict:
        """As plain data."""
        return asdict(self)


def find_intervals(
    time: np.ndarray,
    scores: np.ndarray,
    classes: Sequence[str],
    rule: IntervalRule,
    until: float = np.inf,
) -> list[dict]:
    """Finds the intervals of one track.

    Args:
        time: (n,) seconds, ascending.
        scores: (n, K), NaN for frames without scores.
        classes: K names.
        rule: The rule for intervals.
        until: The end of the track, seconds; no interval ends later.

    Returns:
        Dicts with ``start`` and ``end`` (seconds), ``emotion`` and ``score`` (the mean
        of its frames), ascending, never overlapping.
    """
    known = np.isfinite(scores).all(axis=1)
    if not known.any():
        return []
    time, scores = time[known], scores[known]
    found = _Stretches(time, _smoothed(time, scores, rule.smooth), rule)
    neutral = same_expression(rule.neutral)
    emotions = [k for k, name in enumerate(classes) if same_expression(name) != neutral]
    return [
        dict(
            start=seconds(time[start]),
            end=seconds(min(found.ends[stop - 1], until)),
            emotion=classes[k],
            score=round(float(found.scores[start:stop, k].mean()), 4),
        )
        for start, stop, k in found.best(emotions)
    ]


def seconds(time: float) -> float:
    """A time as in every result: rounded to a tenth of a millisecond."""
    return round(float(time), 4)


def interval_at(track: Mapping[str, Any], time: float) -> Mapping[str, Any] | None:
    """The interval of a result's track at a given time, or None.

    The frame at an interval's end is not in it, except for the last frame of the track.
    An end is a sum of rounded times, so it may differ from the time of that frame by a
    tenth of a millisecond.
    """
    last = time >= track['end']
    for interval in reversed(track['intervals']):
        end = interval['end'] if last else interval['end'] - 1.5e-4
        if interval['start'] <= time and (time < end or last and time == end):
            return interval
    return None


def _smoothed(time: np.ndarray, scores: np.ndarray, width: float) -> np.ndarray:
    first = np.searchsorted(time, time - width / 2 - 1e-9)
    last = np.searchsorted(time, time + width / 2 + 1e-9)
    total = np.concatenate([np.zeros((1, scores.shape[1])), scores.cumsum(0)])
    return (total[last] - total[first]) / (last - first)[:, None]


class _Stretches:
    """The stretches of frames of each emotion; where they overlap, one of them wins.

    Args:
        time: (n,) seconds.
        scores: (n, K), averaged.
        rule: The rule for intervals.

    Attributes:
        scores: The given scores.
        ends: Ends of the frames, (n,) seconds.
    """

    def __init__(
        self, time: np.ndarray, scores: np.ndarray, rule: IntervalRule
    ) -> None:
        step = np.median(np.diff(time)) if len(time) > 1 else 0.0
        self.scores = scores
        self.ends = np.minimum(time + step, np.append(time[1:], np.inf))
        self._time = time
        self._rule = rule
        self._high = scores >= rule.hold * rule.threshold
        worth = scores * (self.ends - time)[:, None]
        self._sums = np.concatenate([np.zeros((1, scores.shape[1])), worth.cumsum(0)])

    def best(self, emotions: Sequence[int]) -> list[tuple[int, int, int]]:
        """First frame, the frame after the last, and class of the winners, by time."""
        claims = [c for k in emotions for c in self._claims(0, len(self.ends), k)]
        heapify(claims)
        free = np.ones(len(self.ends), bool)
        won = []
        while claims:
            _, start, stop, k = heappop(claims)
            if free[start:stop].all():
                free[start:stop] = False
                won.append((start, stop, k))
                continue
            for first, last in _runs(free[start:stop]):
                for claim in self._claims(start + first, start + last, k):
                    heappush(claims, claim)
        return sorted(won)

    def _claims(self, start: int, stop: int, k: int) -> Iterator[tuple]:
        """The stretches of a class in a part of the track, with minus their sums."""
        high = np.flatnonzero(self._high[start:stop, k]) + start
        gaps = np.diff(self._time[high]) > self._rule.join + _ROUNDING
        cuts = np.flatnonzero(gaps & (np.diff(high) > 1)) + 1
        for part in np.split(high, cuts) if len(high) else ():
            first, last = int(part[0]), int(part[-1]) + 1
            lasts = self.ends[last - 1] - self._time[first]
            reaches = self.scores[first:last, k].max() >= self._rule.threshold
            if reaches and lasts >= self._rule.shortest - _ROUNDING:
                worth = self._sums[last, k] - self._sums[first, k]
                yield -float(worth), first, last, k


def _runs(mask: np.ndarray) -> np.ndarray:
    """Stretches of true values: (G, 2) first position, and the one after the last."""
    changes = np.diff(np.concatenate([[False], mask, [False]]).astype(np.int8))
    return np.stack([np.flatnonzero(changes == 1), np.flatnonzero(changes == -1)], 1)
