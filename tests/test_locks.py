"""Locks between processes, and without any."""

import os
import socket

import pytest

from tgdfer_mm import locks
from tgdfer_mm.clips.clip_index import open_index
from tgdfer_mm.locks import BusyError, held, lock_file


def test_a_file_is_one_holder_s_until_it_is_closed(tmp_path):
    ours, theirs = (os.open(tmp_path / 'x', os.O_RDWR | os.O_CREAT) for _ in range(2))
    assert lock_file(ours, wait=False) and not lock_file(theirs, wait=False)
    os.close(ours)
    assert lock_file(theirs, wait=False)
    os.close(theirs)


def test_an_index_needs_none(tmp_path, monkeypatch):
    (tmp_path / '00001').mkdir()
    (tmp_path / '00001/1.jpg').touch()
    monkeypatch.setattr(locks, 'fcntl', None)  # as on Windows
    assert open_index(tmp_path, 1).frames('00001') == ['1.jpg']
    with pytest.raises(OSError, match='operating system'):
        lock_file(0)


@pytest.fixture
def others_lock(tmp_path):
    """A lock file in a new folder that another open file holds, as a process would."""
    path = tmp_path / 'work/.lock'
    path.parent.mkdir()
    handle = locks.open_locked(path, wait=False)
    yield path
    os.close(handle)


def test_a_refusal_names_the_machine_and_the_process(others_lock):
    with pytest.raises(BusyError) as caught, held(others_lock, 'the folder work'):
        pass
    for word in ('the folder work', f'process {os.getpid()}', socket.gethostname()):
        assert word in str(caught.value)
    assert caught.value.exit_code == 2


def test_a_holder_that_is_done_before_it_is_named_leaves_the_lock(
    others_lock, monkeypatch
):
    real = locks.open_locked

    def refused_once(path, wait):
        monkeypatch.setattr(locks, 'open_locked', real)
        assert real(path, wait) is None
        path.unlink()  # as a holder does at its end

    monkeypatch.setattr(locks, 'open_locked', refused_once)
    with held(others_lock, 'work') as handle:
        assert handle is not None


def test_a_process_may_hold_it_twice_and_leaves_nothing(tmp_path):
    path = tmp_path / 'a/b/.lock'
    with held(path, 'b'):
        with held(path, 'b'):
            pass
        assert locks.open_locked(path, wait=False) is None
    assert not list(tmp_path.iterdir())


def test_what_is_in_the_folder_stays(tmp_path):
    with held(tmp_path / 'a/.lock', 'a'):
        (tmp_path / 'a/file').touch()
    assert [p.name for p in (tmp_path / 'a').iterdir()] == ['file']


def test_a_command_that_the_holder_starts_holds_it_too(others_lock, monkeypatch):
    monkeypatch.setenv(locks.HOLDER, locks.my_name())
    with held(others_lock, 'work') as handle:
        assert handle is None
    assert others_lock.exists()


@pytest.mark.skipif(not hasattr(os, 'fork'), reason='this system has no fork')
def test_workers_that_outlive_the_holder_hold_nothing(tmp_path):
    path = tmp_path / '.lock'
    (wait, go), (started, start) = os.pipe(), os.pipe()
    with held(path, 'it') as handle:
        child = os.fork()
        if not child:
            os.close(go)
            os.write(start, b'x')
            os.read(wait, 1)
            os._exit(0)
        os.read(started, 1)
        lock = locks._held[str(path)]
        os.close(handle)  # as when it is killed
        lock.handle = None
        ours = locks.open_locked(path, wait=False)
        assert ours is not None
    for each in (ours, go, wait, started, start):
        os.close(each)
    os.waitpid(child, 0)


def test_without_locks_a_warning_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(locks, 'fcntl', None)
    with pytest.warns(UserWarning, match='cannot be locked'), held(tmp_path / 'x', 'x'):
        pass
