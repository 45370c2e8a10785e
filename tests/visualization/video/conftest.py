"""A small video, and results made up for it."""

from fractions import Fraction

import numpy as np
import pytest

from tgdfer_mm.video.optional_packages import need

CLASSES = ['happy', 'sad', 'neutral', 'angry']
WIDTH, HEIGHT, FPS, FRAMES = 96, 64, 10, 30


def make_track(number=1, count=FRAMES, first=0, fps=FPS, classes=CLASSES, **changes):
    """A face that is happy in the middle third; all of its lists fit one another."""
    rng = np.random.default_rng(number)
    scores = rng.random((count, len(classes))) + 0.1
    scores /= scores.sum(1, keepdims=True)
    relevance = rng.random(count)
    relevance[count // 2] = 5.0
    time = [(first + i) / fps for i in range(count)]
    start, end = time[0], time[-1]
    third = (end - start) / 3
    mean = scores.mean(0)
    best = int(mean.argmax())
    frames = dict(
        index=list(range(first, first + count)),
        time=time,
        box=[[20.0, 10.0, 60.0, 50.0]] * count,
        interpolated=[False] * count,
        scores=scores.tolist(),
        relevance=relevance.tolist(),
    )
    window = dict(
        start=start,
        end=end,
        first_frame=first,
        last_frame=first + count - 1,
        label=classes[best],
        score=float(mean[best]),
        probabilities=mean.tolist(),
    )
    track = dict(
        id=number,
        start=start,
        end=end,
        label=classes[best],
        score=float(mean[best]),
        probabilities=mean.tolist(),
        frames=frames,
        windows=[window],
        intervals=[
            dict(start=start + third, end=end - third, emotion=classes[0], score=0.9)
        ],
    )
    frames.update({k: v for k, v in changes.items() if k in frames})
    track.update({k: v for k, v in changes.items() if k not in frames})
    return track


NOTE = 'The model demo knows only drawn faces.'


def make_result(*tracks, classes=CLASSES, note=NOTE, domain=None, **source):
    """A result of the documented schema, of the video of :func:`film`."""
    frames = source.pop('frames', FRAMES)
    return dict(
        schema='tgdfer_mm.result/1',
        version='0.0.0',
        complete=True,
        warnings=[],
        source=dict(
            path='film.mp4',
            width=WIDTH,
            height=HEIGHT,
            fps=float(FPS),
            frames=frames,
            duration=frames / FPS,
            has_audio=False,
            rotation=0,
        )
        | source,
        model=dict(
            name='demo',
            config='tgdfer_demo.py',
            checkpoint='tgdfer_demo.safetensors',
            sha256='ab' * 32,
            classes=list(classes),
            note=note,
            domain=domain,
        ),
        detector=dict(name='dlib'),
        settings=dict(window=1.0, stride=0.5, shift=[0.0, -0.1], cut=None),
        tracks=list(tracks),
    )


def write_film(path, sound=None, size=(WIDTH, HEIGHT), times=None, codec='libx264'):
    """Writes a grey film; `sound` is the name of its audio codec."""
    av = need('av')
    times = [i / FPS for i in range(FRAMES)] if times is None else times
    with av.open(str(path), 'w') as file:
        video = file.add_stream(codec, rate=FPS)
        video.width, video.height = size
        video.pix_fmt = 'yuv444p' if size[0] % 2 else 'yuv420p'
        video.time_base = video.codec_context.time_base = Fraction(1, 1000)
        voice = None
        if sound:
            voice = file.add_stream(sound, rate=16000)
            voice.layout = 'mono'
        for i, time in enumerate(times):
            grey = np.full((size[1], size[0], 3), 60 + 3 * i, np.uint8)
            frame = av.VideoFrame.from_ndarray(grey, format='rgb24')
            frame.pts, frame.time_base = round(1000 * time), Fraction(1, 1000)
            file.mux(video.encode(frame))
        file.mux(video.encode(None))
        if voice is not None:
            total = int(16000 * (times[-1] + 1 / FPS))
            wave = 8000 * np.sin(np.arange(total) / 6)
            for at in range(0, total, 1024):
                piece = wave[None, at : at + 1024].astype(np.int16)
                frame = av.AudioFrame.from_ndarray(piece, format='s16', layout='mono')
                frame.rate, frame.pts = 16000, at
                file.mux(voice.encode(frame))
            file.mux(voice.encode(None))
    return path


@pytest.fixture(scope='session')
def film(tmp_path_factory):
    """A silent film that the results are of."""
    return write_film(tmp_path_factory.mktemp('film') / 'film.mp4')


@pytest.fixture
def made():
    """The functions above, for the tests of this folder."""
    from types import SimpleNamespace

    return SimpleNamespace(
        classes=CLASSES,
        fps=FPS,
        frames=FRAMES,
        size=(WIDTH, HEIGHT),
        film=write_film,
        result=make_result,
        track=make_track,
    )
