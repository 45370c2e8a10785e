"""Every decoder gives OpenCV's pixels, and the clip is one block."""

import cv2
import numpy as np
import pytest
from PIL import Image

from tgdfer_mm.clips.decoding import DECODERS, decode_clip, decode_picture, find_decoder
from tgdfer_mm.clips.errors import DamagedClipError

PICTURE = np.random.default_rng(0).integers(0, 256, (24, 30, 3), dtype=np.uint8)
JPEG = cv2.imencode('.jpg', PICTURE)[1].tobytes()


def encoded(kind, tmp_path):
    if kind == 'png':
        return cv2.imencode('.png', PICTURE)[1].tobytes()
    path = tmp_path / 'picture.jpg'
    image = Image.fromarray(PICTURE)
    exif = image.getexif()
    if kind == 'turned':
        exif[0x0112] = 6  # a camera held upright
    if kind in ('L', 'CMYK'):
        image = image.convert(kind)
    options = dict(progressive=kind == 'progressive')
    if kind == '4:4:4':
        options.update(subsampling=0, quality=97)
    image.save(path, exif=exif, **options)
    return path.read_bytes() + (b'\0\0 trailer' if kind == 'trailer' else b'')


@pytest.fixture(params=['cv2', 'simplejpeg'])
def decoder(request):
    if request.param == 'simplejpeg':
        pytest.importorskip('simplejpeg')
    return find_decoder(request.param)


@pytest.mark.parametrize(
    'kind',
    ['plain', 'progressive', '4:4:4', 'L', 'CMYK', 'turned', 'png', 'trailer'],
)
def test_pixels_are_opencvs(decoder, kind, tmp_path):
    data = encoded(kind, tmp_path)
    wanted = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)[..., ::-1]
    assert wanted.shape[:2] == ((30, 24) if kind == 'turned' else (24, 30))
    np.testing.assert_array_equal(decode_picture(data, decoder), wanted)
    np.testing.assert_array_equal(
        decode_picture(data, decoder, np.empty_like(PICTURE)), wanted
    )


def test_a_clip_is_one_block_in_the_order_asked_for(decoder):
    pictures = [np.roll(PICTURE, i, axis=0) for i in range(3)]
    files = [cv2.imencode('.png', picture)[1].tobytes() for picture in pictures]
    files[1] = JPEG
    block = decode_clip('c', [2, 1, 1, 0], files.__getitem__, str, decoder)
    assert block.shape == (4, 24, 30, 3) and block.flags.c_contiguous
    np.testing.assert_array_equal(block[0], pictures[2][..., ::-1])
    np.testing.assert_array_equal(block[1], decode_picture(JPEG))
    np.testing.assert_array_equal(block[1], block[2])
    block[1] = 0  # a repeated frame is a picture of its own
    assert block[2].any()


@pytest.mark.parametrize(
    ('data', 'named'),
    [
        (b'', '1 is empty'),
        (JPEG[: len(JPEG) // 2], '1 is cut off'),
        (b'no picture', '1 cannot be decoded'),
        (cv2.imencode('.jpg', PICTURE[:20])[1].tobytes(), r'1 is \(20, 30\).*\(24, 30'),
        (np.tile(PICTURE, (2, 2, 1)), r'1 is \(48, 60\)'),
    ],
)
def test_a_frame_that_does_not_fit_is_named(decoder, data, named):
    if not isinstance(data, bytes):
        data = cv2.imencode('.jpg', data)[1].tobytes()
    with pytest.raises(DamagedClipError, match=named):
        decode_clip('c', [0, 1], [JPEG, data].__getitem__, str, decoder)


def test_decoders_are_found_by_name(monkeypatch):
    with pytest.raises(ValueError, match="'cv2', 'simplejpeg'"):
        find_decoder('pil')
    monkeypatch.setitem(__import__('sys').modules, 'simplejpeg', None)
    assert find_decoder('auto') is DECODERS.get('cv2')
    with pytest.raises(ImportError, match='tgdfer_mm.fast'):
        find_decoder('simplejpeg')
