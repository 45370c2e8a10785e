"""A private folder that does not outlive its program."""

import logging
import os
import shutil
import tempfile
import time
from pathlib import Path

from ...locks import fcntl, lock_file

PREFIX = 'tgdfer_mm-app-'
_LOCK = 'lock'  # without locks (fcntl is None): an open file cannot be removed there
_YOUNG = 60  # seconds; a folder without a lock may be about to get it


class ScratchFolder:
    """A folder for uploads and results that only this user can read.

    It is locked while the program runs. If that is killed, so that it cannot clean
    up, the next one finds the folder without its lock and removes it.

    Args:
        root: Where to make it; by default the system's folder for temporary files.
    """

    def __init__(self, root: str | Path | None = None) -> None:
        root = Path(root or tempfile.gettempdir())
        remove_leftovers(root)
        self.path = Path(tempfile.mkdtemp(prefix=PREFIX, dir=root))  # mode 0700
        self._lock: int | None = os.open(
            self.path / _LOCK, os.O_CREAT | os.O_RDWR, 0o600
        )
        if fcntl:
            lock_file(self._lock, wait=False)

    def close(self) -> None:
        """Removes the folder with all that is in it; again has no effect."""
        if self._lock is None:
            return
        if fcntl is None:
            os.close(self._lock)
        shutil.rmtree(self.path, ignore_errors=True)
        if self.path.exists():
            logging.getLogger(__name__).error('%s could not be removed', self.path)
        if fcntl:
            os.close(self._lock)
        self._lock = None


def remove_leftovers(root: Path) -> None:
    """Removes what programs left that were killed."""
    for folder in root.glob(f'{PREFIX}*'):
        try:
            if _is_mine(folder) and _is_abandoned(folder):
                shutil.rmtree(folder, ignore_errors=True)
        except FileNotFoundError:
            continue  # its program has just removed it


def _is_mine(folder: Path) -> bool:
    if folder.is_symlink():
        return False
    # Without users' numbers the folder for temporary files is the user's own.
    return not hasattr(os, 'getuid') or folder.lstat().st_uid == os.getuid()


def _is_abandoned(folder: Path) -> bool:
    try:
        if fcntl is None:
            (folder / _LOCK).unlink()
            return True
        lock = os.open(folder / _LOCK, os.O_RDWR)
    except FileNotFoundError:
        return time.time() - folder.stat().st_mtime > _YOUNG
    except PermissionError:  # Windows: its program has it open
        return False
    try:
        return lock_file(lock, wait=False)
    finally:
        os.close(lock)
