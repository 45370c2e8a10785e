"""Frames from every source: order, times, size, and all kinds of bad input."""

import cv2
import numpy as np
import pytest

from tgdfer_mm.video.errors import InputError, UsageError
from tgdfer_mm.video.optional_packages import need
from tgdfer_mm.video.reading import CameraSource, open_source
from tgdfer_mm.video.video_file import MAX_SIDE


def read(source, fps=10.0):
    with open_source(source, fps) as opened:
        frames = [(f.index, f.time, f.rgb) for f in opened]
    return opened, frames


def left_edge(image):
    return int(np.nonzero(image.max((0, 2)) > 150)[0][0])


def test_a_video_gives_all_frames_in_order_with_their_times(make_file):
    opened, frames = read(make_file(fps=10))
    assert [index for index, _, _ in frames] == list(range(12))
    assert [time for _, time, _ in frames] == pytest.approx(np.arange(12) / 10)
    assert [left_edge(image) for _, _, image in frames] == list(range(5, 17))
    info = opened.info
    assert (info.width, info.height, info.fps, info.frames) == (64, 48, 10.0, 12)
    assert info.duration == pytest.approx(1.2)
    assert opened.total == 12
    assert (info.has_audio, info.rotation, opened.problems) == (False, 0, [])


@pytest.mark.parametrize('kind', ['array', 'list', 'grey', 'folder'])
def test_arrays_lists_and_folders_give_the_same_frames(kind, squares, tmp_path):
    _, moving, _ = squares
    pictures = moving(11)
    source = {
        'array': np.stack(pictures),
        'list': pictures,
        'grey': [image[..., 0] for image in pictures],
        'folder': tmp_path,
    }[kind]
    if kind == 'folder':
        for number, image in enumerate(pictures):  # 10.png comes after 9.png
            assert cv2.imwrite(str(tmp_path / f'{number}.png'), image[..., ::-1])
    opened, frames = read(source, fps=5.0)
    assert opened.total == opened.info.frames == 11
    for (index, time, image), wanted in zip(frames, pictures, strict=True):
        assert time == pytest.approx(index / 5)
        np.testing.assert_array_equal(image, wanted)


def test_a_variable_rate_keeps_the_streams_own_times(variable_rate_file):
    path, times = variable_rate_file
    _, frames = read(path)
    assert [time for _, time, _ in frames] == pytest.approx(times)


def test_a_stored_rotation_is_applied(make_file, turn, squares):
    picture, *_ = squares
    path = make_file(frames=[picture((0, 0, 24), size=(96, 48))] * 3)
    turn(path)
    opened, frames = read(path)
    assert (opened.info.width, opened.info.height) == (48, 96)
    assert opened.info.rotation == 270
    image = frames[0][2]  # what was above at the left is above at the right
    assert image.shape == (96, 48, 3)
    assert image[5, 40].min() > 150
    assert max(image[5, 5].max(), image[90, 40].max()) < 100
    with open_source(path) as opened:
        small, factor = next(iter(opened)).small(48)
    assert (small.shape, factor) == ((48, 24, 3), 0.5)
    assert small[2, 20].min() > 150


@pytest.mark.parametrize('size', [(48, 96), (63, 47), (33, 35)])
def test_portrait_and_odd_sizes(make_file, squares, size):
    picture, *_ = squares
    frames = [picture((2, 3, 20), size=size)] * 2
    path = make_file('odd.mkv', frames, codec='ffv1', pixels='bgr0')
    opened, read_frames = read(path)
    assert (opened.info.width, opened.info.height) == size
    np.testing.assert_array_equal(read_frames[0][2], frames[0])


def test_grey_video(make_file, squares):
    _, moving, _ = squares
    path = make_file('grey.mkv', moving(3), codec='ffv1', pixels='gray')
    _, frames = read(path)
    assert frames[0][2].shape == (48, 64, 3)
    assert np.ptp(frames[0][2].astype(int), axis=2).max() == 0
    assert left_edge(frames[2][2]) == 7


def test_pictures_that_cannot_be_converted_are_refused_by_name(make_file):
    path = make_file('odd.nut', codec='rawvideo', pixels='bgr4')
    with pytest.raises(InputError, match="odd.nut: pictures of the format 'bgr4'"):
        open_source(path)


