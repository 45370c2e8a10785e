"""Differences with intervals that both trainings and clips widen."""

import numpy as np
import pytest
from scipy import stats

from lab.evidence.differences import (
    Repeat,
    bootstrap,
    differences,
    paired_difference,
    repeats_needed,
)


def repeats(hits: np.ndarray, folds=(1, 2, 3, 1, 2, 3)) -> list[Repeat]:
    """Repeats of 2 classes; (repeats, clips) says what is right."""
    found = []
    for fold, row in zip(folds, hits, strict=True):
        clips = [f'{fold}_{i}' for i in range(len(row))]
        label = {clip: i % 2 for i, clip in enumerate(clips)}
        right = {clip: bool(hit) for clip, hit in zip(clips, row, strict=True)}
        found.append(Repeat(fold, right, label))
    return found


def drawn(seed: int, share: float, num: int = 6, clips: int = 80) -> np.ndarray:
    return np.random.default_rng(seed).random((num, clips)) < share


def test_the_difference_is_the_mean_over_the_repeats_of_the_mean_over_the_classes():
    ours, theirs = drawn(0, 0.5), drawn(1, 0.8)
    (row,) = differences(repeats(ours), [repeats(theirs)], draws=200)
    gains = theirs.astype(float) - ours
    per_class = [gains[:, first::2].mean(1) for first in (0, 1)]
    assert row['difference'] == pytest.approx(100 * np.mean(per_class))
    low, high = row['interval']
    assert low < row['difference'] < high
    assert row['verdict'] == 'second' and row['p_holm'] < 0.05


def test_a_config_is_no_better_than_itself():
    ours = repeats(drawn(0, 0.5))
    (row,) = differences(ours, [ours], draws=200)
    assert row['difference'] == 0 and row['verdict'] == 'noise'


def test_trainings_that_disagree_widen_the_interval():
    label = np.arange(80) % 2
    gain = np.zeros(80)
    gain[:8] = 1.0
    alike = [(1, gain, label)] * 6
    apart = [(1, gain * factor, label) for factor in (0, 2, 0, 2, 0, 2)]
    spread = [bootstrap(gains, 2000).std() for gains in (alike, apart)]
    assert spread[1] > 1.5 * spread[0]


def test_the_spread_over_trainings_is_that_of_a_mean():
    rng = np.random.default_rng(0)
    label = np.arange(40) % 2
    each = rng.normal(size=6)
    gains = [(1, np.full(40, value), label) for value in each]  # clips do not matter
    found = bootstrap(gains, 20_000).std()
    assert found == pytest.approx(100 * each.std(ddof=1) / np.sqrt(6), rel=0.05)


def test_repeats_on_other_clips_are_refused():
    ours, theirs = drawn(0, 0.5), drawn(1, 0.5)
    with pytest.raises(ValueError, match='same clips'):
        differences(repeats(ours), [repeats(theirs, (1, 2, 3, 1, 2, 2))])


def test_fewer_repeats_are_needed_the_less_they_spread():
    assert repeats_needed([2.0]) is None
    assert repeats_needed([1.0, 1.0, 1.0]) == 2
    assert repeats_needed([-2.0, 2.0]) == 16  # (2.8 * 2.83 / 2)^2


def test_a_paired_difference_has_students_interval():
    rng = np.random.default_rng(0)
    first, other = rng.random(6), rng.random(6) + 0.3
    found = paired_difference(first, other)
    expected = stats.ttest_rel(other, first).confidence_interval(0.95)
    assert found['difference'] == pytest.approx(np.mean(other) - np.mean(first))
    assert found['interval'] == pytest.approx([expected.low, expected.high])
    assert paired_difference(first[:1], other[:1]) is None
