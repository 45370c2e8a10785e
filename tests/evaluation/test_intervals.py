from itertools import pairwise

import numpy as np
import pytest
from mmaction.evaluation.functional import average_precision_at_temporal_iou

from tgdfer_mm.evaluation.intervals import (
    cut_intervals,
    interval_average_precision,
    true_intervals,
)


def test_true_intervals_are_the_runs():
    runs = true_intervals(np.array([1, 1, 0, 0, 1, 0, 1], bool))
    assert runs.tolist() == [[0, 2], [4, 5], [6, 7]]
    assert true_intervals(np.zeros(3, bool)).shape == (0, 2)
    assert true_intervals(np.ones(3, bool)).tolist() == [[0, 3]]


def test_two_plateaus_by_hand():
    values = np.array([0, 0, 1, 1, 0, 0, 0.5, 0])
    got = cut_intervals(values, np.arange(8), 8)
    # Means inside less outside: 1 - 0.5 / 6 of 2 frames in 8, and 0.5 - 2 / 7 of 1.
    best = (1 - 0.5 / 6) * np.sqrt(2 * 6) / 8
    second = (0.5 - 2 / 7) * np.sqrt(1 * 7) / 8
    np.testing.assert_allclose(got, [[2, 4, best], [6, 7, second]])


def test_of_nested_candidates_the_one_that_separates_best_is_kept():
    values = np.array([0, 0.6, 1, 0.6, 0, 0, 0, 0])
    # 2.2 / 3 of 3 frames against 1 - 1.2 / 7 of 1: 0.355 against 0.274.
    (only,) = cut_intervals(values, np.arange(8), 8)
    np.testing.assert_allclose(only, [1, 4, 2.2 / 3 * np.sqrt(3 * 5) / 8])
    values[[1, 3]] = 0.2
    # 1.4 / 3 of 3 frames against 1 - 0.4 / 7 of 1: 0.226 against 0.312.
    (only,) = cut_intervals(values, np.arange(8), 8)
    np.testing.assert_allclose(only, [2, 3, (1 - 0.4 / 7) * np.sqrt(7) / 8])


def test_a_sampled_frame_stands_for_its_segment():
    third = np.sqrt(1 / 3 * 2 / 3)
    got = cut_intervals(np.array([0.0, 1.0, 0.0]), np.array([1, 5, 9]), 12)
    np.testing.assert_allclose(got, [[3.5, 7.5, third]])
    got = cut_intervals(np.array([1.0, 0.0, 0.0]), np.array([1, 5, 9]), 12)
    np.testing.assert_allclose(got, [[0, 3.5, third]])
    got = cut_intervals(np.array([0.0, 0.0, 1.0]), np.array([1, 5, 9]), 12)
    np.testing.assert_allclose(got, [[7.5, 12, third]])


@pytest.mark.parametrize('count', [1, 2, 8])
def test_equal_values_give_the_whole_clip_without_confidence(count):
    got = cut_intervals(np.full(count, 0.3), np.arange(count), 20)
    assert got.tolist() == [[0, 20, 0]]


@pytest.mark.parametrize('seed', range(5))
def test_unit_offset_and_order_do_not_matter_and_nothing_overlaps(seed):
    rng = np.random.default_rng(seed)
    inds, values = np.sort(rng.choice(40, 12, replace=False)), rng.random(12)
    got = cut_intervals(values, inds, 40)
    order = rng.permutation(12)
    np.testing.assert_allclose(cut_intervals(values[order], inds[order], 40), got)
    scaled = cut_intervals(5 * values - 3, inds, 40)
    np.testing.assert_allclose(scaled, got * [1, 1, 5])
    assert (np.diff(got[:, 2]) <= 0).all()
    starts, stops = np.sort(got[:, 0]), np.sort(got[:, 1])
    assert (starts[1:] >= stops[:-1]).all() and starts[0] >= 0 and stops[-1] <= 40


def test_a_frame_sampled_repeatedly_counts_once():
    got = cut_intervals(np.array([0.0, 1.0, 0.0, 0.0]), np.array([0, 2, 2, 4]), 6)
    np.testing.assert_allclose(
        got, cut_intervals(np.array([0, 0.5, 0]), np.array([0, 2, 4]), 6)
    )


def test_average_precision_by_hand():
    true = [np.array([[0.0, 10]]), np.array([[0.0, 10], [20, 30]])]
    predicted = [
        np.array([[0, 10, 0.9], [15, 25, 0.8]]),
        np.array([[20, 30, 0.7]]),
    ]
    # A hit, a miss, a hit; one of three is not found.
    ap = interval_average_precision(predicted, true, 0.5)
    assert ap == pytest.approx((1 + 2 / 3) / 3)
    # Of one confidence, all enter at once.
    for p in predicted:
        p[:, 2] = 0.5
    ap = interval_average_precision(predicted, true, 0.5)
    assert ap == pytest.approx(2 / 3 * 2 / 3)


def test_an_interval_is_found_once_and_the_threshold_is_included():
    true = [np.array([[0.0, 10]])]
    twice = [np.array([[0, 4, 0.9], [4, 10, 0.8]])]
    assert interval_average_precision(twice, true, 0.3) == 1  # the miss comes after
    assert interval_average_precision(twice, true, 0.5) == 0.5
    assert interval_average_precision(twice, true, 0.7) == 0
    assert interval_average_precision([np.array([[0, 7, 0.1]])], true, 0.7) == 1


