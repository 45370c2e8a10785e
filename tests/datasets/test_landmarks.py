"""Landmarks drawn behind the colours, from a file, a data set or a detector."""

import numpy as np
import pytest
from mmaction.datasets.transforms import Flip, Resize

from tgdfer_mm.datasets.transforms import DrawLandmarks
from tgdfer_mm.video.faces.detector import Face, FaceDetector


@pytest.fixture
def clip():
    """Frames 2 and 0 of a clip of three."""
    imgs = np.zeros((2, 40, 60, 3), np.uint8)
    return dict(clip='a', frame_inds=np.array([2, 0]), imgs=imgs, img_shape=(40, 60))


@pytest.fixture
def points():
    found = np.full((3, 2, 2), np.nan)
    found[0, 0], found[2, 0] = (10, 20), (50, 30)
    return found


def centre(plane):
    rows, columns = np.nonzero(plane > 127)
    return columns.mean(), rows.mean()


def test_points_of_a_file_are_drawn_on_their_own_frames(clip, points, tmp_path):
    np.savez(tmp_path / 'points.npz', a=points)
    drawn = DrawLandmarks(str(tmp_path / 'points.npz'))(clip)['imgs']
    assert drawn.shape == (2, 40, 60, 4) and not drawn[..., :3].any()
    assert centre(drawn[0, ..., 3]) == pytest.approx((50, 30), abs=0.5)
    assert centre(drawn[1, ..., 3]) == pytest.approx((10, 20), abs=0.5)


def test_what_moves_the_picture_moves_its_landmarks(clip, points):
    clip['imgs'][:, 18:23, 8:13] = 255
    results = DrawLandmarks()(dict(clip, landmarks=points, modality='RGB'))
    results['imgs'] = list(results['imgs'])
    for step in (Resize(scale=(120, 80), keep_ratio=False), Flip(flip_ratio=1.0)):
        results = step(results)
    picture = results['imgs'][1]
    assert picture.shape == (80, 120, 4)
    assert centre(picture[..., 3]) == pytest.approx(centre(picture[..., 0]), abs=1)


def test_five_points_of_a_detector_and_none_of_an_empty_frame(clip):
    clip['imgs'][0] = 200

    class Two(FaceDetector):
        def __call__(self, frame):
            if not frame.rgb.any():
                return []
            small = Face((5, 5, 20, 20), 0.9, points=((10, 10),) * 5)
            large = Face((25, 2, 58, 38), 0.9, points=((40, 12),) * 5)
            return [small, large]

    drawn = DrawLandmarks(faces=Two())(clip)['imgs'][..., 3]
    assert centre(drawn[0]) == pytest.approx((40, 12), abs=0.5)
    assert not drawn[1].any()


def test_what_it_cannot_draw(clip, points, tmp_path):
    with pytest.raises(ValueError, match='not both'):
        DrawLandmarks('x.npz', faces='none')
    with pytest.raises(FileNotFoundError, match=r'x\.npz'):
        DrawLandmarks(str(tmp_path / 'x.npz'))
    with pytest.raises(ValueError, match="no landmarks of clip 'a'"):
        DrawLandmarks()(clip)
    with pytest.raises(ValueError, match=r'shape \(2, 2, 2\).*more than 2'):
        DrawLandmarks()(dict(clip, landmarks=points[:2]))
