"""Locks between processes, and without any."""

import os

import pytest

from tgdfer_mm import locks
from tgdfer_mm.clips.clip_index import open_index
from tgdfer_mm.locks import lock_file


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
