import os
from pathlib import Path

from tgdfer_mm.apis.app import scratch
from tgdfer_mm.apis.app.scratch import PREFIX, ScratchFolder


def test_a_folder_of_a_running_program_stays(tmp_path):
    first, second = ScratchFolder(tmp_path), ScratchFolder(tmp_path)
    assert first.path.is_dir() and first.path != second.path
    assert first.path.stat().st_mode & 0o777 == 0o700


def test_what_a_killed_program_left_is_removed_by_the_next(tmp_path):
    killed = ScratchFolder(tmp_path)
    (killed.path / 'video').write_text('a face')
    os.close(killed._lock)  # as the system does
    ScratchFolder(tmp_path)
    assert not killed.path.exists()


def test_foreign_folders_stay(tmp_path):
    target = tmp_path / 'mine'
    target.mkdir()
    (tmp_path / f'{PREFIX}link').symlink_to(target)
    (tmp_path / f'{PREFIX}young').mkdir()  # about to get its lock
    ScratchFolder(tmp_path).close()
    names = {p.name for p in tmp_path.iterdir()}
    assert names == {'mine', f'{PREFIX}link', f'{PREFIX}young'}


def test_closing_twice_is_no_error(tmp_path):
    folder = ScratchFolder(tmp_path)
    folder.close()
    folder.close()
    assert not folder.path.exists()


def test_where_there_are_no_locks_an_open_file_is_one(tmp_path, monkeypatch):
    monkeypatch.setattr(scratch, 'fcntl', None)
    monkeypatch.delattr(os, 'getuid')
    running = ScratchFolder(tmp_path)
    unlink, in_use = Path.unlink, [running.path / 'lock']

    def as_windows_does(path, *args, **kwargs):
        if path in in_use:
            raise PermissionError(13, 'in use', str(path))
        unlink(path, *args, **kwargs)

    monkeypatch.setattr(Path, 'unlink', as_windows_does)
    second = ScratchFolder(tmp_path)
    assert running.path.is_dir()
    in_use.clear()  # the first was killed
    ScratchFolder(tmp_path).close()
    assert not running.path.exists()
    second.close()
    assert not second.path.exists()


def test_a_leftover_whose_lock_is_no_file_keeps_nobody_from_starting(tmp_path):
    (tmp_path / f'{PREFIX}odd' / 'lock').mkdir(parents=True)
    ScratchFolder(tmp_path).close()