def test_4k_is_read_smaller_and_says_by_how_much(make_file, squares):
    picture, *_ = squares
    path = make_file(frames=[picture((384, 0, 768), size=(3840, 2160))])
    with open_source(path) as opened:
        frame = next(iter(opened))
    assert (opened.info.width, opened.info.height) == (3840, 2160)
    assert frame.rgb.shape == (MAX_SIDE * 9 // 16, MAX_SIDE, 3)
    assert frame.scale == 0.5
    assert abs(left_edge(frame.rgb) / frame.scale - 384) <= 2


def test_sizes_asked_for_in_any_order_give_pyavs_own_pictures(make_file):
    noise = np.random.default_rng(0).integers(0, 256, (3, 48, 64, 3), dtype=np.uint8)
    path = make_file(frames=noise)
    with need('av').open(str(path)) as container:
        stored = list(container.decode(video=0))
    with open_source(path) as opened:
        for frame, theirs in zip(opened, stored, strict=True):
            for side, size in ((32, (32, 24)), (16, (16, 12)), (32, (32, 24))):
                expected = theirs.reformat(*size, format='rgb24').to_ndarray()
                np.testing.assert_array_equal(frame.small(side)[0], expected)
            expected = theirs.to_ndarray(format='rgb24')
            np.testing.assert_array_equal(frame.rgb, expected)


def test_one_frame(make_file):
    opened, frames = read(make_file(frames=[np.zeros((48, 64, 3), np.uint8)]))
    assert len(frames) == opened.info.frames == 1
    assert opened.problems == []


def test_names_with_spaces_and_other_letters(make_file):
    path = make_file('más vidéo 笑顔 [1].mp4')
    assert len(read(path)[1]) == 12
    assert len(read(str(path))[1]) == 12


def test_what_is_no_video_is_refused_by_name(tmp_path, audio_file):
    (tmp_path / 'empty.mp4').touch()
    (tmp_path / 'text.mp4').write_text('this is not a video\n' * 50)
    for name, reason in [
        ('absent.mp4', 'no such file'),
        ('empty.mp4', r'empty \(0 bytes\)'),
        ('text.mp4', 'not a video'),
        (audio_file.name, 'has no moving pictures, only audio'),
    ]:
        with pytest.raises(InputError, match=f'{name}: .*{reason}'):
            open_source(tmp_path / name)


def test_a_file_cut_off_before_its_index_is_refused(make_file):
    path = make_file()
    path.write_bytes(path.read_bytes()[:600])
    with pytest.raises(InputError, match='not a video, or cut off before its index'):
        open_source(path)


def test_a_file_cut_off_half_way_gives_its_first_half(make_file, squares):
    picture, *_ = squares
    noise = np.random.default_rng(0).integers(0, 256, (40, 48, 64, 3), dtype=np.uint8)
    path = make_file('cut.mkv', noise, codec='ffv1', pixels='bgr0')
    whole, _ = read(path)
    assert whole.problems == []
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    opened, frames = read(path)
    assert 10 <= len(frames) <= 25
    assert any('cut off' in problem for problem in opened.problems)


def test_sound_longer_than_the_pictures_is_no_damage(long_sound_file):
    opened, frames = read(long_sound_file)
    assert (len(frames), opened.problems) == (10, [])
    assert opened.info.has_audio


def test_a_damaged_picture_of_a_folder_is_named_and_left_out(tmp_path, squares):
    _, moving, _ = squares
    for number, image in enumerate(moving(4)):
        cv2.imwrite(str(tmp_path / f'{number}.png'), image)
    (tmp_path / '1.png').write_bytes((tmp_path / '1.png').read_bytes()[:60])
    cv2.imwrite(str(tmp_path / '2.png'), np.zeros((10, 10, 3), np.uint8))
    opened, frames = read(tmp_path)
    assert [index for index, _, _ in frames] == [0, 3]
    first, second = opened.problems
    assert '1.png' in first and 'cut off' in first
    assert '2.png is 10x10' in second


@pytest.mark.parametrize(
    ('frames', 'reason'),
    [
        ([], 'no frame'),
        (np.zeros((2, 8, 8, 3)), 'float64'),
        (np.zeros((2, 8, 8, 3), bool), 'bool'),
        (np.zeros((2, 0, 8, 3), np.uint8), r'\(0, 8, 3\)'),
        (np.zeros((2, 8), np.uint8), r'\(8,\)'),
        (np.zeros((2, 8, 8, 4), np.uint8), r'\(8, 8, 4\)'),
        ([np.zeros((8, 8), np.uint8), np.zeros((8, 9), np.uint8)], r'frame 1 is'),
    ],
)
def test_arrays_of_another_form_are_refused(frames, reason):
    with pytest.raises(InputError, match=reason):
        read(frames)


def test_an_empty_folder_and_other_things_are_refused(tmp_path):
    with pytest.raises(InputError, match='has neither a picture'):
        open_source(tmp_path)
    for wrong in (None, True, 1.5, {'path': 'x'}):
        with pytest.raises(UsageError, match='is not an input'):
            open_source(wrong)


class Camera:
    """Stands in for OpenCV's: two pictures, then nothing."""

    def __init__(self, index):
        self.left = 2 if index == 0 else 0
        self.released = False

    def isOpened(self):
        return self.left > 0

    def get(self, key):
        return {cv2.CAP_PROP_FRAME_WIDTH: 64, cv2.CAP_PROP_FRAME_HEIGHT: 48}.get(key, 0)

    def read(self):
        self.left -= 1
        return self.left >= 0, np.full((48, 64, 3), (200, 0, 0), np.uint8)

    def release(self):
        self.released = True


def test_a_camera_gives_rgb_until_it_stops(monkeypatch):
    monkeypatch.setattr(cv2, 'VideoCapture', Camera)
    opened, frames = read(0)
    assert isinstance(opened, CameraSource)
    assert opened._capture.released
    assert len(frames) == 2
    assert frames[0][2][0, 0].tolist() == [0, 0, 200]
    assert 0 <= frames[0][1] <= frames[1][1] < 60
    assert [index for index, _, _ in frames] == [0, 1]
    info = opened.info
    assert (info.width, info.height, info.fps) == (64, 48, 25)
    assert opened.problems == ['the camera stopped giving pictures']
    with pytest.raises(InputError, match='camera 1 cannot be used'):
        open_source(1)
