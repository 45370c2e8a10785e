"""The stored index: what it holds, when it is trusted, where it lies."""

import multiprocessing
import os
import shutil
import time
import zipfile

import numpy as np
import pytest

from tgdfer_mm.clips import clip_index, index_store
from tgdfer_mm.clips.clip_index import open_index
from tgdfer_mm.clips.frame_names import frame_number, is_frame, natural_sorted

NAMES = ['1.jpg', '2.jpg', '10.jpg']


@pytest.fixture
def media(tmp_path):
    """Three clips, with frames that an alphabetical order would scramble."""
    folder = tmp_path / 'root/media'
    for clip in ('00001', '00002', '00010'):
        (folder / clip).mkdir(parents=True)
        for name in (*NAMES, '._1.jpg', 'notes.txt'):
            (folder / clip / name).touch()
    return folder


def stored(media):
    return list((media.parent / '.tgdfer_mm').glob('*.npz'))


def change(path, **columns):
    """Makes the index say something else."""
    with np.load(path) as file:
        columns = {**file, **columns}
    np.savez_compressed(path, **columns)


def raw_array(path, header):
    """An index of one array, whose header may be anything."""
    size = len(header).to_bytes(2, 'little')
    with zipfile.ZipFile(path, 'w') as file:
        file.writestr('names.npy', b'\x93NUMPY\1\0' + size + header.encode())


def test_names_are_in_the_order_of_their_numbers(media):
    index = open_index(media, 1, media.parent)
    assert index.clips == ['00001', '00002', '00010']
    assert index.frames('00010') == NAMES and index.num_frames('00010') == 3
    assert index.num_ignored('00001') == 2
    assert '00001' in index and '00003' not in index and '' not in index
    with pytest.raises(KeyError):
        index.frames('00003')


def test_a_second_start_lists_nothing(media, no_tick, listed):
    first = open_index(media, 1, media.parent)
    assert sorted(listed) == ['00001', '00002', '00010', 'media']
    del listed[:]
    second = open_index(media, 1, media.parent)
    assert not listed
    assert second.listings == first.listings


def add(media):
    (media / '00002/11.jpg').touch()
    return ['00002']


def remove(media):
    (media / '00002/2.jpg').unlink()
    return ['00002']


def rename(media):
    (media / '00002/2.jpg').rename(media / '00002/3.jpg')
    return ['00002']


def add_clip(media):
    shutil.copytree(media / '00002', media / '00003')
    return ['00003', 'media']


def remove_clip(media):
    shutil.rmtree(media / '00001')
    return ['media']


def swap_clips(media):
    (media / '00001').rename(media / 'x')
    (media / '00002').rename(media / '00001')
    (media / 'x').rename(media / '00002')
    return ['00001', '00002', 'media']


def backdated(media):
    before = os.stat(media / '00002')
    (media / '00002/2.jpg').unlink()
    os.utime(media / '00002', ns=(before.st_atime_ns, before.st_mtime_ns))
    return ['00002']


@pytest.mark.parametrize(
    'change', [add, remove, rename, add_clip, remove_clip, swap_clips, backdated]
)
def test_every_change_of_the_tree_is_noticed(media, no_tick, listed, change):
    open_index(media, 1, media.parent)
    touched = change(media)
    time.sleep(0.02)
    del listed[:]
    index = open_index(media, 1, media.parent)
    assert sorted(listed) == touched  # and no other folder is listed anew
    fresh = open_index(media, 1, media.parent.parent)
    assert index.clips == fresh.clips
    assert all(index.frames(c) == fresh.frames(c) for c in fresh.clips)
    del listed[:]
    open_index(media, 1, media.parent)
    assert not listed


def test_a_folder_that_has_just_changed_is_not_trusted(media, listed):
    open_index(media, 1, media.parent)
    del listed[:]
    open_index(media, 1, media.parent)
    assert len(listed) == 4


def test_times_of_0_are_not_trusted(media, no_tick, listed):
    os.utime(media / '00001', ns=(0, 0))
    time.sleep(0.02)
    open_index(media, 1, media.parent)
    del listed[:]
    open_index(media, 1, media.parent)
    assert '00001' in listed


@pytest.mark.parametrize(
    'damage',
    [
        lambda path: path.write_bytes(b''),
        lambda path: path.write_bytes(b'no index'),
        lambda path: path.write_bytes(path.read_bytes()[:-40]),
        lambda path: np.savez(path, format=np.array(1)),
        lambda path: np.savez(path, format=np.array([{}], dtype=object)),
        lambda path: change(path, sizes=np.array(['x'])),
        lambda path: change(path, numbers=np.array([1, 2, 3])),
        lambda path: change(path, numbers=np.array([[1], [2], [3]])),
        lambda path: change(path, names=np.zeros(1 << 26, np.uint8)),
        lambda path: raw_array(
            path, "{'descr': '|u1', 'fortran_order': False, 'shape': (35184372088832,)}"
        ),
        lambda path: raw_array(path, '(' * 9000),
    ],
    ids=[
        *('empty', 'other', 'cut off', 'incomplete', 'pickle', 'no sizes'),
        *('no rows', 'short rows', 'a bomb', 'a large shape', 'deep'),
    ],
)
def test_a_damaged_file_is_made_anew(media, no_tick, damage, monkeypatch):
    monkeypatch.setattr(index_store, '_MOST', 1 << 25)
    wanted = open_index(media, 1, media.parent).listings
    (path,) = stored(media)
    damage(path)
    found = open_index(media, 1, media.parent)
    assert [e[:4] for e in found.listings] == [e[:4] for e in wanted]
    with np.load(path, allow_pickle=False) as file:
        assert set(file.files) >= {'paths', 'names'}


