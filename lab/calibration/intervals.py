"""Intervals of drawn films: thresholds on scores, or on scores relative to the rest."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from tgdfer_mm.evaluation.film_score import score_film
from tgdfer_mm.video.intervals import IntervalRule

from ..film_reading import find_again

THRESHOLDS = (0.3, 0.4, 0.5, 0.6, 0.7)
HOLDS = (0.2, 0.3, 0.4, 0.5, 0.6, 0.8)


@dataclass(frozen=True)
class Way:
    """A way to find intervals.

    Attributes:
        rest: Level that the scores of a class are relative to: ``none``, its ``median``
            over the track, or its lower ``quarter``.
        threshold: See :class:`IntervalRule`.
        hold: The same.
    """

    rest: str
    threshold: float
    hold: float


SHIPPED = Way('none', IntervalRule.threshold, IntervalRule.hold)
RESTS = ('none', 'median', 'quarter')


def above_rest(scores: np.ndarray, rest: str) -> np.ndarray:
    """Scores of frames, rescaled so that the level at rest is 0 and certainty is 1.

    Args:
        scores: (n, K), NaN where nothing is known.
        rest: See :class:`Way`.

    Returns:
        (n, K), between 0 and 1: ``(score - rest) / (1 - rest)``, not below 0.
    """
    if rest == 'none' or not np.isfinite(scores).any():
        return scores
    level = np.nanquantile(scores, dict(median=0.5, quarter=0.25)[rest], axis=0)
    return np.maximum(scores - level, 0) / np.maximum(1 - level, 1e-6)


def try_way(films: Sequence[tuple[dict, dict]], way: Way) -> dict:
    """Counts episodes and intervals over some films.

    Args:
        films: Result and truth of each, see ``film_intervals.read_film``. The intervals
            of the results are computed again.
        way: The way to find intervals.

    Returns:
        ``episodes``, ``found``, ``intervals``, ``false``, and ``F1`` in percent.
    """
    rule = IntervalRule(threshold=way.threshold, hold=way.hold)
    parts = []
    for result, truth in films:
        find_again(result, rule, partial(above_rest, rest=way.rest))
        counts = score_film(result, truth)
        parts.append(
            dict(
                episodes=counts['episodes'],
                found=counts['episodes_found'],
                intervals=counts['intervals'],
                false=counts['false_intervals'],
            )
        )
    return add_up(parts)


def choose(films: Sequence[tuple[dict, dict]], rest: str) -> tuple[Way, dict, dict]:
    """The thresholds with the highest F1; if equal, those nearest to the shipped ones.

    Args:
        films: See :func:`try_way`.
        rest: See :class:`Way`.

    Returns:
        The way, its counts, and counts by leaving one out: for each film, the counts
        with the thresholds that the other films choose.
    """
    ways = [Way(rest, t, h) for t in THRESHOLDS for h in HOLDS]
    ways.sort(key=_distance)
    single = {way: [try_way([film], way) for film in films] for way in ways}

    def best(places: Sequence[int]) -> Way:
        return max(ways, key=lambda w: add_up([single[w][i] for i in places])['F1'])

    every = range(len(films))
    way = best(every)
    apart = [single[best([j for j in every if j != i])][i] for i in every]
    return way, add_up(single[way]), add_up(apart)


def add_up(parts: Sequence[dict]) -> dict:
    """The sum of the counts of several sets of films."""
    keys = ('episodes', 'found', 'intervals', 'false')
    total = {key: sum(part[key] for part in parts) for key in keys}
    both = total['episodes'] + total['intervals']
    return total | dict(F1=200 * total['found'] / max(1, both))


def _distance(way: Way) -> float:
    return abs(way.threshold - SHIPPED.threshold) + abs(way.hold - SHIPPED.hold)
