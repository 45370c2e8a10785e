"""Intervals: from curves drawn by hand."""

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


@pytest.mark.parametrize(
    'wrong', [dict(threshold=0), dict(threshold=1.5), dict(smooth=-1), dict(join=-1)]
)
def test_what_cannot_work_is_refused(wrong):
    with pytest.raises(UsageError, match='video.intervals'):
        IntervalRule(**wrong)
