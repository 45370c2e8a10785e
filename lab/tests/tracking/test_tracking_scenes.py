"""People of drawn scenes stay who they are; the score sees it when they do not."""

import pytest

from lab.tracking.run import follow
from lab.tracking.scenes import KINDS, Scene
from lab.tracking.score import score_tracks
from tgdfer_mm.video.settings import VideoSettings


def box(x):
    return (x, 100.0, x + 100.0, 200.0)


TRUTH = [{0: box(100.0), 1: box(400.0)}] * 10


def test_tracks_that_are_the_people_score_one():
    score = score_tracks(TRUTH, [{7: box(101.0), 3: box(399.0)}] * 10)
    assert (score.idf1, score.switches, score.mixed, score.tracks) == (1, 0, 0, 2)


def test_people_who_change_places_half_way_are_two_switches_and_half_right():
    ours = [{7: box(100.0), 3: box(400.0)}] * 5 + [{3: box(100.0), 7: box(400.0)}] * 5
    score = score_tracks(TRUTH, ours)
    assert (score.idf1, score.switches, score.mixed) == (0.5, 2, 2)


def test_what_is_missed_and_what_is_nobody_cost_alike():
    missed = score_tracks(TRUTH, [{7: box(100.0)}] * 10)
    assert missed.idf1 == pytest.approx(2 * 10 / (20 + 10))
    nobody = [{7: box(100.0), 3: box(400.0), 4: box(250.0)}] * 10
    assert score_tracks(TRUTH, nobody).idf1 == pytest.approx(2 * 20 / (20 + 30))


def test_a_face_that_the_edge_cuts_is_not_asked_for():
    cut = [{0: box(100.0), 1: box(-60.0)}] * 10
    for ours in ({7: box(100.0)}, {7: box(100.0), 3: box(-55.0)}):
        assert score_tracks(cut, [ours] * 10).idf1 == 1


# 3 was a walk in front of somebody, 8 a crossing and 13 a quiet cut that were lost
# before motion and looks counted.
@pytest.mark.parametrize('seed', [3, 8, 13])
def test_people_stay_who_they_are(seed):
    scene = Scene(seed)
    score = score_tracks(*follow(scene, VideoSettings()))
    assert scene.kind == KINDS[seed % 4]
    assert (score.switches, score.mixed) == (0, 0) and score.idf1 > 0.95
