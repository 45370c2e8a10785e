"""From the scores of single frames to stretches of one emotion."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
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
)


@dataclass(frozen=True)
class IntervalRule:
    """When a stretch of a track counts as showing an emotion [choice].

    The scores are averaged over `smooth` seconds. Frames whose best class other than
    neutral reaches `threshold` carry that class; neighbours of one class within `join`
    seconds are one interval, and intervals shorter than `shortest` are dropped. Where
    there is no such interval the face shows nothing in particular: neutral is no
    interval of its own.

    Attributes:
        threshold: Score from which a frame carries a class.
        smooth: Width of the average, seconds.
        join: Longest gap inside an interval, seconds.
        shortest: Shortest interval, seconds.
        neutral: Name of the class that makes no intervals; any name that data sets
            have for it is as good.
    """

    threshold: float = 0.5
    smooth: float = 0.2
    join: float = 0.2
    shortest: float = 0.2
    neutral: str = 'neutral'

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
        scores: (n, K), NaN where nothing is known.
        classes: K names.
        rule: The choices.
        until: The end of the track; no interval ends later.

    Returns:
        Dicts with ``start`` and ``end`` (seconds), ``emotion`` and ``score`` (the mean
        of its frames), ascending, never overlapping.
    """
    known = np.isfinite(scores).all(axis=1)
    if not known.any():
        return []
    time, scores = time[known], scores[known]
    scores = _smoothed(time, scores, rule.smooth)
    neutral = same_expression(rule.neutral)
    emotions = [k for k, name in enumerate(classes) if same_expression(name) != neutral]
    if not emotions:
        return []
    best = np.array(emotions)[scores[:, emotions].argmax(1)]
    value = scores[np.arange(len(scores)), best]
    label = np.where(value >= rule.threshold, best, -1)
    step = float(np.median(np.diff(time))) if len(time) > 1 else 0.0
    intervals = []
    for start, stop in _runs(time, label, rule.join):
        begin, end = float(time[start]), float(time[stop - 1]) + step
        if stop < len(time):  # the next frame may come sooner
            end = min(end, float(time[stop]))
        if end - begin < rule.shortest - _ROUNDING:
            continue
        k = int(label[start])
        intervals.append(
            dict(
                start=seconds(begin),
                end=seconds(min(end, until)),
                emotion=classes[k],
                score=round(float(scores[start:stop, k].mean()), 4),
            )
        )
    return intervals


def seconds(time: float) -> float:
    """A time as every result has it: to a tenth of a millisecond."""
    return round(float(time), 4)


def interval_at(track: Mapping[str, Any], time: float) -> Mapping[str, Any] | None:
    """The interval of a result's track that a moment is in, or None.

    The frame at an interval's end is not in it, but for the last one of the track. An
    end is a sum, so it may be a tenth of a millisecond away from that frame.
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


def _runs(time: np.ndarray, label: np.ndarray, join: float) -> list[tuple[int, int]]:
    """Stretches of one class: first frame, and one past the last."""
    runs: list[tuple[int, int]] = []
    for i in np.flatnonzero(label >= 0).tolist():
        if runs and label[runs[-1][0]] == label[i]:
            start, stop = runs[-1]
            if stop == i or time[i] - time[stop - 1] <= join + _ROUNDING:
                runs[-1] = (start, i + 1)
                continue
        runs.append((i, i + 1))
    return runs