def test_no_true_interval_has_no_precision_but_false_ones_cost():
    none, whole = np.zeros((0, 2)), np.array([[0.0, 20, 0.5]])
    assert interval_average_precision([whole], [none], 0.5) is None
    assert interval_average_precision([], [], 0.5) is None
    true = [none, np.array([[0.0, 20]])]
    assert interval_average_precision([whole, whole], true, 0.5) == 0.5
    with pytest.raises(ValueError, match='zip'):
        interval_average_precision([whole], true, 0.5)


@pytest.mark.parametrize('seed', range(5))
@pytest.mark.parametrize('iou', [0.3, 0.5, 0.7])
def test_never_above_the_interpolated_one_of_mmaction2(seed, iou):
    rng = np.random.default_rng(seed)

    def intervals(count):
        edges = np.sort(rng.choice(100, 2 * count, replace=False)).astype(float)
        return edges.reshape(-1, 2)

    true = [intervals(rng.integers(1, 4)) for _ in range(20)]
    predicted = [
        np.hstack([t + rng.normal(0, 3, t.shape), rng.random((len(t), 1))])
        for t in true
    ]
    table = [
        (str(i), 0, *row) for i, rows in enumerate(predicted) for row in rows.tolist()
    ]
    truth = {str(i): rows.tolist() for i, rows in enumerate(true)}
    theirs = average_precision_at_temporal_iou(
        truth, np.array(table, dtype=object), [iou]
    )[0]
    predicted = [p[p[:, 2].argsort()[::-1]] for p in predicted]
    ours = interval_average_precision(predicted, true, iou)
    assert theirs - 0.1 < ours <= theirs + 1e-6


def cut_by_loops(values, inds, length):
    """The definition, frame by frame and candidate by candidate."""
    frames = sorted(set(inds.tolist()))
    means = [
        np.mean([v for v, i in zip(values, inds, strict=True) if i == f])
        for f in frames
    ]
    count = len(frames)
    edges = [0, *((a + b + 1) / 2 for a, b in pairwise(frames)), length]
    candidates = set()
    for level in means:
        for first in range(count):
            for stop in range(first + 1, count + 1):
                inside = all(m >= level for m in means[first:stop])
                before = first == 0 or means[first - 1] < level
                behind = stop == count or means[stop] < level
                if inside and before and behind:
                    candidates.add((first, stop))
    rated = []
    for first, stop in candidates:
        inside, outside = means[first:stop], means[:first] + means[stop:]
        confidence = 0.0
        if outside:
            share = len(inside) / count
            confidence = (np.mean(inside) - np.mean(outside)) * np.sqrt(
                share * (1 - share)
            )
        rated.append((edges[first], edges[stop], confidence))
    kept = []
    for a, b, confidence in sorted(rated, key=lambda r: (-r[2], r[0] - r[1], r[0])):
        if all(b <= start or end <= a for start, end, _ in kept):
            kept.append((a, b, confidence))
    return kept


@pytest.mark.parametrize('seed', range(20))
def test_cutting_equals_plain_loops(seed):
    rng = np.random.default_rng(seed)
    count = rng.integers(1, 12)
    inds = rng.integers(0, 15, count)
    values = rng.random(4)[rng.integers(0, 4, count)]  # plateaus
    got = cut_intervals(values, inds, 15)
    expected = cut_by_loops(values, inds, 15)
    # Two stretches of equal values may rank either way: their sums are rounded.
    np.testing.assert_allclose(sorted(got.tolist()), sorted(expected), atol=1e-12)
    assert (np.diff(got[:, 2]) <= 1e-12).all()


def test_of_equally_confident_stretches_the_longer_then_the_earlier_comes_first():
    values = np.array([1.0, 0.0, 1.0])
    got = cut_intervals(values, np.array([0, 1, 6]), 12)
    assert got[:, :2].tolist() == [[4, 12], [0, 1]]
    got = cut_intervals(values, np.array([0, 1, 2]), 3)
    assert got[:, :2].tolist() == [[0, 1], [2, 3]]


def ap_by_loops(predicted, true, least):
    """Precision at every confidence, times the recall won there."""
    found = []
    for rows, runs in zip(predicted, true, strict=True):
        free = [tuple(run) for run in runs]
        for start, end, confidence in rows:
            best, fit = None, -1.0
            for run in free:
                both = max(0.0, min(end, run[1]) - max(start, run[0]))
                union = end - start + run[1] - run[0] - both
                if both / union > fit:
                    best, fit = run, both / union
            hit = best is not None and fit >= least
            if hit:
                free.remove(best)
            found.append((confidence, hit))
    total = sum(len(runs) for runs in true)
    precision_sum, before = 0.0, 0
    for level in sorted({c for c, _ in found}, reverse=True):
        reached = [hit for c, hit in found if c >= level]
        precision_sum += (sum(reached) - before) * sum(reached) / len(reached)
        before = sum(reached)
    return precision_sum / total


@pytest.mark.parametrize('seed', range(10))
@pytest.mark.parametrize('least', [0.25, 0.5, 0.75])  # met exactly by whole numbers
def test_average_precision_equals_plain_loops(seed, least):
    rng = np.random.default_rng(seed)
    true, predicted = [], []
    for _ in range(6):
        edges = np.sort(rng.choice(12, 2 * rng.integers(0, 3), replace=False))
        true.append(edges.reshape(-1, 2).astype(float))
        edges = np.sort(rng.choice(12, 2 * rng.integers(1, 4), replace=False))
        confidence = np.sort(rng.integers(0, 4, len(edges) // 2))[::-1, None]
        predicted.append(np.hstack([edges.reshape(-1, 2), confidence / 4]))
    true[0] = np.array([[0.0, 4]])
    got = interval_average_precision(predicted, true, least)
    assert got == pytest.approx(ap_by_loops(predicted, true, least))
