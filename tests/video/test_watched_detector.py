"""A failing detector: one failure loses one frame, constant failure ends the input."""

import math

import numpy as np
import pytest

from tgdfer_mm.video.errors import MissingPackage, UsageError
from tgdfer_mm.video.faces import Face, FaceDetector, WatchedDetector, build_detector
from tgdfer_mm.video.frames import Frame


def frame(index=0, scale=1.0):
    return Frame(index, index / 25, np.zeros((90, 160, 3), np.uint8), scale=scale)


class Fixed(FaceDetector):
    """Gives the same, whatever it is."""

    def __init__(self, said):
        self.said = said

    def __call__(self, frame):
        return self.said


def good(picture):
    return [(1, 2, 30, 40)]


@pytest.mark.parametrize(
    'box',
    [
        *((math.nan, 0, 9, 9), (0, 0, math.inf, 9), (9, 0, 0, 9), (0, 9, 9, 0)),
        *((5, 5, 5, 9), (200, 0, 300, 50), (0, 91, 50, 120), (-50, 0, 0, 50)),
        *((0, -20, 9, -1), (-1e6, -1e6, 1e6, 1e6)),
    ],
)
def test_a_box_that_is_none_costs_the_frame(box):
    problems = []
    watched = WatchedDetector(Fixed([Face(box)]), problems)
    assert watched(frame(7)) == []
    [problem] = problems
    assert "the face detector 'detector' failed at one frame, first at" in problem
    assert 'frame 7: the box' in problem and '160 x 90' in problem


def test_boxes_are_judged_in_the_pixels_of_the_source():
    problems = []
    far = [Face((200.0, 100.0, 300.0, 170.0))]
    assert WatchedDetector(Fixed(far), problems)(frame(scale=0.5)) == far
    assert WatchedDetector(Fixed(far), problems)(frame()) == []


def test_a_box_that_reaches_over_the_edge_is_kept_as_it_is():
    face = Face((-20.0, -5.0, 60.0, 95.0), 0.4)
    assert WatchedDetector(Fixed([face]), [])(frame()) == [face]


def test_a_weak_face_stays_weak():
    faces = [Face((0.0, 0.0, 9.0, 9.0), 0.4, weak) for weak in (True, False)]
    assert WatchedDetector(Fixed(faces), [])(frame()) == faces


@pytest.mark.parametrize(
    'said',
    [
        *(None, 3, 'abc', [None], [3], ['abcd'], [(1, 2, 3)], [[1, 2, 'x', 4]]),
        *([(0, 0, 1, 1, 2, 3)], (1, 2, 30, 40), [(math.nan, 1, 2, 3)], np.ones((2, 3))),
        [(1, 2, 30, 40, math.nan)],
    ],
    ids=repr,
)
def test_what_a_function_gives_in_the_place_of_boxes_is_shown(said):
    problems = []
    watched = WatchedDetector(build_detector(lambda picture: said), problems)
    assert watched(frame(3)) == []
    assert 'frame 3' in problems[0]


def test_the_frames_that_failed_are_counted_and_the_others_kept():
    calls = iter(range(100))

    def mine(picture):
        number = next(calls)
        if number % 5 == 2:
            raise RuntimeError(f'no luck\nwith {number}')
        return good(picture)

    problems = ['another one']
    watched = WatchedDetector(build_detector(mine), problems)
    said = [watched(frame(index)) for index in range(30)]
    assert [i for i, faces in enumerate(said) if not faces] == list(range(2, 30, 5))
    assert said[0] == [Face((1, 2, 30, 40))]
    problems.append('a later one')
    assert problems[1:2] == [
        "the face detector 'mine' failed at 6 frames, first at frame 2: "
        'RuntimeError: no luck'
    ]
    watched.finish()


def test_one_that_fails_at_every_frame_ends_the_input():
    def broken(picture):
        raise ZeroDivisionError('division by zero')

    watched = WatchedDetector(build_detector(broken), [])
    with pytest.raises(UsageError, match='failed at 10 frames.*ZeroDivisionError'):
        for index in range(20):
            watched(frame(index))
    assert index == 9
    short = WatchedDetector(build_detector(broken), [])
    assert short(frame()) == []
    with pytest.raises(UsageError, match='failed at one frame'):
        short.finish()
    WatchedDetector(build_detector(broken), []).finish()  # was asked nothing


def test_a_package_that_is_missing_is_no_matter_of_a_frame():
    class Lacks(FaceDetector):
        def __call__(self, frame):
            raise MissingPackage('needs the package x')

    with pytest.raises(MissingPackage, match='package x'):
        WatchedDetector(Lacks(), [])(frame())


def test_a_function_that_draws_on_its_picture_does_not_change_what_the_model_sees():
    def draws(picture):
        picture[:] = 255
        return good(picture)

    seen = frame()
    assert WatchedDetector(build_detector(draws), [])(seen)
    assert seen.rgb.max() == 0
