"""The demo model, loaded once, and small videos."""

import numpy as np
import pytest

from lab.film import FilmSpec, write_film
from lab.video_writing import write_video
from tgdfer_mm.apis import load_model


@pytest.fixture(scope='session')
def demo():
    """The shipped model."""
    return load_model('demo')


@pytest.fixture(scope='session')
def film(tmp_path_factory):
    """A drawn film of four seconds, and what is true of it."""
    path = tmp_path_factory.mktemp('film') / 'my film.mp4'
    spec = FilmSpec(seed=100, fps=10, shot=4.0, empty=0.0)
    return path, write_film(path, spec)


@pytest.fixture
def tiny_video(tmp_path):
    """Writes a video of n dark pictures of 64 x 48 pixels."""

    def write(name='tiny.mp4', frames=6):
        path = tmp_path / name
        write_video(path, [np.full((48, 64, 3), 40, np.uint8)] * frames, 10)
        return path

    return write
