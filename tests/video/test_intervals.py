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
    IntervalRule(threshold=1, smooth=0, join=0, hold=1)
    IntervalRule(threshold=1e-6)


def by_loops(time, scores, rule):
    """The definition, frame by frame."""
    known = [i for i in range(len(time)) if np.isfinite(scores[i]).all()]
    gaps = [time[b] - time[a] for a, b in pairwise(known)]
    step = float(np.median(gaps)) if gaps else 0.0
    rows, ends = [], []
    for i, after in zip(known, [*known[1:], None], strict=True):
        near = [j for j in known if abs(time[j] - time[i]) <= rule.smooth / 2 + 1e-9]
        rows.append(sum(scores[j] for j in near) / len(near))
        end = time[i] + step  # the next frame may come sooner
        ends.append(end if after is None else min(end, time[after]))
    taken, intervals = set(), []
    while True:
        claims = []
        for k in (0, 2):  # the middle class is neutral
            run = []
            for place in [*range(len(known)), None]:
                high = (
                    place is not None
                    and place not in taken
                    and rows[place][k] >= rule.hold * rule.threshold
                )
                if place is not None and not high and place not in taken:
                    continue
                gap = run and high and time[known[place]] - time[known[run[-1]]]
                if run and (not high or place > run[-1] + 1 and gap > rule.join + 1e-6):
                    claims.append((k, run))
                    run = []
                if high:
                    run = [*run, place]
        claims = [
            (k, range(run[0], run[-1] + 1))
            for k, run in claims
            if max(rows[p][k] for p in run) >= rule.threshold
            and ends[run[-1]] - time[known[run[0]]] >= rule.shortest - 1e-6
        ]
        if not claims:
            return sorted(intervals)
        k, run = max(
            claims,
            key=lambda c: sum(rows[p][c[0]] * (ends[p] - time[known[p]]) for p in c[1]),
        )
        taken |= set(run)
        score = sum(rows[p][k] for p in run) / len(run)
        intervals.append((time[known[run[0]]], ends[run[-1]], CLASSES[k], score))


@pytest.mark.parametrize('seed', range(12))
def test_intervals_equal_plain_loops_at_uneven_times(seed):
    rng = np.random.default_rng(seed)
    time = np.cumsum(rng.integers(1, 4, 60)) / 10
    scores = np.repeat(rng.dirichlet([0.4] * 3, 20), 3, axis=0)
    scores[rng.random(60) < 0.1] = np.nan
    rule = IntervalRule(
        threshold=float(rng.choice([0.4, 0.7])),
        smooth=float(rng.choice([0, 0.2, 0.4])),
        join=0.3,
        shortest=float(rng.choice([0, 0.4])),
        hold=float(rng.choice([0.3, 0.6, 1])),
    )
    got = find_intervals(time, scores, CLASSES, rule)
    expected = by_loops(time, scores, rule)
    assert [i['emotion'] for i in got] == [e[2] for e in expected]
    for interval, (start, end, _, score) in zip(got, expected, strict=True):
        numbers = [interval[key] for key in ('start', 'end', 'score')]
        np.testing.assert_allclose(numbers, [start, end, score], atol=6e-5)


def curves(happy, sad, rule=PLAIN, fps=10):
    """Intervals of two curves; the rest is neutral."""
    happy, sad = np.array(happy), np.array(sad)
    scores = np.stack([happy, 1 - happy - sad, sad], 1)
    found = find_intervals(np.arange(len(happy)) / fps, scores, CLASSES, rule)
    return [(i['start'], i['end'], i['emotion']) for i in found]


def test_an_interval_lasts_while_the_score_stays_above_the_low_threshold():
    happy = [0.1, 0.3, 0.6, 0.3, 0.3, 0.3, 0.1, 0.1]
    nothing = [0] * 8
    rule = IntervalRule(threshold=0.5, smooth=0, join=0, hold=0.5)
    assert curves(happy, nothing, rule) == [(0.1, 0.6, H)]
    above = IntervalRule(threshold=0.5, smooth=0, join=0, hold=1, shortest=0)
    assert curves(happy, nothing, above) == [(0.2, 0.3, H)]


def test_a_score_that_never_reaches_the_threshold_is_no_interval():
    assert curves([0.49] * 20, [0] * 20) == []
    assert curves([0.49] * 10 + [0.5] + [0.49] * 9, [0] * 20) == [(0, 2, H)]


def test_a_weaker_emotion_for_a_moment_does_not_tear_an_interval():
    happy = [0.7] * 6 + [0.3] * 4 + [0.7] * 6
    sad = [0.2] * 6 + [0.6] * 4 + [0.2] * 6
    assert curves(happy, sad) == [(0, 1.6, H)]


def test_frames_that_two_emotions_claim_belong_to_the_larger_sum():
    # While one emotion turns into another both are high; the rest stays the other's.
    happy = [0.8] * 8 + [0.5] * 2 + [0.1] * 4
    sad = [0.1] * 8 + [0.5] * 2 + [0.8] * 4
    assert curves(happy, sad) == [(0, 1.0, H), (1.0, 1.4, S)]


def test_what_is_left_of_a_claim_must_reach_the_threshold_by_itself():
    happy = [0.8] * 8 + [0.1] * 4
    sad = (
        [0.1] * 6 + [0.7] * 2 + [0.3] * 4
    )  # above the threshold in happy's frames only
    happy[6:8] = [0.3, 0.3]
    assert curves(happy, sad) == [(0, 0.8, H)]


def test_frames_count_by_how_long_they_last():
    # Sad has more frames and the larger sum of them, happy the larger sum over time.
    time = np.array([0, 10, 20, 30, 40, 50, 60, 61, 62, 63, 64, 65]) / 100
    scores = np.array([[0.6, 0.1, 0.3]] * 5 + [[0.3, 0.1, 0.6]] * 7)
    rule = IntervalRule(threshold=0.5, smooth=0)
    [interval] = find_intervals(time, scores, CLASSES, rule)
    assert interval == dict(start=0, end=0.75, emotion=H, score=0.425)


def test_the_order_of_the_classes_does_not_matter():
    rng = np.random.default_rng(3)
    time = np.arange(200) / 25
    scores = np.repeat(rng.dirichlet([0.5] * 4, 20), 10, axis=0)
    names = ['a', 'b', 'neutral', 'd']
    order = [3, 1, 0, 2]
    assert find_intervals(time, scores, names, IntervalRule()) == find_intervals(
        time, scores[:, order], [names[i] for i in order], IntervalRule()
    )


def test_intervals_of_a_long_track_are_ascending_and_never_overlap():
    rng = np.random.default_rng(0)
    time = np.arange(90_000) / 25  # an hour
    scores = np.repeat(rng.dirichlet([0.4] * 3, 9000), 10, axis=0)
    found = find_intervals(time, scores, CLASSES, IntervalRule())
    assert len(found) > 1000
    assert all(a['end'] <= b['start'] for a, b in pairwise(found))


@pytest.mark.parametrize(
    'wrong',
    [
        dict(threshold=0),
        dict(threshold=1.5),
        dict(smooth=-1),
        dict(join=-1),
        dict(hold=0),
        dict(hold=1.1),
    ],
)
def test_what_cannot_work_is_refused(wrong):
    with pytest.raises(UsageError, match='video.intervals'):
        IntervalRule(**wrong)
