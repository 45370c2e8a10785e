"""Streams from Python, and a camera in the command."""

import io
import json
from itertools import count
from types import SimpleNamespace

import cv2
import numpy as np
import pytest

from lab.film import FilmSpec, write_film
from tgdfer_cli.main import parse
from tgdfer_mm.apis import DFERInferencer, command, live, live_table
from tgdfer_mm.terminal import Terminal
from tgdfer_mm.video import reading
from tgdfer_mm.video.errors import Interrupted, NoNumberError, UsageError
from tgdfer_mm.video.reading import open_source


@pytest.fixture(scope='module')
def crops(demo):
    """Of frames that are crops."""
    return DFERInferencer(demo, faces='none', show_progress=False)


class Camera:
    """Stands in for OpenCV's: thirty dark pictures, then nothing."""

    def __init__(self, index):
        self.left = 30

    def isOpened(self):
        return True

    def get(self, key):
        return 10

    def read(self):
        self.left -= 1
        return self.left >= 0, np.full((48, 64, 3), 40, np.uint8)

    def release(self):
        pass


def test_a_stream_of_decoded_frames_equals_the_film(demo, tmp_path):
    path = tmp_path / 'film.mp4'
    spec = FilmSpec(seed=100, fps=10, shot=2.0, empty=0.0)
    write_film(path, spec)

    def halves(picture):
        height, width = picture.shape[:2]
        sides = (0, width // 2), (width // 2, width)
        return [(left + 40, 40, right - 40, height - 40) for left, right in sides]

    inferencer = DFERInferencer(demo, faces=halves, show_progress=False)
    with open_source(path) as source:
        frames = [(frame.time, frame.rgb) for frame in source]
    [expected] = inferencer.iterate([path], batch_size=1)
    stream = inferencer.stream(iter(frames), 10, batch_size=1, keep=True)
    found = list(stream)
    result = stream.result()
    assert result['tracks'] == expected['tracks'] and len(result['tracks']) == 4
    assert len(found) == sum(len(t['windows']) for t in expected['tracks']) >= 8
    keys = expected['tracks'][0]['windows'][0].keys()
    windows = [{k: w[k] for k in keys} for w in found]
    for track in expected['tracks']:
        assert all(window in windows for window in track['windows'])
    assert max(w['delay']['stream'] for w in found) <= stream.delay['most']
    assert stream.dropped == 0 and stream.frames == len(frames)


def test_arrays_need_no_time_and_a_rate_says_it(crops):
    dark = np.full((48, 64, 3), 40, np.uint8)
    stream = crops.stream([dark] * 20, fps=10)
    ends = [window['end'] for window in stream]
    assert ends[-1] == 1.9 and stream.frames == 20


def test_a_stream_may_be_longer_than_a_file_unless_it_keeps(demo):
    short = DFERInferencer(demo, faces='none', max_frames=5, show_progress=False)
    dark = np.full((48, 64, 3), 40, np.uint8)
    for keep, most in ((False, 12), (True, 6)):
        stream = short.stream([dark] * 12, keep=keep)
        list(stream)
        assert stream.frames == most  # the one over the limit was looked at


def test_what_is_no_stream_is_refused(crops):
    for wrong in (None, 1.5, True):
        with pytest.raises(UsageError, match='not a stream|not an input'):
            crops.stream(wrong)
    with pytest.raises(UsageError, match='keep=True'):
        crops.stream([]).result()
    assert list(crops.stream([])) == []
    unread = crops.stream([np.zeros((8, 8, 3), np.uint8)] * 3, keep=True).result()
    assert not unread['complete']
    assert any('before its end' in line for line in unread['warnings'])
    assert (
        'the source gave no frame' in crops.stream([], keep=True).result()['warnings']
    )


def test_a_model_without_numbers_ends_the_stream(crops, monkeypatch):
    def fails(windows):
        raise NoNumberError('the model gives NaN')

    runtime = SimpleNamespace(predict=fails, about=crops.about, settings=crops.settings)
    monkeypatch.setattr(crops, 'runtime', runtime)
    dark = np.full((48, 64, 3), 40, np.uint8)
    with pytest.raises(NoNumberError, match='<stream>: the model gives NaN'):
        list(crops.stream([dark] * 5))


@pytest.fixture
def watch(crops, monkeypatch, tmp_path):
    """Runs the command on a camera; gives exit code, output and result."""
    monkeypatch.setattr(cv2, 'VideoCapture', Camera)
    monkeypatch.setattr(command, '_inferencer', lambda args: crops)
    # The pictures of this camera come at once: none may be dropped, and a clock of
    # its own says that they are a tenth of a second apart.
    monkeypatch.setattr(live, '_WAITING', 100)
    ticks = SimpleNamespace(monotonic=count(0, 0.1).__next__)
    monkeypatch.setattr(reading, 'time', ticks)

    def run():
        text = io.StringIO()
        given = ['--camera', '0', '--out', str(tmp_path)]
        code = command.run(parse('infer', given), Terminal(file=text, width=200))
        result = json.loads((tmp_path / 'camera0' / 'result.json').read_text())
        return code, text.getvalue(), result

    return run


def test_a_camera_prints_while_it_runs_and_writes_its_result(watch):
    code, text, result = watch()
    lines = [line for line in text.splitlines() if 'face 1 ' in line]
    assert lines and all(' s ago)' in line for line in lines)
    assert text.index('only drawn faces') < text.index(lines[0])
    assert code == 4  # a camera that stops by itself is a problem
    assert 'the camera stopped giving pictures' in result['warnings']
    assert result['source']['frames'] == 30 and len(result['tracks']) == 1


def test_ctrl_c_is_how_a_camera_ends_and_keeps_what_was_seen(watch, monkeypatch):
    def stopped(window):
        raise KeyboardInterrupt

    monkeypatch.setattr(live_table, '_line', stopped)
    code, text, result = watch()
    assert code == Interrupted.exit_code and not result['complete']
    assert len(result['tracks']) == 1
    assert any('before its end' in line for line in result['warnings'])
