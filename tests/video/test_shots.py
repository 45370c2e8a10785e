"""Camera cuts."""

import numpy as np
import pytest

from lab.film import Film, FilmSpec
from tgdfer_mm.video.frames import Frame
from tgdfer_mm.video.shots import ShotDetector


def cuts(pictures, **kwargs):
    detector = ShotDetector(**kwargs)
    return [i for i, p in enumerate(pictures) if detector(Frame(i, i / 25, p))]


def test_the_cuts_of_a_film_are_found_and_nothing_else():
    film = Film(FilmSpec(seed=100, width=64, fps=10, shot=2.0, empty=1.0))
    assert cuts(film.frames()) == [20, 30]
    assert cuts(Film(film.spec).frames(), threshold=None) == []


def test_the_first_frame_is_no_cut_and_neither_is_a_moving_square(squares):
    _, moving, _ = squares
    assert cuts(moving(12, size=(96, 48), step=4)) == []


@pytest.mark.parametrize('sizes', [(64, 48), (300, 20)])
def test_light_and_dark(sizes):
    dark = np.zeros((*sizes, 3), np.uint8)
    assert cuts([dark] * 8 + [dark + 200] * 8) == [8]
