"""Listing and decoding frame folders."""

import random

import cv2
import numpy as np
import pytest

from tgdfer_mm.datasets import DamagedClipError
from tgdfer_mm.datasets.transforms import DecodeFrames, ListFrames, natural_sorted

SIXTEEN = [f'{i}.jpg' for i in range(1, 17)]


@pytest.mark.parametrize(
    'ordered',
    [
        SIXTEEN,
        [f'00001_{i:05d}.jpg' for i in range(1, 145)],
        [f'{i:02d}.jpg' for i in range(48)],
        ['a2b1.png', 'a2b10.png', 'a10b1.png', 'b1.png', 'c.png'],
        ['01.jpg', '1.jpg', '2.jpg'],
    ],
)
def test_natural_sort_orders_by_the_numbers(ordered):
    shuffled = random.Random(0).sample(ordered, len(ordered))
    assert natural_sorted(shuffled) == ordered


def test_16_frame_folders_are_not_played_in_alphabetical_order(dfew):
    folder = dfew / 'Clip/clip_224x224_16f/00001'
    found = ListFrames()(dict(clip='00001', frame_dir=str(folder)))
    assert found['frame_files'] == [str(folder / name) for name in SIXTEEN]
    assert found['total_frames'] == 16
    imgs = DecodeFrames()({**found, 'frame_inds': np.arange(16)})['imgs']
    reds = [img[..., 0].mean() for img in imgs]
    assert np.allclose(reds, np.arange(16) * 10, atol=4)


def test_only_pictures_are_frames(dfew):
    folder = dfew / 'Clip/clip_224x224_16f/00001'
    for name in ('._1.jpg', '.hidden.png', 'Thumbs.db', 'notes.txt'):
        (folder / name).write_bytes(b'x')
    (folder / '16.jpg').rename(folder / '16.JPG')
    found = ListFrames()(dict(clip='00001', frame_dir=str(folder)))
    assert found['total_frames'] == 16
    assert found['frame_files'][-1].endswith('16.JPG')


@pytest.mark.parametrize('make', [False, True])
def test_a_folder_without_frames_is_a_damaged_clip(tmp_path, make):
    folder = tmp_path / '00007'
    if make:
        folder.mkdir()
    with pytest.raises(DamagedClipError, match=f'clip 00007: .*{folder}'):
        ListFrames()(dict(clip='00007', frame_dir=str(folder)))


def decode(path, inds=(0,)):
    results = dict(clip='c', frame_files=[str(path)], frame_inds=np.array(inds))
    return DecodeFrames()(results)


def noise(size=64):
    rng = np.random.default_rng(0)
    return rng.integers(0, 256, (size, size, 3), dtype=np.uint8)


def with_thumbnail(jpeg):
    """The JPEG with a whole smaller one in an EXIF segment behind its first marker."""
    thumbnail = b'Exif\x00\x00' + cv2.imencode('.jpg', noise(16))[1].tobytes()
    size = (len(thumbnail) + 2).to_bytes(2, 'big')
    return jpeg[:2] + b'\xff\xe1' + size + thumbnail + jpeg[2:]


@pytest.mark.parametrize('ending', ['.jpg', '.png'])
class TestCutOffPictures:
    @pytest.mark.parametrize('kept', [0.3, 0.9, 0.999])
    def test_are_damaged(self, tmp_path, ending, kept):
        data = cv2.imencode(ending, noise())[1].tobytes()
        path = tmp_path / f'x{ending}'
        path.write_bytes(data[: int(len(data) * kept)])
        with pytest.raises(DamagedClipError, match=f'{path} is cut off'):
            decode(path)

    def test_zeros_in_place_of_the_rest_are_damaged_too(self, tmp_path, ending):
        data = cv2.imencode(ending, noise())[1].tobytes()
        half = len(data) // 2
        path = tmp_path / f'x{ending}'
        path.write_bytes(data[:half] + bytes(len(data) - half))
        with pytest.raises(DamagedClipError, match='is cut off'):
            decode(path)

    @pytest.mark.parametrize('trailer', [bytes(64), b' ', b'vendor' * 1000])
    def test_bytes_after_the_end_are_not(self, tmp_path, ending, trailer):
        data = cv2.imencode(ending, noise())[1].tobytes()
        path = tmp_path / f'x{ending}'
        path.write_bytes(data + trailer)
        assert decode(path)['img_shape'] == (64, 64)


@pytest.mark.parametrize('kept', [0.3, 0.9, 0.999, 1.0])
def test_the_end_of_a_thumbnail_is_not_the_end_of_the_picture(tmp_path, kept):
    picture = cv2.imencode('.jpg', noise())[1].tobytes()
    path = tmp_path / 'x.jpg'
    path.write_bytes(with_thumbnail(picture[: int(len(picture) * kept)]))
    if kept == 1:
        assert decode(path)['img_shape'] == (64, 64)
    else:
        with pytest.raises(DamagedClipError, match='is cut off'):
            decode(path)


@pytest.mark.parametrize('add', [bytes, with_thumbnail])
def test_a_jpeg_that_ends_before_its_scan_is_damaged(tmp_path, add):
    picture = cv2.imencode('.jpg', noise())[1].tobytes()
    path = tmp_path / 'x.jpg'
    path.write_bytes(add(picture[: picture.index(b'\xff\xda')]))
    with pytest.raises(DamagedClipError, match=str(path)):
        decode(path)


@pytest.mark.parametrize(
    'data, words', [(b'', 'is empty'), (b'no picture', 'cannot be decoded')]
)
def test_undecodable_files_are_named(tmp_path, data, words):
    path = tmp_path / 'x.jpg'
    path.write_bytes(data)
    with pytest.raises(DamagedClipError, match=f'{path} {words}'):
        decode(path)


def test_missing_file_is_named(tmp_path):
    with pytest.raises(DamagedClipError, match=f'cannot read {tmp_path / "x.jpg"}'):
        decode(tmp_path / 'x.jpg')


def test_frames_of_two_sizes_are_damaged(tmp_path):
    paths = [str(tmp_path / 'a.png'), str(tmp_path / 'b.png')]
    for path, size in zip(paths, (32, 40), strict=True):
        cv2.imwrite(path, noise(size))
    with pytest.raises(DamagedClipError, match=r'b.png is \(40, 40\)'):
        DecodeFrames()(dict(clip='c', frame_files=paths, frame_inds=np.array([0, 1])))


def test_colours_are_rgb_and_repeated_frames_do_not_share_memory(tmp_path):
    img = noise()
    cv2.imwrite(str(tmp_path / 'x.png'), img)
    found = decode(tmp_path / 'x.png', inds=(0, 0, 0))
    assert all(np.array_equal(i, img[..., ::-1]) for i in found['imgs'])
    found['imgs'][0][:] = 0
    assert found['imgs'][1].any()
    assert found['original_shape'] == (64, 64)
