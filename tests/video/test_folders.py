"""Folders of pictures: all readable files are read, and the others are named."""

import numpy as np
import pytest
from PIL import Image

from tgdfer_mm.video.errors import InputError
from tgdfer_mm.video.reading import open_source


def save(path, light=200, size=(32, 24), **options):
    Image.new('RGB', size, (light, 0, 0)).save(path, **options)


def read(folder):
    with open_source(folder) as source:
        return source, [frame.rgb for frame in source]


@pytest.mark.parametrize(
    'ending', 'png jpg JPEG bmp webp tif tiff gif avif ppm'.split()
)
def test_pictures_of_a_kind_are_read(ending, tmp_path):
    for number in range(3):
        save(tmp_path / f'{number}.{ending}', 60 * number + 60)
    source, pictures = read(tmp_path)
    assert (source.problems, source.notes) == ([], [])
    red = [int(p[..., 0].mean()) for p in pictures]
    assert red == pytest.approx([60, 120, 180], abs=6)
    assert all(p[..., 1:].max() < 20 and p.shape == (24, 32, 3) for p in pictures)


def test_kinds_may_be_mixed_in_the_order_of_their_numbers(tmp_path):
    for number, ending in enumerate(('png', 'webp', 'tiff', 'jpg')):
        save(tmp_path / f'{number + 8}.{ending}', 50 * number + 50)
    _, pictures = read(tmp_path)
    red = [int(p[..., 0].mean()) for p in pictures]
    assert red == pytest.approx([50, 100, 150, 200], abs=6)


def test_what_is_no_picture_is_named(tmp_path):
    save(tmp_path / '1.png')
    for name in ('labels.txt', 'Thumbs.db', 'film.mp4'):
        (tmp_path / name).write_bytes(b'?')
    (tmp_path / '.hidden').write_bytes(b'?')
    source, pictures = read(tmp_path)
    assert len(pictures) == 1 and source.problems == []
    [note] = source.notes
    assert all(name in note for name in ('labels.txt', 'Thumbs.db', 'film.mp4'))
    assert '.hidden' not in note


def test_a_picture_that_nothing_here_reads_is_a_problem(tmp_path):
    save(tmp_path / '1.png')
    (tmp_path / '2.heic').write_bytes(b'\0\0\0\x18ftypheic' + bytes(99))
    source, pictures = read(tmp_path)
    assert len(pictures) == 1
    assert '2.heic cannot be decoded' in source.problems[0]


def test_a_damaged_first_picture_does_not_end_the_folder(tmp_path):
    (tmp_path / '0.png').write_bytes(b'no picture')
    for number in (1, 2):
        save(tmp_path / f'{number}.png')
    source, pictures = read(tmp_path)
    assert len(pictures) == 2 and '0.png' in source.problems[0]


def test_of_a_picture_that_moves_the_first_one_is_read_and_that_is_said(tmp_path):
    first, *more = [
        Image.fromarray(np.full((8, 8, 3), v, np.uint8)) for v in (9, 99, 199)
    ]
    first.save(tmp_path / '1.gif', save_all=True, append_images=more)
    source, pictures = read(tmp_path)
    assert len(pictures) == 1
    assert '1.gif holds 3 pictures' in source.notes[0]


def test_a_folder_of_videos_says_what_to_do(tmp_path, make_file):
    make_file('a.mp4'), make_file('b.mp4')
    with pytest.raises(InputError, match=r'a\.mp4, b\.mp4.*Give the videos themselves'):
        open_source(tmp_path)


def test_a_folder_of_nothing_that_can_be_read_says_so(tmp_path):
    (tmp_path / 'notes.txt').touch()
    with pytest.raises(
        InputError, match=r'has neither a picture nor a video, only notes\.txt'
    ):
        open_source(tmp_path)
    (tmp_path / '1.png').touch()
    with pytest.raises(InputError, match=r'none of its pictures.*1\.png is empty'):
        open_source(tmp_path)
