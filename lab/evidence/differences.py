"""Differences between two configs, with intervals over trainings and clips."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy import stats

from tgdfer_mm.protocol.compare import LEVEL, holm

DRAWS = 10_000
_Z_BOTH, _Z_POWER = (
    1.96,
    0.84,
)  # quantiles of a two-sided test at 5 %, and of a power of 80 %


class Repeat(NamedTuple):
    """One training of a config, tested.

    Attributes:
        fold: Fold that it was tested on.
        right: Name of each test clip -> True if it was right.
        label: Name of each test clip -> its class.
    """

    fold: int
    right: dict[str, bool]
    label: dict[str, int]


def differences(
    first: Sequence[Repeat], others: Sequence[Sequence[Repeat]], draws: int = DRAWS
) -> list[dict]:
    """UAR of each other config less that of the first one, in points.

    The p values are Holm-corrected over the other configs.

    Args:
        first: Repeats of the config to compare with.
        others: Repeats of the other configs, the r-th of each on the same fold.
        draws: Number of draws of :func:`bootstrap`.

    Returns:
        Dicts with ``difference``, ``interval`` (95 %), ``p_holm``, ``verdict``
        (``noise``, or the better one, ``first`` or ``second``) and ``repeats``: how
        many a true difference of two points would need (:func:`repeats_needed`; None
        for a single one).
    """
    found = []
    for other in others:
        gains = _gains(first, other)
        each = [_uar(gain, label) for _, gain, label in gains]
        samples = bootstrap(gains, draws)
        tails = [(samples <= 0).sum(), (samples >= 0).sum()]
        found.append(
            dict(
                difference=float(np.mean(each)),
                interval=[float(v) for v in np.percentile(samples, [2.5, 97.5])],
                p=float(min(1.0, 2 * (min(tails) + 1) / (draws + 1))),
                repeats=repeats_needed(each),
            )
        )
    for row, p in zip(found, holm([row['p'] for row in found]), strict=True):
        row['p_holm'] = p
        low, high = row['interval']
        counts = (low > 0 or high < 0) and p < LEVEL
        better = 'second' if row['difference'] > 0 else 'first'
        row['verdict'] = better if counts else 'noise'
    return found


def bootstrap(
    gains: Sequence[tuple[int, np.ndarray, np.ndarray]], draws: int, seed: int = 0
) -> np.ndarray:
    """Bootstrap draws of the mean difference in UAR, over trainings and clips.

    Each draw takes trainings with replacement, and the clips of each fold with
    replacement within each class, the same clips for all trainings that were tested on
    the fold. Of n trainings n - 1 are taken: n would spread by a factor of
    ``sqrt((n - 1) / n)`` too little.

    Args:
        gains: For each training its fold, the gain on each clip (n,) and the clips'
            classes (n,).
        draws: D.
        seed: Of the draws.

    Returns:
        (D,) in points.
    """
    rng = np.random.default_rng(seed)
    count = len(gains)
    taken = max(count - 1, 1)
    shares = rng.multinomial(taken, np.full(count, 1 / count), size=draws) / taken
    total = np.zeros(draws)
    for fold in sorted({fold for fold, _, _ in gains}):
        places = [i for i, gain in enumerate(gains) if gain[0] == fold]
        label = gains[places[0]][2]
        values = np.stack([gains[i][1] for i in places], axis=1)  # (n, trainings)
        uar = np.zeros((draws, len(places)))
        classes = np.unique(label)
        for each in classes:
            own = label == each
            size = own.sum()
            drawn = rng.multinomial(size, np.full(size, 1 / size), size=draws)
            uar += drawn @ values[own] / size / len(classes)
        total += (uar * shares[:, places]).sum(1)
    return 100 * total


def paired_difference(first: Sequence[float], other: Sequence[float]) -> dict | None:
    """Mean difference of a number over paired repeats, with its 95 % interval.

    The interval is Student's, over the repeats. A number such as an AUROC belongs to a
    whole training, so clips are not resampled.

    Args:
        first: The number in each repeat of the config to compare with.
        other: The number in each repeat of the other config.

    Returns:
        ``difference`` (other less first) and ``interval``; None with fewer than two
        repeats.
    """
    gains = np.subtract(other, first)
    if len(gains) < 2:
        return None
    mean, error = float(gains.mean()), float(stats.sem(gains))
    reach = float(stats.t.ppf(0.975, len(gains) - 1)) * error
    return dict(difference=mean, interval=[mean - reach, mean + reach])


def paired_p_value(own: Sequence[float], base: Sequence[float]) -> float:
    """The p value of a paired t-test over the repeats; 1 if the test is not defined.

    The test is not defined with fewer than two repeats, or if all differences are
    equal.
    """
    if len(own) < 2 or np.ptp(np.subtract(own, base)) == 0:
        return 1.0
    return float(stats.ttest_rel(own, base).pvalue)


def repeats_needed(each: Sequence[float], points: float = 2.0) -> int | None:
    """Number of trainings that show a difference of this size in four of five
    experiments.

    Computed for a paired test at the level of 5 %, by the normal approximation, from
    the spread of the measured differences.

    Args:
        each: The difference in each repeat.
        points: The true difference, points.
    """
    if len(each) < 2:
        return None
    spread = float(np.std(each, ddof=1))
    return max(2, math.ceil(((_Z_BOTH + _Z_POWER) * spread / points) ** 2))


def _gains(
    first: Sequence[Repeat], other: Sequence[Repeat]
) -> list[tuple[int, np.ndarray, np.ndarray]]:
    gains = []
    for ours, theirs in zip(first, other, strict=True):
        if (ours.fold, ours.label) != (theirs.fold, theirs.label):
            raise ValueError('the repeats were not tested on the same clips')
        clips = sorted(ours.label)
        gain = [float(theirs.right[c]) - float(ours.right[c]) for c in clips]
        label = [ours.label[c] for c in clips]
        gains.append((ours.fold, np.array(gain), np.array(label)))
    return gains


def _uar(gain: np.ndarray, label: np.ndarray) -> float:
    return 100 * float(np.mean([gain[label == c].mean() for c in np.unique(label)]))
