"""Detectors: one interface, boxes in the source's pixels, errors that help."""

import sys
from types import SimpleNamespace

import cv2
import numpy as np
import pytest

from lab.film import Film, FilmSpec
from tgdfer_mm.video.errors import InputError, UsageError
from tgdfer_mm.video.faces import FaceDetector, build_detector
from tgdfer_mm.video.frames import Frame

DARK = np.zeros((90, 160, 3), np.uint8)


@pytest.fixture(scope='module')
def drawn():
    """The first frame of a film: two faces, left and right."""
    return next(Film(FilmSpec(seed=100)).frames())


def test_dlib_finds_both_drawn_faces_and_none_without(drawn):
    detector = build_detector('dlib')
    faces = sorted(detector(Frame(0, 0.0, drawn)))
    assert len(faces) == 2
    for place, face in enumerate(faces):
        x1, y1, x2, y2 = face.box
        assert 80 <= x2 - x1 <= 140 and face.score > 0
        assert place * 160 <= x1 and x2 <= (place + 1) * 160
        assert 0 <= y1 and y2 <= 185
    assert detector(Frame(0, 0.0, DARK)) == []
    assert detector.describe() == dict(name='dlib', side=320, threshold=0.0)


def test_boxes_are_in_pixels_of_the_source_however_small_it_looks(drawn):
    large = drawn.repeat(2, axis=0).repeat(2, axis=1)
    detector = build_detector('dlib')
    small, big = (sorted(detector(Frame(0, 0.0, p))) for p in (drawn, large))
    shrunk = sorted(detector(Frame(0, 0.0, drawn, scale=0.5)))  # a 640 px source
    for a, b, c in zip(small, big, shrunk, strict=True):
        assert np.abs(np.array(b.box) - 2 * np.array(a.box)).max() <= 8
        np.testing.assert_allclose(c.box, 2 * np.array(a.box))


def test_none_takes_the_whole_frame():
    detector = build_detector('none')
    assert detector.cropped
    [face] = detector(Frame(0, 0.0, DARK, scale=0.5))
    assert face.box == (0, 0, 320, 180)
    assert build_detector(None).name == 'none'


def test_any_function_is_a_detector():
    def mine(picture):
        return [(0, 0, picture.shape[1], 10), (1, 2, 3, 4, 0.5)]

    detector = build_detector(mine)
    assert detector.describe() == {'name': 'mine'}
    first, second = detector(Frame(0, 0.0, DARK, scale=0.5))
    assert (first.box, first.score) == ((0, 0, 320, 20), 1.0)
    assert (second.box, second.score) == ((2, 4, 6, 8), 0.5)
    assert build_detector(detector) is detector


@pytest.mark.parametrize('row', [(1, 2, 3), (5, 0, 1, 9), (0, 0, 1, 1, 0, 0)])
def test_a_function_that_gives_no_boxes_is_named(row):
    with pytest.raises(UsageError, match=r'<lambda> gave \[.*for frame 7'):
        build_detector(lambda picture: [row])(Frame(7, 0.0, DARK))


def test_other_detectors_are_registered_by_name():
    from tgdfer_mm.registry import FACE_DETECTORS

    @FACE_DETECTORS.register_module(name='of_this_test')
    class Own(FaceDetector):
        def __init__(self, size):
            self.size = size

    try:
        assert build_detector(dict(type='of_this_test', size=3)).size == 3
        with pytest.raises(UsageError, match='sise'):
            build_detector(dict(type='of_this_test', sise=3))
    finally:
        FACE_DETECTORS.module_dict.pop('of_this_test')


@pytest.mark.parametrize('name', ['yunet', 'mediapipe'])
def test_a_missing_model_file_is_named_with_where_to_get_it(name, tmp_path):
    path = tmp_path / 'absent.onnx'
    with pytest.raises(InputError, match=r'absent\.onnx: there is no such file.*face'):
        build_detector(dict(type=name, model_file=str(path)))
    with pytest.raises(UsageError, match='model_file'):
        build_detector(name)


def test_yunets_rows_become_boxes(monkeypatch, tmp_path):
    class Fake:
        def setInputSize(self, size):
            self.size = size

        def detect(self, picture):
            assert picture.shape[1::-1] == self.size == (80, 45)
            assert picture[0, 0].tolist() == [3, 2, 1]  # BGR
            return 1, np.array([[10, 20, 30, 40, *[0] * 10, 0.9]], np.float32)

    (tmp_path / 'model.onnx').touch()
    monkeypatch.setattr(
        *(cv2, 'FaceDetectorYN'), SimpleNamespace(create=lambda *args: Fake())
    )
    detector = build_detector(
        dict(type='yunet', model_file=str(tmp_path / 'model.onnx'), side=80)
    )
    [face] = detector(Frame(0, 0.0, DARK + np.array([1, 2, 3], np.uint8)))
    assert face.box == (20, 40, 80, 120)
    assert face.score == pytest.approx(0.9)
    assert detector.describe()['model_file'] == 'model.onnx'


def test_mediapipes_detections_become_boxes(monkeypatch, tmp_path):
    found = SimpleNamespace(
        bounding_box=SimpleNamespace(origin_x=10, origin_y=20, width=30, height=40),
        categories=[SimpleNamespace(score=0.7)],
    )
    task = SimpleNamespace(detect=lambda image: SimpleNamespace(detections=[found]))
    vision = SimpleNamespace(
        FaceDetectorOptions=lambda **options: options,
        FaceDetector=SimpleNamespace(create_from_options=lambda options: task),
    )
    fake = SimpleNamespace(
        tasks=SimpleNamespace(vision=vision, BaseOptions=lambda **options: options),
        Image=lambda kind, picture: picture,
        ImageFormat=SimpleNamespace(SRGB='srgb'),
    )
    monkeypatch.setitem(sys.modules, 'mediapipe', fake)
    (tmp_path / 'model.tflite').touch()
    path = str(tmp_path / 'model.tflite')
    detector = build_detector(dict(type='mediapipe', model_file=path, side=80))
    [face] = detector(Frame(0, 0.0, DARK))
    assert (face.box, face.score) == ((20, 40, 80, 120), 0.7)


def test_a_model_file_that_is_none_is_named(tmp_path):
    path = tmp_path / 'wrong.onnx'
    path.write_bytes(b'nothing')
    with pytest.raises(InputError, match=r'wrong\.onnx: OpenCV cannot load'):
        build_detector(dict(type='yunet', model_file=str(path)))


def test_an_unknown_name_lists_the_known_ones():
    with pytest.raises(UsageError, match="'retina'.*dlib, mediapipe, none|none.*dlib"):
        build_detector('retina')
