"""A private folder that is removed when its program ends."""

import logging
import os
import shutil
import tempfile
import threading
import time
from pathlib import Path

from ...locks import fcntl, lock_file

PREFIX = 'tgdfer_mm-app-'
_LOCK = 'lock'  # without locks (fcntl is None): an open file cannot be removed there
_YOUNG = 60  # seconds; a folder without a lock may be about to get it


class ScratchFolder:
    """A folder for uploads and results that only this user can read.

    The folder is locked while the program runs. If the program is killed, it cannot
    clean up; the next one finds the folder without a lock and removes it. If something
    else removes the folder while the program runs, it is created again.

    Args:
        root: Parent folder; by default the system's folder for temporary files.

    Attributes:
        path: The folder.
    """

    def __init__(self, root: str | Path | None = None) -> None:
        self._root = Path(root or tempfile.gettempdir())
        self._changing = threading.Lock()
        remove_leftovers(self._root)
        self.path = Path(tempfile.mkdtemp(prefix=PREFIX, dir=self._root))  # mode 0700
        self._lock: int | None = self._take()

    def make(self, name: str) -> Path:
        """Makes a folder in this one.

        Args:
            name: Its name, a new one.

        Raises:
            OSError: It cannot be made.
        """
        self.keep()
        folder = self.path / name
        folder.mkdir(mode=0o700)
        return folder

    def keep(self) -> None:
        """Makes sure that the folder is there, is ours, and looks used.

        The system may remove temporary files that were not used for a time.

        Raises:
            OSError: It is gone and cannot be created again.
        """
        with self._changing:
            if self._lock is None:
                return  # closed
            if self._is_held():
                os.utime(self.path)
                os.utime(self.path / _LOCK)
                return
            try:
                self.path.mkdir(mode=0o700)
            except FileExistsError:
                if not _is_mine(self.path):  # another program took the name
                    self.path = Path(tempfile.mkdtemp(prefix=PREFIX, dir=self._root))
                self.path.chmod(0o700)
            lock, self._lock = self._lock, self._take()
            os.close(lock)

    def close(self) -> None:
        """Removes the folder and its content; a second call has no effect."""
        with self._changing:
            if self._lock is None:
                return
            lock, self._lock = self._lock, None
            if fcntl is None:
                os.close(lock)
            shutil.rmtree(self.path, ignore_errors=True)
            if self.path.exists():
                logging.getLogger(__name__).error('%s could not be removed', self.path)
            if fcntl:
                os.close(lock)

    def _take(self) -> int:
        lock = os.open(self.path / _LOCK, os.O_CREAT | os.O_RDWR, 0o600)
        if fcntl:
            lock_file(lock, wait=False)
        return lock

    def _is_held(self) -> bool:
        try:
            return os.path.samestat(os.fstat(self._lock), os.stat(self.path / _LOCK))
        except OSError:
            return False


def remove_leftovers(root: Path) -> None:
    """Removes folders of programs that were killed."""
    for folder in root.glob(f'{PREFIX}*'):
        try:
            if _is_mine(folder) and _is_abandoned(folder):
                shutil.rmtree(folder, ignore_errors=True)
        except OSError:
            continue  # its program has just removed it, or its lock is no file


def _is_mine(folder: Path) -> bool:
    if folder.is_symlink() or not folder.is_dir():
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
