"""Intervals: from curves drawn by hand."""

from itertools import pairwise

import numpy as np
import pytest

from tgdfer_mm.video.errors import UsageError
from tgdfer_mm.video.intervals import IntervalRule, find_intervals

CLASSES = ['happy', 'neutral', 'sad']
PLAIN = IntervalRule(threshold=0.5, smooth=0, join=0.15, shortest=0.2)


def find(rows, rule=PLAIN, fps=10):
    """Intervals of frames given as class names, None for unknown."""
    scores = np.full((len(rows), 3), 0.1)
    for row, name in zip(scores, rows, strict=True):
        if name is None:
            row[:] = np.nan
        else:
            row[CLASSES.index(name)] = 0.8
    found = find_intervals(np.arange(len(rows)) / fps, scores, CLASSES, rule)
    return [(i['start'], i['end'], i['emotion']) for i in found]


H, N, S = 'happy', 'neutral', 'sad'


def test_runs_of_a_class_are_intervals_and_neutral_is_none():
    assert find([N, N, H, H, H, N, S, S, S]) == [(0.2, 0.5, H), (0.6, 0.9, S)]
    assert find([N] * 9) == []


def test_classes_that_follow_each_other_do_not_overlap():
    assert find([H, H, H, S, S, S, H, H]) == [(0, 0.3, H), (0.3, 0.6, S), (0.6, 0.8, H)]


def test_short_gaps_are_joined_and_longer_ones_not():
    rule = IntervalRule(smooth=0, join=0.25, shortest=0.2)
    assert find([H, H, N, H, H], rule) == [(0, 0.5, H)]
    assert find([H, H, N, N, H, H], rule) == [(0, 0.2, H), (0.4, 0.6, H)]


def test_short_runs_are_dropped_but_not_those_that_join_makes_long():
    assert find([N, H, N, N, N]) == []
    rule = IntervalRule(smooth=0, join=0.2, shortest=0.3)
    assert find([H, N, H], rule) == [(0, 0.3, H)]


def test_unknown_frames_are_bridged_and_none_known_gives_none():
    assert find([H, None, H, None, H], IntervalRule(smooth=0, join=0.2)) == [
        (0, 0.6, H)  # the known frames are 0.2 s apart, and so long is the last one
    ]
    assert find([None] * 4) == []


def test_smoothing_removes_a_single_flicker():
    rows = [H] * 4 + [S] + [H] * 4
    assert len(find(rows)) == 2  # happy is not interrupted by a dropped run
    assert find(rows, IntervalRule(smooth=0.4, join=0, threshold=0.4)) == [(0, 0.9, H)]


def test_the_score_is_the_mean_of_the_frames():
    scores = np.array([[0.6, 0.2, 0.2], [0.9, 0.05, 0.05], [0.9, 0.05, 0.05]])
    [interval] = find_intervals(np.arange(3) / 10, scores, CLASSES, PLAIN)
    assert interval['score'] == pytest.approx(0.8)


def test_times_and_scores_have_four_digits():
    scores = np.array([[2 / 3, 0.2, 0.1]] * 3)
    time = np.arange(1, 4) / 3
    [interval] = find_intervals(time, scores, CLASSES, PLAIN)
    assert interval == dict(start=0.3333, end=1.3333, emotion=H, score=0.6667)


def test_a_score_at_the_threshold_carries_the_class():
    scores = np.array([[0.5, 0.2, 0.3]] * 3)
    args = np.arange(3) / 10, scores, CLASSES
    assert len(find_intervals(*args, IntervalRule(threshold=0.5, smooth=0))) == 1
    assert find_intervals(*args, IntervalRule(threshold=0.5001, smooth=0)) == []


def test_neutral_may_score_highest_without_ending_an_interval():
    scores = np.array([[0.3, 0.4, 0.1]] * 3)
    rule = IntervalRule(threshold=0.25, smooth=0)
    [interval] = find_intervals(np.arange(3) / 10, scores, CLASSES, rule)
    assert (interval['emotion'], interval['score']) == (H, 0.3)


