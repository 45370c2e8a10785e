"""Small videos in folders; a light square is a face."""

import numpy as np
import pytest

from lab.video_writing import write_video
from tgdfer_mm.datasets.tools.faces import ClipSettings, make_face_clips
from tgdfer_mm.video.settings import VideoSettings

VIDEO = VideoSettings().updated(
    dict(crop=dict(size=32), every=2, max_gap=0.5, min_track=0.3, cut=None)
)


def picture(*squares, size=(96, 64)):
    """A dark picture with light squares (x, y, side)."""
    image = np.full((size[1], size[0], 3), 40, np.uint8)
    for number, (x, y, side) in enumerate(squares):
        image[y : y + side, x : x + side] = (220, 180 + 20 * number, 200)
    return image


def moving(count, *, start=5, side=20):
    """Pictures of a square that moves to the right."""
    return [picture((start + i, 10, side)) for i in range(count)]


def find_squares(image):
    """A detector: a box in each half of the picture that has light pixels."""
    boxes, half = [], image.shape[1] // 2
    for left in (0, half):
        rows, columns = np.nonzero(image[:, left : left + half].max(2) > 150)
        if len(rows) > 4:
            box = columns.min(), rows.min(), columns.max() + 1, rows.max() + 1
            boxes.append((box[0] + left, box[1], box[2] + left, box[3]))
    return boxes


@pytest.fixture
def films(tmp_path):
    """A folder of two classes: three videos with a face, one without."""
    folder = tmp_path / 'raw'
    put = writer(folder)
    put('joy/a.mp4', moving(12))
    put('joy/b.mp4', moving(9))
    put('anger/c.mp4', moving(10))
    put('anger/nobody.mp4', [picture()] * 8)
    return folder


def writer(folder):
    """Writes pictures into a video below a folder."""

    def put(name, frames, fps=10):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        write_video(path, frames, fps)
        return path

    return put


@pytest.fixture
def put(tmp_path):
    """Writes pictures into a video below the folder `raw`."""
    return writer(tmp_path / 'raw')


@pytest.fixture
def make(tmp_path):
    """Makes clips in this process, with the detector of squares."""

    def run(folder=None, out=None, tracks='largest', faces=find_squares, **kwargs):
        video = kwargs.pop('video', {})
        settings = ClipSettings(faces, VIDEO.updated(video), tracks)
        folder = folder or tmp_path / 'raw'
        return make_face_clips(folder, out or tmp_path / 'out', settings, **kwargs)

    return run


@pytest.fixture
def tree():
    """The visible files below a folder, by their paths."""

    def listed(folder):
        paths = (p for p in folder.rglob('*') if p.is_file())
        names = (p.relative_to(folder).as_posix() for p in paths)
        return sorted(n for n in names if n[0] != '.')

    return listed


@pytest.fixture
def squares():
    """The pictures, the detector and the settings of this file."""
    return picture, moving, find_squares, VIDEO
