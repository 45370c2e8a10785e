"""Pictures are as players show them: upright, with square pixels, of one size."""

from fractions import Fraction

import numpy as np
import pytest

from tgdfer_mm.video.optional_packages import need
from tgdfer_mm.video.reading import open_source
from tgdfer_mm.video.shots import ShotDetector


def film(path, pictures, pixel=Fraction(1), codec='libx264', kind='mpegts'):
    """Pictures whose pixels are so wide, their height being 1."""
    av = need('av')
    with av.open(str(path), 'w', format=kind) as file:
        stream = file.add_stream(codec, rate=25)
        stream.height, stream.width = pictures[0].shape[:2]
        stream.pix_fmt = 'yuv420p'
        stream.codec_context.sample_aspect_ratio = pixel
        for picture in pictures:
            frame = av.VideoFrame.from_ndarray(picture, format='rgb24')
            file.mux(stream.encode(frame))
        file.mux(stream.encode())
    return path


def oval(width, height, across, high):
    """A light ellipse in the middle of a dark picture."""
    y, x = np.mgrid[:height, :width]
    inside = ((x - width / 2) / across) ** 2 + ((y - height / 2) / high) ** 2 < 1
    return np.where(inside[..., None], 230, 20).repeat(3, axis=2).astype(np.uint8)


def extent(image):
    """Width and height of what is light."""
    rows, columns = np.nonzero(image.max(2) > 128)
    return np.ptp(columns) + 1, np.ptp(rows) + 1


@pytest.mark.parametrize('pixel', [Fraction(16, 11), Fraction(8, 9), Fraction(2)])
def test_what_is_round_is_round_again(pixel, tmp_path):
    stored = oval(160, 120, 40 / pixel, 40)
    path = film(tmp_path / 'dvd.ts', [stored] * 3, pixel)
    with open_source(path) as source:
        frames = list(source)
    assert (source.info.width, source.info.height) == (round(160 * pixel), 120)
    for frame in frames:
        assert frame.rgb.shape == (120, round(160 * pixel), 3)
        across, high = extent(frame.rgb)
        assert across == pytest.approx(high, abs=3)
        small, scale = frame.small(80)
        assert max(small.shape) == 80
        assert small.shape[1] == round(source.info.width * scale)


def test_square_pixels_change_nothing(tmp_path):
    rng = np.random.default_rng(0)
    noise = [rng.integers(0, 256, (48, 64, 3), np.uint8) for _ in range(2)]
    path = film(tmp_path / 'film.ts', noise)
    with need('av').open(str(path)) as file:
        expected = [f.to_ndarray(format='rgb24') for f in file.decode(video=0)]
    with open_source(path) as source:
        for frame, picture in zip(source, expected, strict=True):
            np.testing.assert_array_equal(frame.rgb, picture)


@pytest.fixture
def changing(tmp_path):
    """Two recordings of another size and shape behind one another."""
    wide = film(tmp_path / 'wide.ts', [oval(160, 96, 20, 20)] * 5)
    high = film(tmp_path / 'high.ts', [oval(96, 192, 40, 40)] * 5)
    path = tmp_path / 'both.ts'
    path.write_bytes(wide.read_bytes() + high.read_bytes())
    return path


def test_all_pictures_have_the_size_of_the_first_one(changing):
    with open_source(changing) as source:
        frames = list(source)
    assert len(frames) == 10
    assert {f.rgb.shape for f in frames} == {(96, 160, 3)}
    for frame in frames[5:]:  # half as large, in the middle, still round
        across, high = extent(frame.rgb)
        assert across == pytest.approx(40, abs=2) and high == pytest.approx(40, abs=2)
        assert frame.rgb[:, :50].max() == 0 and frame.rgb[:, 110:].max() == 0
    assert source.problems == []
    assert '5 of them are scaled to that of the first one, 160 x 96' in source.notes[0]


def test_a_shape_of_the_pixels_that_changes_is_followed(tmp_path):
    """Broadcasts change between 4:3 and 16:9 without another size."""
    paths = [
        film(tmp_path / f'{i}.ts', [oval(160, 120, 40 / pixel, 40)] * 5, pixel)
        for i, pixel in enumerate((Fraction(1), Fraction(2)))
    ]
    path = tmp_path / 'both.ts'
    path.write_bytes(b''.join(p.read_bytes() for p in paths))
    with open_source(path) as source:
        frames = list(source)
    assert {f.rgb.shape for f in frames} == {(120, 160, 3)}
    across, high = extent(frames[-1].rgb)
    assert across == pytest.approx(40, abs=3) and high == pytest.approx(40, abs=3)


def test_a_camera_cut_is_found_where_the_size_changes(changing):
    shots = ShotDetector()
    with open_source(changing) as source:
        assert not any(shots(frame) for frame in list(source)[:4])
    shots = ShotDetector()
    with open_source(changing) as source:
        for frame in source:
            shots(frame)  # PySceneDetect takes pictures of one size only
