"""One clock: table, pages, CSV and marks say the same of a moment."""

import io

import numpy as np
import pytest

from tgdfer_mm.apis.result_table import print_result
from tgdfer_mm.apis.writing import frame_rows
from tgdfer_mm.terminal import Terminal
from tgdfer_mm.video.clock import clock
from tgdfer_mm.video.frames import Frame
from tgdfer_mm.video.intervals import IntervalRule, interval_at
from tgdfer_mm.video.track_record import TrackRecord
from tgdfer_mm.video.tracking import Seen
from tgdfer_mm.video.windows import Crop, Window
from tgdfer_mm.visualization.video.html_page import describe, lead
from tgdfer_mm.visualization.video.marks import _faces as marks_of

CLASSES = ['happy', 'sad', 'neutral']
RULE = IntervalRule(smooth=0, shortest=0, join=0)


def track_of(seed, fps=None):
    """A track whose emotions change at random, at a fixed or a variable rate."""
    rng = np.random.default_rng(seed)
    count, first = int(rng.integers(1, 60)), float(rng.random() * 100)
    steps = rng.random(count) * 0.1 + 0.001 if fps is None else np.full(count, 1 / fps)
    times = np.round(first + np.cumsum(steps), 6)
    record = TrackRecord(CLASSES)
    for index, time in enumerate(times):
        record.add_frame(Frame(index, float(time), None), Seen(1, (0, 0, 9, 9), False))
    rows = np.eye(3)[np.repeat(rng.integers(0, 3, count), 5)[:count]] * 0.8 + 0.05
    crops = [Crop(i, float(t), None) for i, t in enumerate(times)]
    record.add_window(Window(0, count - 1, crops), rows.mean(0), rows, np.ones(count))
    return {'id': 1, **record.asdict(RULE)}, rows


def result_of(track):
    return dict(
        complete=True,
        warnings=[],
        source=dict(path='x', duration=track['end'] + 0.1, width=9, height=9, fps=25),
        model=dict(classes=CLASSES, note=''),
        tracks=[track],
    )


RATES = [None, 25, 30000 / 1001, 24000 / 1001, 60, 7]


@pytest.mark.parametrize('fps', RATES)
def test_no_interval_ends_after_its_track(fps):
    for seed in range(40):
        track, _ = track_of(seed, fps)
        for interval in track['intervals']:
            assert track['start'] <= interval['start'] <= interval['end']
            assert interval['end'] <= track['end']
        pairs = zip(track['intervals'], track['intervals'][1:], strict=False)
        assert all(a['end'] <= b['start'] for a, b in pairs)


@pytest.mark.parametrize('fps', RATES[1:])
def test_csv_and_marks_give_each_frame_the_emotion_that_it_shows(fps):
    for seed in range(40):
        track, rows = track_of(seed, fps)
        result = result_of(track)
        header, *lines = frame_rows(result)
        told = [line[header.index('emotion')] for line in lines]
        shown = [CLASSES[k] for k in rows.argmax(1)]
        expected = [name if name != 'neutral' else None for name in shown]
        if len(expected) > 1 and expected[-1] is None:  # it ends where the last begins
            told, expected = told[:-1], expected[:-1]
        assert told == expected
        captions = [text for *_, text in marks_of(result, track)][: len(expected)]
        assert [(text.split()[1:2] or [None])[0] for text in captions] == expected


@pytest.mark.parametrize('fps', [25, None])
def test_table_and_pages_write_a_time_alike(fps):
    for seed in range(10):
        track, _ = track_of(seed, fps)
        result = result_of(track)
        total = result['source']['duration']
        text = io.StringIO()
        print_result(result, Terminal(file=text, width=200))
        assert clock(track['start'], total) in text.getvalue()
        assert f'{clock(track["end"], total)}' in lead(track, total)
        for i in track['intervals']:
            start, end = clock(i['start'], total), clock(i['end'], total)
            assert f'{start}-{end} {i["emotion"]}' in text.getvalue()
            assert f'{i["emotion"]} from {start} to {end}' in describe(track, total)


def test_a_moment_between_two_intervals_is_in_the_later_one():
    a, b = (dict(start=s, end=s + 1, emotion=e) for s, e in ((0, 'a'), (1, 'b')))
    track = dict(intervals=[a, b], end=2)
    assert interval_at(track, 0.99) is a
    assert interval_at(track, 1) is b and interval_at(track, 2) is b
    assert interval_at(dict(track, end=3), 2) is None
    assert interval_at(track, -0.1) is None