@pytest.mark.parametrize('name', ['Neutral', ' NEUTRAL', 'no_expression'])
def test_neutral_makes_no_intervals_however_a_model_writes_it(name):
    scores = np.array([[0.1, 0.9]] * 20)
    time = np.arange(20) / 10
    assert find_intervals(time, scores, ['Happy', name], IntervalRule()) == []
    assert find_intervals(time, scores[:, 1:], [name], IntervalRule()) == []


def test_a_single_known_frame_lasts_no_time():
    rows = [None, H, None]
    assert find(rows) == []
    rule = IntervalRule(smooth=0, shortest=0)
    assert find(rows, rule) == [(0.1, 0.1, H)]


@pytest.mark.parametrize('fps', [7, 10, 24, 25, 29.97])
def test_lengths_at_the_limit_are_long_enough_whatever_the_rate(fps):
    # Three frames last 3 / fps; the gap of two frames is 3 / fps from frame to frame.
    exact = IntervalRule(smooth=0, join=3 / fps, shortest=3 / fps)
    for start in range(20):
        before = [N] * start
        assert len(find([*before, H, H, H, N], exact, fps)) == 1
        assert len(find([*before, H, N, N, H, N], exact, fps)) == 1
    above = IntervalRule(smooth=0, join=0, shortest=3 / fps + 1e-4)
    assert find([H, H, H, N], above, fps) == []
    below = IntervalRule(smooth=0, join=3 / fps - 1e-4, shortest=0)
    assert len(find([H, N, N, H], below, fps)) == 2


def test_what_is_just_allowed():
    IntervalRule(threshold=1, smooth=0, join=0)
    IntervalRule(threshold=1e-6)


def by_loops(time, scores, rule):
    """The definition, frame by frame."""
    known = [i for i in range(len(time)) if np.isfinite(scores[i]).all()]
    labels, rows = [], []
    for i in known:
        near = [j for j in known if abs(time[j] - time[i]) <= rule.smooth / 2 + 1e-9]
        row = sum(scores[j] for j in near) / len(near)
        best = max((0, 2), key=lambda k: row[k])  # the middle class is neutral
        labels.append(best if row[best] >= rule.threshold else None)
        rows.append(row)
    gaps = [time[b] - time[a] for a, b in pairwise(known)]
    step = float(np.median(gaps)) if gaps else 0.0
    found, last = [], None  # the members of each run; the last frame with a class
    for place, label in enumerate(labels):
        if label is None:
            continue
        if last is not None and labels[last] == label:
            gap = time[known[place]] - time[known[last]]
            if place == last + 1 or gap <= rule.join + 1e-6:
                found[-1].append(place)
                last = place
                continue
        found.append([place])
        last = place
    intervals = []
    for run in found:
        start, end = time[known[run[0]]], time[known[run[-1]]] + step
        if run[-1] + 1 < len(known):  # the next frame may come sooner
            end = min(end, time[known[run[-1] + 1]])
        if end - start >= rule.shortest - 1e-6:
            k = labels[run[0]]
            inside = [rows[p][k] for p in range(run[0], run[-1] + 1)]
            intervals.append((start, end, CLASSES[k], sum(inside) / len(inside)))
    return intervals


@pytest.mark.parametrize('seed', range(12))
def test_intervals_equal_plain_loops_at_uneven_times(seed):
    rng = np.random.default_rng(seed)
    time = np.cumsum(rng.integers(1, 4, 60)) / 10
    scores = np.repeat(rng.dirichlet([0.4] * 3, 20), 3, axis=0)
    scores[rng.random(60) < 0.1] = np.nan
    rule = IntervalRule(
        *(float(v) for v in (0.4, rng.choice([0, 0.2, 0.4]), 0.3, rng.choice([0, 0.4])))
    )
    got = find_intervals(time, scores, CLASSES, rule)
    expected = by_loops(time, scores, rule)
    assert [i['emotion'] for i in got] == [e[2] for e in expected]
    for interval, (start, end, _, score) in zip(got, expected, strict=True):
        numbers = [interval[key] for key in ('start', 'end', 'score')]
        np.testing.assert_allclose(numbers, [start, end, score], atol=6e-5)


@pytest.mark.parametrize(
    'wrong', [dict(threshold=0), dict(threshold=1.5), dict(smooth=-1), dict(join=-1)]
)
def test_what_cannot_work_is_refused(wrong):
    with pytest.raises(UsageError, match='video.intervals'):
        IntervalRule(**wrong)
