"""Films: what their annotation files have to be, and what the data set gives."""

import json

import cv2
import numpy as np
import pytest

from tgdfer_mm.datasets import DataError, FilmDataset
from tgdfer_mm.datasets.clip_dataset import MissingDataError
from tgdfer_mm.datasets.film_files import Film, Stretch, film_entry, read_films

EPISODES = Stretch(0.5, 1.0, 'sad'), Stretch(1.0, 2.0, 'happy')
SAID = (Stretch(0.0, 1.5, 'brows lowered'),)
FILM = Film('f1', 2.0, 8, ('happy', 'sad'), EPISODES, SAID, 'somebody')
PLAIN = Film('f2', 1.0, 4, ())


@pytest.fixture
def root(tmp_path):
    for film in (FILM, PLAIN):
        folder = tmp_path / 'frames' / film.name
        folder.mkdir(parents=True)
        for i in range(film.frames):
            cv2.imwrite(str(folder / f'{i}.jpg'), np.full((8, 8, 3), i, np.uint8))
    write(tmp_path, dict(map(film_entry, (FILM, PLAIN))))
    return tmp_path


def write(root, content):
    (root / 'films.json').write_text(json.dumps(content))


def build(root, **kwargs):
    kwargs = dict(dict(ann_file='films.json', classes=['happy', 'sad']), **kwargs)
    return FilmDataset(str(root), 'train', **kwargs)


def test_what_is_written_is_read_again(root):
    assert read_films(root / 'films.json') == dict(f1=FILM, f2=PLAIN)


def test_labels_follow_from_the_annotations_where_they_are_not_given(root):
    content = dict([film_entry(FILM)])
    del content['v_f1']['labels']
    write(root, content)
    assert read_films(root / 'films.json')['f1'].labels == ('happy', 'sad')


def test_a_film_has_one_label_for_each_class_and_no_episodes(root):
    data = build(root, classes=['fear', 'sad', 'happy'])
    info = data.get_data_info(0)
    assert (info['label'], info['person']) == ([0, 1, 1], 'somebody')
    assert info['captions'] == [tuple(SAID[0])] and len(info['frame_names']) == 8
    assert not any('0.5' in str(value) for value in info.values())
    assert data.get_data_info(1)['label'] == [0, 0, 0]
    assert 'captions' not in data.get_data_info(1)
    assert data.get_cat_ids(0) == [1, 2]
    assert data.metainfo['classes'] == ('fear', 'sad', 'happy')


def test_classes_may_be_those_of_a_label_set(root):
    assert len(build(root, classes='dfew').get_data_info(0)['label']) == 7


@pytest.mark.parametrize(
    ('key', 'value', 'says'),
    [
        ('duration_second', None, 'duration_second has to be a number above 0'),
        ('duration_second', float('nan'), 'duration_second'),
        ('duration_frame', 2.5, 'duration_frame has to be a whole number'),
        ('duration_frame', 0, 'duration_frame'),
        ('labels', 'happy', 'labels has to be a list'),
        ('labels', ['happy'], r"its annotations have \['sad'\]"),
        ('annotations', {}, 'annotations has to be a list'),
        ('annotations', [dict(label='sad')], r'annotations\[0\] has to be'),
        ('annotations', [dict(segment=[1, 0.5], label='sad')], 'not inside the 2 s'),
        ('annotations', [dict(segment=[1, 2.5], label='sad')], 'not inside the 2 s'),
        ('annotations', [dict(segment=[0, 1], label='')], 'label has to be text'),
        ('captions', [dict(segment=[0, 1], label='x')], r'captions\[0\] has to be'),
    ],
)
def test_bad_entries_name_the_film_and_the_key(root, key, value, says):
    content = dict([film_entry(FILM)])
    content['v_f1'][key] = value
    write(root, content)
    with pytest.raises(DataError, match="film 'v_f1'.*" + says):
        read_films(root / 'films.json')


@pytest.mark.parametrize(
    ('content', 'says'),
    [
        ({}, 'lists no film'),
        ([], 'holds no object'),
        ({'f1': {}}, "has to begin with 'v_'"),
        ({'v_f1': 3}, 'has to be an object'),
    ],
)
def test_files_of_another_form_are_refused(root, content, says):
    write(root, content)
    with pytest.raises(DataError, match=says):
        read_films(root / 'films.json')


def test_absent_things_are_named(root):
    with pytest.raises(DataError, match='no such annotation file'):
        build(root, ann_file='none.json')
    with pytest.raises(MissingDataError, match='there is no folder .*pictures'):
        FilmDataset.require_data(
            data_root=str(root), subset='train', ann_file='films.json',
            classes=['happy', 'sad'], media_dir='pictures',
        )  # fmt: skip
    with pytest.raises(DataError, match="unknown class 'sad'"):
        build(root, classes=['happy'])
    with pytest.raises(DataError, match="media must be 'frames' or 'videos'"):
        build(root, media='sounds')
    write(root, dict([film_entry(FILM._replace(name='f3'))]))
    with pytest.raises(MissingDataError, match='None of the 1 films'):
        build(root)
