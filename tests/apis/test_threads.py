"""Several threads read videos with one inferencer, and find what one thread finds."""

import pickle
import threading
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import numpy as np
import pytest

from lab.film import Film, FilmSpec
from tgdfer_mm.apis import DFERInferencer
from tgdfer_mm.apis.progress import frame_progress
from tgdfer_mm.video.faces import FaceDetector, WatchedDetector, build_detector
from tgdfer_mm.video.frames import Frame

THREADS = 8


@pytest.fixture(scope='module')
def films():
    """Two films of some frames, each of two drawn people."""
    specs = [FilmSpec(seed=100 + n, fps=10, shot=1.0, empty=0.0) for n in range(2)]
    return [np.stack(list(Film(spec).frames()))[:6] for spec in specs]


def summary(result):
    return [
        (t['label'], t['frames']['box'], t['frames']['index']) for t in result['tracks']
    ]


def test_eight_threads_find_the_faces_and_labels_of_one(demo, films):
    settings = dict(fps=10, every=1, window=dict(frames=4), show_progress=False)
    inferencer = DFERInferencer(demo, **settings)
    other = DFERInferencer(demo, **settings)  # has the same model
    alone = [inferencer(film)['predictions'][0] for film in films]
    assert all(result['tracks'] for result in alone)
    jobs = [((inferencer, other)[n // 2 % 2], n % 2) for n in range(THREADS)]

    def read(job):
        which, number = job
        return which(films[number])['predictions'][0]

    with ThreadPoolExecutor(THREADS) as pool:
        together = list(pool.map(read, jobs))
    for (_, number), result in zip(jobs, together, strict=True):
        assert summary(result) == summary(alone[number])
        for found, expected in zip(
            result['tracks'], alone[number]['tracks'], strict=True
        ):
            np.testing.assert_allclose(
                found['probabilities'], expected['probabilities'], atol=1e-4
            )


class Busy(FaceDetector):
    """Fails if two threads are in it."""

    def __init__(self):
        self.inside = 0
        self.most = 0

    def __call__(self, frame):
        self.inside += 1
        self.most = max(self.most, self.inside)
        threading.Event().wait(0.001)  # lets others in, if it can
        self.inside -= 1
        return []


@pytest.mark.parametrize('kind', ['detector', 'function'])
def test_no_detector_is_asked_by_two_threads_at_once(kind):
    busy = Busy()
    detector = busy if kind == 'detector' else build_detector(busy.__call__)
    frame = Frame(0, 0.0, np.zeros((8, 9, 3), np.uint8))

    def look(number):
        watched = WatchedDetector(detector, [])  # of an analysis of its own
        return watched(frame)

    with ThreadPoolExecutor(THREADS) as pool:
        assert list(pool.map(look, range(4 * THREADS))) == [[]] * 4 * THREADS
    assert busy.most == 1


def test_a_detector_that_was_used_can_still_be_pickled():
    detector = build_detector('none')
    frame = Frame(0, 0.0, np.zeros((8, 9, 3), np.uint8))
    [face] = WatchedDetector(detector, [])(frame)
    assert WatchedDetector(pickle.loads(pickle.dumps(detector)), [])(frame) == [face]


def test_threads_next_to_the_main_one_show_no_bar(capsys):
    source = SimpleNamespace(total=3, info=SimpleNamespace(path='a.mp4'))

    def show():
        with frame_progress(source) as advance:
            advance()

    thread = threading.Thread(target=show)
    thread.start()
    thread.join()
    assert capsys.readouterr().err == ''
    show()
    assert 'a.mp4' in capsys.readouterr().err
