"""A user's list without a header, as mmaction2 reads it: numbers for the classes."""

import json
from pathlib import Path

import pytest

from tgdfer_mm.datasets.own_numbers import read_numbers
from tgdfer_mm.datasets.own_reading import read_own
from tgdfer_mm.datasets.text_files import DataError

from .conftest import write_frames

CLASSES = ['calm', 'tense', 'glad']


@pytest.fixture
def read(tmp_path):
    def read(text):
        (tmp_path / 'l.txt').write_text(text)
        return read_numbers(tmp_path / 'l.txt', CLASSES)

    return read


@pytest.mark.parametrize(
    ('text', 'frames'),
    [
        ('a/one.mp4 0\nb/two.mp4 2\n', [None, None]),
        ('a/one 12 0\nb/two 30 2\n', [12, 30]),
    ],
)
def test_both_formats_of_mmaction2(read, text, frames):
    found = read(text)
    assert [row.label for row in found.rows] == [0, 2] and found.label_base == 0
    assert [row.num_frames for row in found.rows] == frames
    assert [Path(row.path).stem for row in found.rows] == ['one', 'two']


def test_labels_from_1(read):
    found = read('a.mp4 1\nb.mp4 3\n')
    assert [row.label for row in found.rows] == [0, 2] and found.label_base == 1


@pytest.mark.parametrize(
    'text', ['', 'path,label\na.mp4,0\n', 'path label\n', 'a.mp4,happy\n']
)
def test_another_list_is_none_of_these(read, text):
    assert read(text) is None


@pytest.mark.parametrize(
    ('text', 'words'),
    [
        ('a.mp4 1\nb.mp4 2\n', 'may start at 0 or at 1'),
        ('a.mp4 0\nb.mp4 3\n', 'line 2: label 3 is out of range, which is 0 to 2'),
        ('a.mp4 0 2\nb.mp4 1\n', 'line 1: .*several labels a clip'),
        ('a.mp4 0\nb.mp4\n', 'line 2: expected'),
    ],
)
def test_what_is_wrong_is_said(read, text, words):
    with pytest.raises(DataError, match=rf'l.txt.*{words}'):
        read(text)


def test_as_the_data_of_a_training(tmp_path):
    for clip in ('one', 'two', 'three'):
        write_frames(tmp_path / 'clips' / clip, ['1.jpg', '2.jpg'])
    path = tmp_path / 'list.txt'
    path.write_text('clips/one 2 0\nclips/two 2 2\nclips/three 2 1\nclips/no 2 1\n')
    with pytest.raises(DataError, match='has numbers .* into .*classes.json'):
        read_own(path)
    names = ['glad', 'calm', 'tense']  # not by name
    (tmp_path / 'classes.json').write_text(json.dumps({'classes': names}))
    for own in (read_own(path), read_own(path, names)):
        assert own.classes == tuple(names)
        found = {clip.name: clip.labels for clip in own.clips}
        assert found == {
            'clips/one': {'glad': 1},
            'clips/two': {'tense': 1},
            'clips/three': {'calm': 1},
        }
        assert '1 left out' in own.losses()[0] and 'calm 1' in own.losses()[0]
        assert any('labels from 0 are glad, calm, tense' in r for r in own.remarks)
    path.write_text('clips/one 2 0\nclips/./one 2 2\n')
    with pytest.raises(DataError, match='line 2: the clip clips/one is already in'):
        read_own(path)
