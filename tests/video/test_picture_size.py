"""Pictures that state a size that is too large are not decoded."""

import struct
import zlib

import cv2
import numpy as np
import pytest
from PIL import Image

from lab.many_pixels import png
from lab.video_writing import write_video
from tgdfer_mm.video.errors import InputError
from tgdfer_mm.video.picture_size import stated_size
from tgdfer_mm.video.reading import open_source

SIZE = 40, 30  # width, height


def encoded(kind, size=SIZE):
    """A picture of a size as a file of a kind."""
    noise = np.random.default_rng(0).integers(0, 256, (*size[::-1], 3), np.uint8)
    return cv2.imencode(kind, noise)[1].tobytes()


def png_of_nothing(width, height):
    """A PNG that states a size and has not one row."""
    return png(width, height, zlib.compress(b''))


@pytest.mark.parametrize('kind', ['.png', '.jpg'])
def test_the_size_is_what_the_file_states(kind):
    assert stated_size(encoded(kind)) == SIZE


def test_the_size_of_a_jpeg_is_not_that_of_its_thumbnail():
    jpeg, small = encoded('.jpg'), encoded('.jpg', (8, 6))
    thumbnail = b'\xff\xe1' + struct.pack('>H', len(small) + 2) + small
    assert stated_size(jpeg[:2] + thumbnail + jpeg[2:]) == SIZE
    junk = b'junk \xff\xff\xff\x01 more'  # decoders pass over it
    assert stated_size(jpeg[:2] + thumbnail + junk + jpeg[2:]) == SIZE


@pytest.mark.parametrize('kind', range(0xC0, 0xD0))
def test_every_frame_of_a_jpeg_states_its_size_and_nothing_else_does(kind):
    frame = b'\xff' + bytes([kind]) + encoded('.jpg').partition(b'\xff\xc0')[2]
    table = b'\xff\xbf' + struct.pack('>HBHH', 7, 8, 1, 2)  # of a kind before them
    tables = kind in (0xC4, 0xC8, 0xCC)
    size = (0, 0) if tables else SIZE
    fill = b'\xff'  # as many of it as a writer likes
    assert stated_size(b'\xff\xd8' + table + fill + frame[:40]) == size


@pytest.mark.parametrize('kind', ['.png', '.jpg'])
def test_a_file_that_ends_anywhere_states_no_other_size(kind):
    data = encoded(kind)
    sizes = [stated_size(data[:end]) for end in range(len(data))]
    assert set(sizes) <= {(0, 0), (SIZE[0], 0), SIZE} and sizes[-1] == SIZE


@pytest.mark.parametrize(
    'data',
    [
        b'',
        b'\xff\xd8',
        b'\x89PNG\r\n\x1a\n',
        bytes(12) + b'IHDR' + b'1' * 9,
        b'no picture',
    ],
)
def test_of_what_states_none_there_is_none(data):
    assert stated_size(data) == (0, 0)


@pytest.mark.parametrize('kind', ['.png', '.jpg', '.bmp', '.tiff', '.webp'])
def test_of_a_folder_they_are_left_out_and_named(kind, tmp_path):
    (tmp_path / f'0{kind}').write_bytes(encoded(kind, (20, 10)))
    (tmp_path / f'1{kind}').write_bytes(encoded(kind))
    with open_source(tmp_path, max_pixels=1199) as source:
        assert [frame.index for frame in source] == [0]
    [problem] = source.problems
    assert f'1{kind}' in problem and '40 x 30' in problem and 'max_pixels' in problem


@pytest.mark.parametrize('size', [(16_000, 16_000), (2**31 - 1, 1), (65_535, 65_535)])
def test_a_picture_of_another_kind_is_refused_too(size, tmp_path):
    (tmp_path / '1.png').write_bytes(png_of_nothing(*size))
    Image.new('1', (20_000, 10_000)).save(tmp_path / '2.tiff', compression='group4')
    with pytest.raises(InputError, match='more than'):
        open_source(tmp_path)


@pytest.mark.parametrize(
    ('name', 'codec', 'pixels'),
    [
        ('png.mov', 'png', 'rgb24'),
        ('jpeg.avi', 'mjpeg', 'yuvj420p'),
        ('jpeg.mkv', 'mjpeg', 'yuvj420p'),
        ('film.mp4', 'libx264', 'yuv420p'),
        ('film.mkv', 'ffv1', 'bgr0'),
        ('film.gif', 'gif', 'rgb8'),
    ],
)
def test_a_video_is_refused_before_a_frame_is_decoded(name, codec, pixels, tmp_path):
    frames = [np.zeros((96, 128, 3), np.uint8)] * 3
    write_video(tmp_path / name, frames, 10, codec=codec, pixels=pixels)
    with open_source(tmp_path / name, max_pixels=96 * 128) as source:
        assert sum(1 for _ in source) == 3
    with pytest.raises(InputError, match=f'{name}: .*max_pixels'):
        open_source(tmp_path / name, max_pixels=96 * 128 - 1)


@pytest.mark.parametrize('kind', ['.png', '.jpg'])
def test_so_is_a_single_picture(kind, tmp_path):
    (tmp_path / f'it{kind}').write_bytes(encoded(kind))
    with pytest.raises(InputError, match=f'it{kind}: its pictures have 40 x 30'):
        open_source(tmp_path / f'it{kind}', max_pixels=1199)


def lying(path, codec, pixels):
    """A film that states 16 x 16 where its pictures have 128 x 96."""
    frames = list(np.random.default_rng(0).integers(0, 256, (3, 96, 128, 3), np.uint8))
    write_video(path, frames, 10, codec=codec, pixels=pixels)
    data = path.read_bytes()
    stated = struct.pack('>HH', 128, 96) + struct.pack('>II', 72 << 16, 72 << 16)
    assert data.count(stated) == 1
    path.write_bytes(data.replace(stated, struct.pack('>HH', 16, 16) + stated[4:]))
    return path


@pytest.mark.parametrize(
    ('codec', 'pixels', 'said'),
    [
        ('mjpeg', 'yuvj420p', '128 x 96 pixels'),
        ('libx264', 'yuv420p', '128 x 96 pixels'),
        ('mpeg4', 'yuv420p', 'or larger than 5,000 pixels'),
    ],
)
def test_a_file_that_states_less_than_its_pictures_have_is_refused(
    codec, pixels, said, tmp_path
):
    path = lying(tmp_path / 'lies.mov', codec, pixels)
    with pytest.raises(InputError, match=said):
        open_source(path, max_pixels=5000)


def test_what_is_only_damaged_is_not_called_large(tmp_path):
    path = tmp_path / 'damaged.mov'
    write_video(
        path, [np.zeros((96, 128, 3), np.uint8)], 10, codec='png', pixels='rgb24'
    )
    data = path.read_bytes()
    path.write_bytes(data.replace(b'IDAT', b'IDOT'))
    with pytest.raises(InputError, match='it is damaged or cut off') as caught:
        open_source(path)
    assert 'larger' not in str(caught.value)
