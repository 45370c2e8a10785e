"""Videos of every kind, written with PyAV; a square is a face."""

import struct
from fractions import Fraction

import numpy as np
import pytest

from lab.video_writing import write_video
from tgdfer_mm.video.optional_packages import need


def picture(square=None, size=(64, 48), ground=40, light=220):
    """A dark picture (width, height) with a light square (x, y, side), or none."""
    image = np.full((size[1], size[0], 3), ground, np.uint8)
    if square:
        x, y, side = square
        image[y : y + side, x : x + side] = light
    return image


def find_squares(image):
    """A detector: the box of the light pixels, if there are any."""
    rows, columns = np.nonzero(image.max(2) > 150)
    if not len(rows):
        return []
    return [(columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)]


def moving(count, start=5, step=1, **kwargs):
    """Pictures of a square that moves to the right."""
    return [picture((start + step * i, 10, 20), **kwargs) for i in range(count)]


@pytest.fixture
def make_file(tmp_path):
    """Writes frames into a file and gives its path."""

    def make(name='film.mp4', frames=None, fps=10, **kwargs):
        path = tmp_path / name
        write_video(path, moving(12) if frames is None else frames, fps, **kwargs)
        return path

    return make


@pytest.fixture
def variable_rate_file(tmp_path):
    """Five frames, at uneven times."""
    av = need('av')
    path, times = tmp_path / 'variable.mkv', [0, 100, 150, 400, 1000]
    with av.open(str(path), 'w') as container:
        stream = container.add_stream('ffv1', rate=30)
        stream.width, stream.height, stream.pix_fmt = 64, 48, 'yuv420p'
        stream.time_base = stream.codec_context.time_base = Fraction(1, 1000)
        for time, image in zip(times, moving(5), strict=True):
            frame = av.VideoFrame.from_ndarray(image, format='rgb24')
            frame.pts, frame.time_base = time, Fraction(1, 1000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path, [t / 1000 for t in times]


@pytest.fixture
def audio_file(tmp_path):
    """A second of silence."""
    return _with_sound(tmp_path / 'sound.mp4', [], 1.0)


@pytest.fixture
def long_sound_file(tmp_path):
    """A second of pictures with three of sound."""
    return _with_sound(tmp_path / 'long_sound.mp4', moving(10), 3.0)


def _with_sound(path, frames, seconds):
    av = need('av')
    with av.open(str(path), 'w') as container:
        sound = container.add_stream('aac', rate=8000, layout='mono')
        if frames:
            stream = container.add_stream('mpeg4', rate=10)
            stream.width, stream.height, stream.pix_fmt = 64, 48, 'yuv420p'
            for image in frames:
                frame = av.VideoFrame.from_ndarray(image, format='rgb24')
                container.mux(stream.encode(frame))
            container.mux(stream.encode())
        for _ in range(int(seconds * 8)):
            silence = np.zeros((1, 1000), np.float32)
            frame = av.AudioFrame.from_ndarray(silence, format='fltp', layout='mono')
            frame.sample_rate = 8000
            container.mux(sound.encode(frame))
        container.mux(sound.encode())
    return path


@pytest.fixture
def turn():
    """Marks an MP4 file to be turned clockwise by 90 degrees."""

    def write(path):
        data = bytearray(path.read_bytes())
        at = data.index(b'tkhd') + 4 + 40  # behind the fields of version 0
        one, unit = 1 << 16, 1 << 30
        data[at : at + 36] = struct.pack('>9i', 0, one, 0, -one, 0, 0, 0, 0, unit)
        path.write_bytes(bytes(data))

    return write


@pytest.fixture
def squares():
    """The pictures and the detector of this file."""
    return picture, moving, find_squares
