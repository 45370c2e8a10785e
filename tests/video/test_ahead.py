"""Work in threads gives the same results as work without threads."""

import threading

import numpy as np
import pytest
import torch
from torchvision.ops import box_iou

from tests.video.conftest import find_squares
from tests.video.test_analysis import CLASSES, SETTINGS, by_brightness
from tgdfer_mm.video.ahead import WorkBehind, read_ahead
from tgdfer_mm.video.analysis import Analysis
from tgdfer_mm.video.faces import Face, FaceDetector
from tgdfer_mm.video.matching import overlaps
from tgdfer_mm.video.reading import open_source


class Squares(FaceDetector):
    """Finds light squares, in any thread; notes in which it was asked."""

    def __init__(self):
        self.asked = set()

    def __call__(self, frame):
        self.asked.add(threading.get_ident())
        boxes = find_squares(frame.rgb)
        return [Face(tuple(float(v) for v in box)) for box in boxes]


def analyse(path, in_threads, monkeypatch, stop_after=None, **changes):
    monkeypatch.setattr(Analysis, 'in_threads', in_threads)
    detector, frames = Squares(), []

    def advance():
        frames.append(1)
        if len(frames) == stop_after:
            raise KeyboardInterrupt

    with open_source(path) as source:
        analysis = Analysis(
            *(source, detector, by_brightness, CLASSES, SETTINGS.updated(changes)),
            batch_size=2,
            advance=advance,
        )
        finished = analysis.run()
    assert (threading.get_ident() in detector.asked) != in_threads
    return analysis, finished


def what(analysis):
    return analysis.tracks(), analysis.warnings, analysis.complete


@pytest.mark.parametrize(
    'changes',
    [
        {},
        dict(max_seconds=1.5),
        dict(max_frames=13),
        dict(min_track=1.2, cut=27.0, every=3),
    ],
)
def test_threads_change_nothing_of_a_result(squares, make_file, monkeypatch, changes):
    picture, moving, _ = squares
    there = moving(14)
    frames = there + [picture()] * 9 + moving(9, ground=140, light=255)
    path = make_file(frames=frames)
    alone, together = (
        analyse(path, threads, monkeypatch, **changes)[0] for threads in (False, True)
    )
    assert what(alone) == what(together)
    assert len(alone.tracks()) > 0


def test_ctrl_c_keeps_what_was_tracked_and_ends_the_threads(make_file, monkeypatch):
    before = threading.active_count()
    analysis, finished = analyse(make_file(), True, monkeypatch, stop_after=8)
    assert not finished and not analysis.complete
    [track] = analysis.tracks()
    assert track['label'] and len(track['frames']['index']) >= 8
    assert threading.active_count() == before


def test_a_model_that_fails_ends_the_threads(make_file, monkeypatch):
    def fails(windows):
        raise ValueError('a model')

    before = threading.active_count()
    with open_source(make_file(frames=[np.full((48, 64, 3), 200, np.uint8)] * 30)) as s:
        analysis = Analysis(s, Squares(), fails, CLASSES, SETTINGS, batch_size=1)
        with pytest.raises(ValueError, match='a model'):
            analysis.run()
    assert threading.active_count() == before


def test_what_is_read_ahead_is_bounded_and_in_order():
    made, seen = [], []

    def items():
        for index in range(20):
            made.append(index)
            yield index

    for item in read_ahead(items(), most=3):
        assert len(made) - item <= 3 + 2  # those that wait, and one at each end
        seen.append(item)
    assert seen == made == list(range(20))


def test_an_error_comes_after_the_items_before_it():
    def items():
        yield 1
        raise ValueError('no more')

    reading = read_ahead(items())
    assert next(reading) == 1
    with pytest.raises(ValueError, match='no more'):
        next(reading)


def test_closing_ends_the_thread_that_waits_for_room():
    before = threading.active_count()
    reading = read_ahead((i for i in range(100)), most=2)
    assert next(reading) == 0
    reading.close()
    assert threading.active_count() == before


def test_results_come_in_order_and_few_jobs_wait():
    taken, behind = [], None
    behind = WorkBehind(lambda job: job**2, lambda *each: taken.append(each), 2)
    for job in range(6):
        behind.put(job)
        assert len(taken) >= job - 1
    behind.finish()
    behind.close()
    assert taken == [(job, job**2) for job in range(6)]


def test_overlaps_are_those_of_torchvision():
    rng = np.random.default_rng(0)
    for _ in range(20):
        ours, theirs = (
            np.concatenate([corner, corner + rng.uniform(0, 90, (count, 2))], 1)
            for count, corner in (
                (count, rng.uniform(0, 100, (count, 2))) for count in (3, 4)
            )
        )
        expected = box_iou(torch.from_numpy(ours), torch.from_numpy(theirs)).numpy()
        assert (overlaps(ours.tolist(), theirs.tolist()) == expected).all()
    assert overlaps([(1, 1, 1, 1)], [(1, 1, 1, 1)]).tolist() == [[0.0]]
