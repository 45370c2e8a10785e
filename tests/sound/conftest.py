"""Videos with sound, whose pictures and samples begin at chosen times."""

from fractions import Fraction

import av
import numpy as np
import pytest

RATE = 16000


def tone(seconds, hz=220.0, rate=RATE):
    """A sine of amplitude 0.5, (N,) float32."""
    at = np.arange(round(seconds * rate)) / rate
    return (0.5 * np.sin(2 * np.pi * hz * at)).astype(np.float32)


def click(seconds, at, rate=RATE):
    """Silence with one short burst at a time."""
    samples = np.zeros(round(seconds * rate), np.float32)
    first = round(at * rate)
    samples[first : first + rate // 100] = tone(0.01, 1000, rate)
    return samples


@pytest.fixture
def make_sound(tmp_path):
    """Writes channels (C, N) next to grey pictures, and gives the path.

    `sound_at` and `picture_at` are when each starts, in the time of the file.
    """

    def make(
        channels,
        pictures=1.0,
        name='a.mkv',
        codec='pcm_s16le',
        rate=RATE,
        sound_at=0.0,
        picture_at=0.0,
    ):
        path = tmp_path / name
        channels = np.atleast_2d(channels)
        layout = {1: 'mono', 2: 'stereo', 6: '5.1'}[len(channels)]
        with av.open(str(path), 'w') as file:
            voice = file.add_stream(codec, rate=rate, layout=layout)
            if pictures:
                video = file.add_stream('mpeg4', rate=10)
                video.width, video.height, video.pix_fmt = 96, 64, 'yuv420p'
                grey = np.full((64, 96, 3), 90, np.uint8)
                for i in range(round(10 * pictures)):
                    frame = av.VideoFrame.from_ndarray(grey, format='rgb24')
                    frame.pts = round(10 * picture_at) + i
                    frame.time_base = Fraction(1, 10)
                    file.mux(video.encode(frame))
                file.mux(video.encode())
            resampler = av.AudioResampler(voice.format, voice.layout, voice.rate)
            for at in range(0, channels.shape[1], 1024):
                block = np.ascontiguousarray(channels[:, at : at + 1024], np.float32)
                frame = av.AudioFrame.from_ndarray(block, format='fltp', layout=layout)
                frame.rate, frame.time_base = rate, Fraction(1, rate)
                frame.pts = round(sound_at * rate) + at
                for piece in resampler.resample(frame):
                    file.mux(voice.encode(piece))
            file.mux(voice.encode())
        return path

    return make
