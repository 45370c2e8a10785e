"""The page's arithmetic: what is above the rest, pooled bins, and which way wins."""

import numpy as np
import pytest

from lab.calibration import intervals
from lab.calibration.intervals import SHIPPED, Way, above_rest, choose, try_way
from lab.calibration.page import (
    calibration_lines,
    chance_error,
    interval_lines,
    pool_bins,
)
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
    way, counts, apart = choose([film(0.1, 0.9), film(0.1, 0.8)], 'none')
    assert way == SHIPPED and counts['F1'] == apart['F1'] == 100


def test_a_film_takes_no_part_in_choosing_its_own_thresholds(monkeypatch):
    monkeypatch.setattr(intervals, 'THRESHOLDS', (0.5, 0.7))
    monkeypatch.setattr(intervals, 'HOLDS', (0.4,))
    # The last one needs another threshold than all others.
    films = [film(0.1, 0.9), film(0.1, 0.9), film(0.1, 0.6)]
    films[0][0]['tracks'][0]['frames']['scores'][10:40] = [[0.6, 0.4]] * 30
    films[1][0]['tracks'][0]['frames']['scores'][10:40] = [[0.6, 0.4]] * 30
    way, counts, apart = choose(films, 'none')
    assert counts['F1'] > apart['F1']


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
    bins = [[dict(low=0.0, high=1.0, clips=9, confidence=0.9, accuracy=0.8)]] * 2
    lines = calibration_lines(
        [
            dict(level='hard', seed=seed, epoch='last', record=record, bins=bins)
            for seed in (0, 1)
        ]
    )
    assert sum(line.startswith('| hard |') for line in lines) == 2
    assert 'ECE 10.00 ± 0.00 before and 4.00 ± 0.00 after' in lines[-2]
    assert 'lower after in 2 of 2' in lines[-2]
    lines = interval_lines([film(0.1, 0.9), film(0.1, 0.8)])
    assert sum('2 of 2' in line for line in lines) == 6


def test_few_clips_have_an_error_by_chance_alone():
    def errors(clips):
        return chance_error([dict(clips=clips, confidence=0.5)] * 4)

    # The mean distance of a share of n from one half is sqrt(1 / (2 pi n)).
    assert errors(400) == pytest.approx(100 * (2 * np.pi * 400) ** -0.5, rel=0.05)
    assert errors(10) > 5 * errors(400)
    assert chance_error([dict(clips=5, confidence=1.0)]) == 0
