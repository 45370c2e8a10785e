"""The page's arithmetic: what is above the rest, pooled bins, and which way wins."""

import numpy as np
import pytest

from lab.calibration import intervals
from lab.calibration.intervals import SHIPPED, Way, above_rest, best_way, try_way
from lab.calibration.page import calibration_lines, interval_lines, pool_bins
from tgdfer_mm.evaluation.temperature import reliability_bins
from tgdfer_mm.video.intervals import IntervalRule

CLASSES = ['happy', 'neutral']


def film(low, high):
    """Ten seconds of a face whose `happy` rests at one score and shows another."""
    happy = np.full(250, low)
    happy[100:150] = high
    scores = np.stack([happy, 1 - happy], 1)
    frames = dict(
        time=(np.arange(250) / 25).tolist(),
        box=[[10, 10, 20, 20]] * 250,
        scores=scores.tolist(),
    )
    track = dict(start=0.0, end=9.96, frames=frames, intervals=[])
    result = dict(model=dict(classes=CLASSES), tracks=[track])
    episode = dict(emotion='happy', start=4.0, end=6.0)
    true = dict(start=0.0, end=10.0, box=[0, 0, 30, 30], episodes=[episode])
    return result, dict(tracks=[true])


def test_the_shipped_way_is_that_of_the_package():
    rule = IntervalRule()
    assert Way('none', rule.threshold, rule.hold) == SHIPPED


def test_what_is_above_the_rest_is_a_share_of_the_way_to_certainty():
    scores = np.array([[0.2, 0.8], [0.2, 0.8], [0.6, 0.4], [np.nan, np.nan]])
    found = above_rest(scores, 'median')
    np.testing.assert_allclose(found[:3, 0], [0, 0, 0.5])
    assert (found[:3] >= 0).all() and np.isnan(found[3]).all()
    assert above_rest(scores, 'none') is scores
    sure = above_rest(np.ones((3, 1)), 'median')
    assert np.isfinite(sure).all()


def test_a_face_that_rests_at_a_high_score_is_found_relative_to_it():
    films = [film(0.55, 0.95)]
    alone = try_way(films, SHIPPED)
    assert (alone['found'], alone['intervals']) == (0, 1)  # all of the track
    above = try_way(films, Way('median', SHIPPED.threshold, SHIPPED.hold))
    assert (above['found'], above['false'], above['F1']) == (1, 0, 100.0)


def test_of_equal_ways_the_one_nearest_to_the_shipped_is_taken(monkeypatch):
    monkeypatch.setattr(intervals, 'THRESHOLDS', (0.3, 0.5, 0.7))
    monkeypatch.setattr(intervals, 'HOLDS', (0.4, 0.8))
    way, counts = best_way([film(0.1, 0.9)], 'none')
    assert way == SHIPPED and counts['F1'] == 100


def test_pooled_bins_are_those_of_all_clips_together():
    rng = np.random.default_rng(0)
    scores = rng.dirichlet(np.ones(4), 90)
    labels = rng.integers(0, 4, 90)
    parts = [reliability_bins(scores[i::3], labels[i::3]) for i in range(3)]
    whole = reliability_bins(scores, labels)
    for ours, theirs in zip(pool_bins(parts), whole, strict=True):
        assert ours == pytest.approx(theirs)


def test_the_tables_have_a_row_for_each_training_and_way():
    numbers = dict(ECE=10.0, NLL=0.5, accuracy=80.0, confidence=90.0)
    test = dict(clips=9, people=3, before=numbers, after=dict(numbers, ECE=4.0))
    record = dict(clips=5, people=2, temperature=1.5, test=test)
    lines = calibration_lines(
        [dict(level='hard', seed=seed, record=record) for seed in (0, 1)]
    )
    assert sum(line.startswith('| hard |') for line in lines) == 2
    assert 'ECE 10.00 ± 0.00 before and 4.00 ± 0.00 after' in lines[-2]
    assert 'lower after in 2 of 2' in lines[-2]
    lines = interval_lines({'a': [film(0.1, 0.9)], 'b': [film(0.1, 0.9)]})
    assert sum('1 of 1' in line for line in lines) == 4
