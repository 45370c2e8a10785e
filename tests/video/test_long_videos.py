"""A video of two hours needs the memory of half an hour, and loses no frame."""

import resource

import numpy as np
import pytest

from lab.video_writing import repeat_video
from tgdfer_mm.video.analysis import Analysis, Prediction
from tgdfer_mm.video.faces import build_detector
from tgdfer_mm.video.reading import open_source
from tgdfer_mm.video.settings import VideoSettings


def flat(windows):
    one = np.array([0.6, 0.4])
    return [Prediction(one, np.tile(one, (len(c), 1)), None) for c in windows]


def test_a_video_played_twice_has_all_frames_twice(make_file, squares, tmp_path):
    _, moving, _ = squares
    path = make_file(frames=moving(12))
    repeat_video(path, tmp_path / 'twice.mp4', 2)
    with open_source(tmp_path / 'twice.mp4') as opened:
        frames = [(f.time, f.rgb) for f in opened]
    assert [time for time, _ in frames] == pytest.approx(np.arange(24) / 10)
    for (_, first), (_, second) in zip(frames[:12], frames[12:], strict=True):
        np.testing.assert_array_equal(first, second)


@pytest.mark.slow
def test_two_hours(make_file, squares, tmp_path):
    _, moving, find = squares
    there = moving(30, step=1)
    minute = [*there, *there[::-1]] * 10
    path = make_file(frames=minute, fps=10)
    repeat_video(path, tmp_path / 'long.mp4', 120)
    memory = []

    def watch():
        if opened.info.frames in (18_000, 71_999):
            memory.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)

    settings = VideoSettings().updated(dict(crop=dict(size=64)))
    with open_source(tmp_path / 'long.mp4') as opened:
        analysis = Analysis(
            *(opened, build_detector(find), flat, ['x', 'y'], settings), advance=watch
        )
        assert analysis.run() and analysis.complete
    assert opened.info.frames == 72_000
    [track] = analysis.tracks()
    assert track['frames']['index'] == list(range(72_000))
    assert track['windows'][-1]['last_frame'] == 71_999
    half_hour, two_hours = memory
    assert two_hours - half_hour < 60  # MB: numbers alone
