"""Drawn clips agree with their truth; probes find only what a part holds."""

import numpy as np
import pytest

from projects.pfvit.drawn_clips import NEUTRAL, DrawnClips, draw_clips, shrink
from projects.pfvit.probes import emotion_from, person_from


@pytest.fixture(scope='module')
def clips():
    return draw_clips(0, [3], frames=3)


def test_the_truth_is_the_same_frame_without_any_movement(clips):
    assert clips.frames.shape == clips.at_rest.shape == (7, 3, 64, 64, 3)
    assert clips.label.tolist() == list(range(7)) and set(clips.person) == {3}
    gap = np.abs(clips.frames.astype(int) - clips.at_rest).mean((2, 3, 4))
    assert gap[clips.expressive].min() > 0.5
    assert gap[~clips.expressive].min() < 0.05  # some frame of a clip is at rest
    assert not clips.expressive[NEUTRAL].any()


def test_a_frame_shows_its_clips_emotion_or_nothing_clear(clips):
    emotion = clips.emotion()
    assert (emotion[NEUTRAL] == NEUTRAL).all()
    others = np.delete(emotion, NEUTRAL, axis=0)
    shown = np.delete(clips.expressive, NEUTRAL, axis=0)
    assert (others[~shown] == -1).all() and (others[shown] >= 0).all()


def test_small_pictures_keep_their_mean():
    frames = np.random.default_rng(0).integers(0, 256, (2, 3, 64, 64, 3), np.uint8)
    small = shrink(frames, 16)
    assert small.shape == (2, 3, 3, 16, 16)
    np.testing.assert_allclose(small.mean((3, 4)), frames.mean((2, 3)) / 255, atol=2e-3)


def made_up(people, seed):
    """Clips without pictures, all expressive, and parts that hold one thing only."""
    person = np.repeat(np.arange(people), 7)
    label = np.tile(np.arange(7), people)
    none = np.zeros((len(label), 2))
    made = DrawnClips(none, none, np.ones_like(none), label, person)
    noise = np.random.default_rng(seed).normal(0, 0.1, (len(label), 2, 7))
    return made, noise


def test_a_probe_reads_what_is_there_and_chance_elsewhere():
    (known, noise), (asked, other) = made_up(6, 0), made_up(7, 1)
    says = [
        np.eye(7)[c.label][:, None] + n for c, n in ((known, noise), (asked, other))
    ]
    assert emotion_from(says[0], known, says[1], asked) == 1
    assert person_from(says[1], asked) < 0.4
    who = np.eye(7)[asked.person][:, None] + other
    assert person_from(who, asked) == 1
    assert emotion_from(noise, known, who, asked) < 0.4
