"""Features on disk: found again, and never of something else."""

import json
import os
import shutil

import numpy as np
import pytest

from tgdfer_mm.apis.many.made_from import file_facts
from tgdfer_mm.apis.search import kept_features
from tgdfer_mm.apis.search.kept_features import FRAMES, KeptFeatures
from tgdfer_mm.files import DamagedFileError

ABOUT = dict(
    duration=1.5,
    complete=True,
    warnings=[],
    times_are_stamps=True,
    seconds_to_read=1.0,
)


@pytest.fixture
def kept(tmp_path):
    """A store, a video in its folder, and what is kept of it."""
    root = tmp_path / 'films'
    root.mkdir()
    video = root / 'a film.mp4'
    video.write_bytes(b'not looked into')
    store = KeptFeatures(tmp_path / 'index', root, dict(model='m'))
    frames = np.array([(1, 0.0, 0, (0, 0, 4, 4)), (2, 0.2, 5, (1, 1, 9, 9))], FRAMES)
    features = np.eye(2, 3, dtype=np.float16)
    store.keep(video, file_facts(str(video)), ABOUT, frames, features)
    return store, video, frames, features


@pytest.mark.parametrize(('most', 'kind'), [(0, np.memmap), (10**6, np.ndarray)])
def test_what_is_kept_is_found_and_only_mapped(kept, monkeypatch, most, kind):
    monkeypatch.setattr(kept_features, '_MAPPED', most)
    store, video, frames, features = kept
    found = store.find(video)
    np.testing.assert_array_equal(found.frames, frames)
    np.testing.assert_array_equal(found.features, features)
    assert type(found.features) is kind
    assert found.about['duration'] == 1.5
    assert store.size() > features.nbytes


def test_a_changed_video_is_another_and_the_old_files_go(kept):
    store, video, frames, features = kept
    before = set(os.listdir(store.folder))
    video.write_bytes(b'something else')
    assert store.find(video) is None
    store.keep(video, file_facts(str(video)), ABOUT, frames, features)
    after = set(os.listdir(store.folder))
    assert len(after) == len(before) == 4 and len(after & before) == 2


def test_a_copy_is_the_same_and_is_looked_into_once(kept, monkeypatch):
    store, video, *_ = kept
    os.utime(video, ns=(1, 1))
    assert store.find(video) is not None
    monkeypatch.setattr('tgdfer_mm.apis.many.made_from.file_hash', None)
    assert store.find(video) is not None


def test_another_model_or_way_of_reading_finds_nothing(kept, tmp_path):
    store, video, *_ = kept
    other = KeptFeatures(tmp_path / 'index', video.parent, dict(model='another'))
    assert other.find(video) is None and store.find(video) is not None


def test_folder_and_index_can_be_moved_together(kept, tmp_path):
    _, video, *_ = kept
    shutil.move(tmp_path / 'films', tmp_path / 'moved')
    store = KeptFeatures(tmp_path / 'index', tmp_path / 'moved', dict(model='m'))
    assert store.find(tmp_path / 'moved' / video.name) is not None


@pytest.mark.parametrize('end', ['.json', '.frames.npy', '.features.npy'])
@pytest.mark.parametrize('damage', ['cut', 'noise', 'gone'])
def test_a_damaged_file_is_named(kept, end, damage):
    store, video, *_ = kept
    [path] = [
        p for p in store.folder.iterdir() if p.name.endswith(end) and ' ' in p.name
    ]
    content = path.read_bytes()
    if damage == 'gone':
        path.unlink()
    else:
        path.write_bytes(content[:-9] if damage == 'cut' else b'\x00\xff' * 99)
    if (end, damage) == ('.json', 'gone'):  # it was never finished
        assert store.find(video) is None
        return
    with pytest.raises(DamagedFileError, match='a film'):
        store.find(video)


@pytest.mark.parametrize(
    ('end', 'array'),
    [
        ('.features.npy', np.eye(2, 3)),
        ('.features.npy', np.eye(1, 3, dtype=np.float16)),
        ('.features.npy', np.array([{}, {}])),  # pickled
        ('.frames.npy', np.zeros(2)),
        ('.frames.npy', np.array([(2, 0, 0, (0,) * 4), (1, 0, 0, (0,) * 4)], FRAMES)),
        ('.frames.npy', np.array([(1, np.nan, 0, (0,) * 4)] * 2, FRAMES)),
    ],
)
def test_an_array_of_another_kind_is_refused(kept, end, array):
    store, video, *_ = kept
    [path] = store.folder.glob(f'*{end}')
    np.save(path, array)
    with pytest.raises(DamagedFileError, match=end):
        store.find(video)


@pytest.mark.parametrize(
    'change',
    [
        dict(schema='another'),
        dict(file='a path'),
        dict(file={}),
        dict(duration=float('nan')),
        dict(seconds_to_read='1'),
        dict(warnings=None),
    ],
)
def test_a_description_with_values_of_another_kind_is_refused(kept, change):
    store, video, *_ = kept
    [path] = (p for p in store.folder.glob('*.json') if p.name != 'index.json')
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(DamagedFileError, match='a film'):
        store.find(video)


def test_a_description_without_a_time_is_looked_into(kept):
    store, video, *_ = kept
    [path] = (p for p in store.folder.glob('*.json') if p.name != 'index.json')
    about = json.loads(path.read_text())
    del about['file']['mtime_ns']
    path.write_text(json.dumps(about))
    assert store.find(video) is not None
