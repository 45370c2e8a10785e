"""A frame at a time, without those before it."""

import numpy as np
import pytest

from lab.video_writing import write_video
from tgdfer_mm.video.video_file import VideoFileSource


@pytest.mark.parametrize('codec', ['libx264', 'mpeg4'])
def test_it_is_the_one_that_is_read_in_order(tmp_path, codec):
    path = tmp_path / 'v.mp4'
    write_video(
        path,
        [np.full((32, 48, 3), 5 * i, np.uint8) for i in range(40)],
        10,
        codec=codec,
    )
    with VideoFileSource(path) as source:
        read = [(frame.time, frame.rgb.mean()) for frame in source]
    for time, mean in read[::7] + read[-1:]:
        with VideoFileSource(path) as source:
            frame = source.frame_at(time)
        assert frame.time == pytest.approx(time) and frame.rgb.shape == (32, 48, 3)
        assert frame.rgb.mean() == pytest.approx(mean, abs=0.5)


def test_behind_the_end_there_is_none(tmp_path):
    path = tmp_path / 'v.mp4'
    write_video(path, [np.zeros((32, 48, 3), np.uint8)] * 10, 10)
    with VideoFileSource(path) as source:
        assert source.frame_at(5.0) is None
