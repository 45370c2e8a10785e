"""Detectors: one interface, boxes in the source's pixels, errors that help."""

import sys
from dataclasses import replace
from types import SimpleNamespace

import cv2
import numpy as np
import pytest

from lab.film import Film, FilmSpec
from tgdfer_mm.synth.face import render_face
from tgdfer_mm.synth.identity import sample_identity
from tgdfer_mm.synth.nuisance import plain_nuisance
from tgdfer_mm.video.errors import InputError, MissingPackage, UsageError
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
    assert detector.describe() == dict(
        name='dlib', side=320, threshold=0.0, look_again=True
    )


def test_dlib_calls_a_face_weak_that_is_a_little_below_the_threshold(drawn):
    def look(threshold):
        detector = build_detector(
            dict(type='dlib', threshold=threshold, look_again=False)
        )
        return detector(Frame(0, 0.0, drawn))

    clear = look(0)
    best = max(face.score for face in clear)
    assert not any(face.weak for face in clear)
    [weak] = [f for f in look(best + 0.4) if f.score == best]
    assert weak.weak
    assert look(best + 0.6) == []


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
            if not picture.any():  # a look at nothing, to see whether it works
                return 1, None
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
    with pytest.raises(
        InputError, match=r'wrong\.onnx: yunet cannot load it; it is dam'
    ):
        build_detector(dict(type='yunet', model_file=str(path)))


def test_an_unknown_name_lists_the_known_ones():
    with pytest.raises(UsageError, match="'retina'.*dlib, mediapipe, none|none.*dlib"):
        build_detector('retina')


@pytest.mark.parametrize('name', ['yunet', 'mediapipe'])
@pytest.mark.parametrize('given', [{}, {'model_file': None}, {'model_file': ''}])
def test_a_detector_without_its_file_says_how_to_give_it(name, given):
    with pytest.raises(UsageError, match='needs a model file: give --faces-model FILE'):
        build_detector(dict(type=name, **given))


@pytest.mark.parametrize(
    'faces',
    [3, 0, '', True, [], ['dlib'], {}, {'side': 3}, {'type': 3}, 'a.b', b'dlib'],
)
def test_what_is_no_detector_is_refused(faces):
    with pytest.raises(UsageError, match='there is no such detector'):
        build_detector(faces)


@pytest.mark.parametrize('side', [0, -1, 1.5, '320', None, True, float('nan'), 10**7])
def test_a_picture_to_look_at_has_a_size(side, tmp_path):
    (tmp_path / 'model').touch()
    with pytest.raises(UsageError, match=r'faces\.side='):
        build_detector(dict(type='dlib', side=side))
    with pytest.raises(UsageError, match=r'faces\.side='):
        path = str(tmp_path / 'model')
        build_detector(dict(type='yunet', model_file=path, side=side))


@pytest.mark.parametrize('threshold', ['0', None, True, float('nan'), 1e9])
def test_a_threshold_is_a_number(threshold, tmp_path):
    (tmp_path / 'model').touch()
    with pytest.raises(UsageError, match=r'faces\.threshold='):
        build_detector(dict(type='dlib', threshold=threshold))
    with pytest.raises(UsageError, match=r'faces\.threshold='):
        path = str(tmp_path / 'model')
        build_detector(dict(type='mediapipe', model_file=path, threshold=threshold))


def test_a_setting_that_a_detector_lacks_is_named():
    with pytest.raises(UsageError, match="dlib has no such setting.*'model_file'"):
        build_detector(dict(type='dlib', model_file='x'))


def test_a_network_of_another_kind_is_no_yunet(tmp_path):
    onnx = pytest.importorskip('onnx')
    helper = onnx.helper
    number = onnx.TensorProto.FLOAT
    graph = helper.make_graph(
        [helper.make_node('Relu', ['x'], ['y'])],
        'other',
        [helper.make_tensor_value_info('x', number, [1, 3, 64, 64])],
        [helper.make_tensor_value_info('y', number, [1, 3, 64, 64])],
    )
    path = tmp_path / 'other.onnx'
    onnx.save(helper.make_model(graph), str(path))
    with pytest.raises(InputError, match=r'other\.onnx: yunet cannot load it'):
        build_detector(dict(type='yunet', model_file=str(path), side=64))


def test_mediapipe_that_cannot_use_its_file_or_is_too_old(monkeypatch, tmp_path):
    (tmp_path / 'model.tflite').touch()
    faces = dict(type='mediapipe', model_file=str(tmp_path / 'model.tflite'))
    monkeypatch.setitem(sys.modules, 'mediapipe', None)
    with pytest.raises(MissingPackage, match='needs the package mediapipe: pip inst'):
        build_detector(faces)
    monkeypatch.setitem(sys.modules, 'mediapipe', SimpleNamespace())
    with pytest.raises(MissingPackage, match='needs a newer MediaPipe'):
        build_detector(faces)

    def refuses(options):
        raise RuntimeError('Unable to open zip archive.')

    vision = SimpleNamespace(
        FaceDetectorOptions=lambda **options: options,
        FaceDetector=SimpleNamespace(create_from_options=refuses),
    )
    tasks = SimpleNamespace(vision=vision, BaseOptions=lambda **options: options)
    monkeypatch.setitem(sys.modules, 'mediapipe', SimpleNamespace(tasks=tasks))
    with pytest.raises(InputError, match=r'model\.tflite: mediapipe cannot load it'):
        build_detector(faces)


def one_face(width, share):
    """A grey picture with one drawn face of a share of its width."""
    side = round(width * share / 0.54)  # of a tile, which dlib boxes
    nuisance = replace(plain_nuisance(), background=np.full((2, 2, 3), 128, np.uint8))
    picture = np.full((width * 9 // 16, width, 3), 128, np.uint8)
    tile = render_face(sample_identity('clips', 4000, 1), {}, nuisance, side)
    picture[10 : 10 + side, 30 : 30 + side] = tile
    return picture


@pytest.mark.parametrize(
    ('width', 'share'), [(1280, 0.1), (640, 0.125), (640, 0.28), (200, 0.26)]
)
def test_a_face_is_found_at_a_second_look_and_where_it_is(width, share):
    picture = one_face(width, share)
    once = build_detector(dict(type='dlib', look_again=False))
    found_at_once = [f for f in once(Frame(0, 0.0, picture)) if not f.weak]
    assert bool(found_at_once) == (width == 640 and share == 0.28)
    found = build_detector('dlib')(Frame(0, 0.0, picture))
    [face] = [f for f in found if not f.weak]
    side = width * share / 0.54
    centre = (face.box[0] + face.box[2]) / 2, (face.box[1] + face.box[3]) / 2
    assert abs(centre[0] - 30 - side / 2) < side / 10
    assert abs(centre[1] - 10 - side * 0.57) < side / 10
    assert face.box[2] - face.box[0] == pytest.approx(side * 0.54, rel=0.4)


def test_of_a_frame_with_a_face_there_is_no_second_look():
    detector, sides = build_detector('dlib'), []
    frame = Frame(0, 0.0, one_face(640, 0.28))
    small = frame.small
    frame.small = lambda side: sides.append(side) or small(side)
    assert detector(frame) and sides == [320]
