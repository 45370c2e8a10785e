"""A track's numbers: sums over windows, against plain loops."""

import numpy as np
import pytest

from tgdfer_mm.video.intervals import IntervalRule
from tgdfer_mm.video.reading import Frame
from tgdfer_mm.video.track_record import TrackRecord
from tgdfer_mm.video.tracking import Seen
from tgdfer_mm.video.windows import Crop, Window

CLASSES = ('happy', 'neutral', 'sad')
RULE = IntervalRule(smooth=0)


def record_of(count, fps=10, first=40):
    """A track of so many frames, its boxes and marks told by their place."""
    record = TrackRecord(CLASSES)
    for place in range(count):
        frame = Frame(first + place, (first + place) / fps, None)
        box = (place + 0.04, place + 0.06, 20.26, 30.0)
        assert record.add_frame(frame, Seen(1, box, place % 3 == 1)) == place
    return record


def window_of(places):
    return Window(places[0], places[-1], [Crop(p, 0.0, None) for p in places])


@pytest.mark.parametrize('seed', range(5))
def test_a_frame_has_the_mean_of_its_windows_and_a_track_too(seed):
    rng = np.random.default_rng(seed)
    record = record_of(20)
    windows = [np.sort(rng.choice(18, 6, replace=False)) for _ in range(4)]
    given = []
    for places in windows:
        probabilities = rng.dirichlet(np.ones(3))
        scores, relevance = rng.random((6, 3)), 3 * rng.random(6)
        record.add_window(window_of(places.tolist()), probabilities, scores, relevance)
        given.append((places, probabilities, scores, relevance))
    track = record.asdict(RULE)
    for place in range(20):
        rows, shares = [], []
        for places, _, scores, relevance in given:
            for i, seen in enumerate(places):
                if seen == place:
                    rows.append(scores[i])
                    shares.append(relevance[i])
        scores, share = (track['frames'][k][place] for k in ('scores', 'relevance'))
        if not rows:
            assert scores is None and share is None
            continue
        assert scores == pytest.approx(sum(rows) / len(rows), abs=2e-5)
        assert share == pytest.approx(sum(shares) / len(shares), abs=2e-5)
    assert track['frames']['scores'][18:] == [None, None]
    mean = sum(p for _, p, _, _ in given) / 4
    assert track['probabilities'] == pytest.approx(mean, abs=1e-5)
    assert track['label'] == CLASSES[mean.argmax()]
    assert track['score'] == pytest.approx(mean.max(), abs=1e-5)
    for said, (places, probabilities, _, _) in zip(
        track['windows'], given, strict=True
    ):
        first, last = int(places[0]), int(places[-1])
        assert (said['first_frame'], said['last_frame']) == (40 + first, 40 + last)
        assert said['start'] == pytest.approx((40 + first) / 10)
        assert said['end'] == pytest.approx((40 + last) / 10)
        assert said['label'] == CLASSES[probabilities.argmax()]
        assert said['score'] == pytest.approx(probabilities.max(), abs=1e-5)
        assert said['probabilities'] == pytest.approx(probabilities, abs=1e-5)


def test_a_frame_has_its_place_in_the_source_and_its_box_to_a_tenth():
    record = record_of(3, fps=3)
    assert len(record) == 3 and record.length == pytest.approx(2 / 3)
    track = record.asdict(RULE)
    assert (track['start'], track['end']) == (13.3333, 14.0)
    assert track['frames']['index'] == [40, 41, 42]
    assert track['frames']['time'] == [13.3333, 13.6667, 14.0]
    assert track['frames']['interpolated'] == [False, True, False]
    boxes = [[place, place + 0.1, 20.3, 30] for place in range(3)]
    np.testing.assert_allclose(track['frames']['box'], boxes, atol=1e-9)


def test_without_windows_nothing_is_known_but_where_it_was():
    track = record_of(2).asdict(RULE)
    assert track['label'] is track['score'] is track['probabilities'] is None
    assert track['frames']['scores'] == track['frames']['relevance'] == [None, None]
    assert track['windows'] == track['intervals'] == []
    assert TrackRecord(CLASSES).length == 0


def test_a_model_may_give_no_scores_of_frames_or_no_relevance():
    record = record_of(4)
    said = np.array([0.123456, 0.5, 0.376544])
    record.add_window(window_of([0, 1]), said, None, None)
    record.add_window(window_of([1, 2]), said, np.tile(said, (2, 1)), None)
    track = record.asdict(RULE)
    assert track['probabilities'] == [0.12346, 0.5, 0.37654]
    assert [row is None for row in track['frames']['scores']] == [
        True,
        False,
        False,
        True,
    ]
    assert track['frames']['relevance'] == [None] * 4


def test_the_label_of_a_frame_is_of_the_surest_window_that_used_it():
    record = record_of(6)
    for places, said in (
        ([0, 2, 4], [0.5, 0.2, 0.3]),
        ([1, 2, 3], [0.1, 0.6, 0.3]),
        ([0, 3], [0.0, 0.2, 0.8]),  # around frames 1 and 2, but did not use them
    ):
        rows = np.tile(said, (len(places), 1))
        record.add_window(window_of(places), np.array(said), rows, None)
    labels = record.asdict(RULE)['labels']
    assert labels == ['sad', 'neutral', 'neutral', 'sad', 'happy', None]


def test_the_intervals_are_those_of_the_mean_scores():
    record = record_of(8)
    happy, sad = [0.9, 0.05, 0.05], [0.05, 0.05, 0.9]
    rows = np.array([happy] * 4 + [sad] * 4)
    record.add_window(window_of(list(range(8))), rows.mean(0), rows, np.ones(8))
    found = record.asdict(RULE)['intervals']
    assert [(i['start'], i['end'], i['emotion']) for i in found] == [
        (4.0, 4.4, 'happy'),
        (4.4, 4.7, 'sad'),  # not after the track
    ]
