"""Numbers of an analysis: detected frames, batches of windows, and units."""

import numpy as np
import pytest

from tgdfer_mm.video.analysis import Analysis, Prediction
from tgdfer_mm.video.faces import build_detector
from tgdfer_mm.video.reading import Frame, Source, SourceInfo, open_source
from tgdfer_mm.video.settings import VideoSettings

CLASSES = ['dark', 'light', 'grey']
SETTINGS = VideoSettings().updated(
    dict(
        crop=dict(size=8, margin=0, shift=(0, 0)),
        window=dict(frames=4, seconds=0.5, stride=0.25),
        every=1,
        min_track=0.0,
        cut=None,
    )
)
SAID = Prediction(np.array([0.2, 0.5, 0.3]), None, None)


def numbered(count):
    """Pictures that show their number."""
    return [np.full((48, 64, 3), i, np.uint8) for i in range(count)]


def one_box(picture):
    return [(8, 8, 16, 16)]


def analyse(frames, detector=one_box, predict=None, batch_size=8, fps=8.0, **changes):
    source = frames if isinstance(frames, Source) else open_source(frames, fps)
    analysis = Analysis(
        source,
        build_detector(detector),
        predict or (lambda windows: [SAID] * len(windows)),
        CLASSES,
        SETTINGS.updated(changes),
        batch_size,
    )
    assert analysis.run()
    return analysis


@pytest.mark.parametrize('every', [1, 2, 3, 7])
def test_the_detector_looks_at_every_so_manieth_frame(every):
    looked = []

    def watching(picture):
        looked.append(int(picture[0, 0, 0]))
        return one_box(picture)

    analyse(numbered(20), watching, every=every)
    assert looked == list(range(0, 20, every))


def test_it_looks_at_each_new_shot_and_counts_from_there():
    looked = []

    def watching(picture):
        looked.append(int(picture[0, 0, 0]))
        return one_box(picture)

    shots = numbered(8) + [p + 150 for p in numbered(12)]  # a cut at frame 8
    analyse(shots, watching, every=5, cut=27.0)
    assert looked == [0, 5, 150, 155, 160]


@pytest.mark.parametrize('size', [1, 3, 5])
def test_windows_are_predicted_in_full_batches_and_a_last_one(size):
    sizes = []

    def counting(windows):
        sizes.append(len(windows))
        return [SAID] * len(windows)

    [track] = analyse(numbered(26), predict=counting, batch_size=size).tracks()
    total = len(track['windows'])
    assert total == 12
    assert sizes == [size] * (total // size) + [total % size] * (total % size > 0)


def test_the_relevance_is_of_the_predicted_class_in_uniform_shares():
    shares = np.array([[0.7, 0.1, 0.3], [0.1, 0.2, 0.3], [0.2, 0.7, 0.4]])

    def predict(windows):
        return [Prediction(SAID.probabilities, shares, shares) for _ in windows]

    [track] = analyse(numbered(3), predict=predict).tracks()
    expected = [3 * share for share in (0.1, 0.2, 0.7)]  # 'light', three crops
    assert track['frames']['relevance'] == pytest.approx(expected)
    assert track['frames']['scores'] == pytest.approx(shares)


def test_a_track_as_long_as_demanded_stays():
    def at_first(picture):
        return one_box(picture) if picture[0, 0, 0] < 5 else []

    # Five frames last 0.5 s from the first to the last one.
    assert len(analyse(numbered(10), at_first, min_track=0.5).tracks()) == 1
    short = analyse(numbered(10), at_first, min_track=0.51)
    assert short.tracks() == []
    assert '1 faces seen for less than 0.51 s' in short.warnings[0]


def test_a_source_shorter_than_demanded_keeps_its_tracks():
    # Four frames are half a second: no shorter than 0.5, but than 0.6.
    assert analyse(numbered(4), min_track=0.5).tracks() == []
    assert len(analyse(numbered(4), min_track=0.6).tracks()) == 1


def test_tracks_are_ordered_by_their_start_then_by_their_place():
    def three(picture):
        faces = [(40, 8, 48, 16), (20, 30, 28, 38), (20, 8, 28, 16)]
        return faces if picture[0, 0, 0] >= 2 else faces[:1]

    tracks = analyse(numbered(6), three).tracks()
    places = [(t['id'], t['start'], *t['frames']['box'][0][:2]) for t in tracks]
    assert places == [(1, 0, 40, 8), (2, 0.25, 20, 8), (3, 0.25, 20, 30)]


def test_boxes_are_of_the_source_and_crops_of_the_picture_that_was_read():
    class Halved(Source):
        def __init__(self):
            super().__init__()
            self.info = SourceInfo('halved', 64, 48, 8.0)

        def _frames(self):
            picture = np.zeros((24, 32, 3), np.uint8)
            picture[8:16, 16:24] = 200
            yield Frame(0, 0.0, picture, scale=0.5)

    seen = []

    def predict(windows):
        seen.extend(windows)
        return [SAID] * len(windows)

    def find(picture):  # in the pixels of the picture
        return [(16, 8, 24, 16)]

    [track] = analyse(Halved(), find, predict).tracks()
    assert track['frames']['box'] == [[32, 16, 48, 32]]
    [[crop]] = seen
    assert crop.shape == (8, 8, 3) and (crop == 200).all()