def test_the_index_of_another_folder_is_not_taken(media, no_tick):
    open_index(media, 1, media.parent)
    (path,) = stored(media)
    other = media.parent / 'other'
    (other / '00009').mkdir(parents=True)
    open_index(other, 1, media.parent)
    (second,) = set(stored(media)) - {path}
    shutil.copy(path, second)
    assert open_index(other, 1, media.parent).clips == ['00009']


def test_a_data_set_moves_with_its_index(media, no_tick, listed, tmp_path):
    open_index(media, 1, media.parent)
    media.parent.rename(tmp_path / 'moved')
    del listed[:]
    index = open_index(tmp_path / 'moved/media', 1, tmp_path / 'moved')
    assert not listed and index.folder == tmp_path / 'moved/media'


def test_where_nothing_can_be_written_the_cache_folder_serves(
    media, no_tick, listed, tmp_path, monkeypatch
):
    monkeypatch.setenv('XDG_CACHE_HOME', str(tmp_path / 'cache'))
    (media.parent / '.tgdfer_mm').touch()  # no folder, whatever rights one has
    open_index(media, 1, media.parent)
    assert len(list((tmp_path / 'cache/tgdfer_mm').glob('media-*.npz'))) == 1
    del listed[:]
    assert len(open_index(media, 1, media.parent).clips) == 3
    assert not listed
    (tmp_path / 'cache2').touch()
    monkeypatch.setenv('XDG_CACHE_HOME', str(tmp_path / 'cache2'))
    assert len(open_index(media, 1, media.parent).clips) == 3


def test_one_s_own_index_serves_where_another_s_is_out_of_date(
    media, no_tick, listed, tmp_path, monkeypatch
):
    open_index(media, 1, media.parent)  # by the owner of the data
    replacing = index_store.replacing

    def refuse_the_root(path):
        if path.is_relative_to(media.parent):
            raise PermissionError(13, 'not yours', str(path))
        return replacing(path)

    monkeypatch.setattr(index_store, 'replacing', refuse_the_root)
    monkeypatch.setenv('XDG_CACHE_HOME', str(tmp_path / 'cache'))
    add(media)
    time.sleep(0.02)
    assert open_index(media, 1, media.parent).num_frames('00002') == 4
    del listed[:]
    assert open_index(media, 1, media.parent).num_frames('00002') == 4
    assert not listed


def test_links_in_a_circle_are_not_followed(media):
    (media / 'up').symlink_to(media.parent)
    (media / 'self').symlink_to('self')
    (media / 'gone').symlink_to('nowhere')
    (media / 'good').symlink_to(media / '00001')
    index = open_index(media, 1, media.parent)
    assert index.clips == ['00001', '00002', '00010', 'good']


def test_names_that_are_not_utf_8_are_kept(media):
    name = os.fsdecode(b'caf\xe9_1.jpg')
    (media / '00001' / name).touch()
    index = open_index(media, 1, media.parent)
    assert name in index.frames('00001')
    assert name in open_index(media, 1, media.parent).frames('00001')


def test_a_missing_folder_is_an_error(tmp_path):
    with pytest.raises(NotADirectoryError, match='nowhere'):
        open_index(tmp_path / 'nowhere', 1)


def test_progress_is_told(media):
    steps = []

    def track(parts, total):
        for part in parts:
            steps.append(total)
            yield part

    open_index(media, 1, media.parent, track=track)
    assert steps == [1]


def test_several_processes_list_once(media, no_tick, monkeypatch):
    scandir = os.scandir

    def slow(path):
        time.sleep(0.05)
        seen.append(path)
        return scandir(path)

    def work(queue):
        queue.put((len(open_index(media, 1, media.parent).clips), len(seen)))

    seen = []
    monkeypatch.setattr(clip_index.os, 'scandir', slow)
    context = multiprocessing.get_context('fork')  # takes the slow one along
    queue = context.Queue()
    processes = [context.Process(target=work, args=(queue,)) for _ in range(3)]
    for process in processes:
        process.start()
    assert sorted(queue.get(timeout=60) for _ in processes) == [(3, 0), (3, 0), (3, 4)]
    for process in processes:
        process.join()
    assert len(stored(media)) == 1


@pytest.mark.parametrize(
    ('name', 'number'),
    [
        ('00001_00023.jpg', 23),
        ('16.jpg', 16),
        ('img7.png', 7),
        ('00001 (1).jpg', None),
        ('cover.jpg', None),
    ],
)
def test_numbers_of_frames(name, number):
    assert frame_number(name) == number


def test_the_fast_order_is_the_natural_one():
    names = [f'{i:03d}_{j}.jpg' for i in (1, 2, 10) for j in (9, 1)]
    assert natural_sorted(names) == sorted(names)
    assert natural_sorted(['a10', 'a9', 'b1']) == ['a9', 'a10', 'b1']
    assert natural_sorted(['a1b', '1ab', 'ab1']) == ['1ab', 'a1b', 'ab1']
    assert [n for n in ('a.JPG', '.a.jpg', 'a.txt') if is_frame(n)] == ['a.JPG']
