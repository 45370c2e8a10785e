"""Locks on open files, which end with the last process that has the file open."""

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from warnings import warn

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None

# Variable that names the holder of a lock to a command that the holder starts.
HOLDER = 'TGDFER_LOCK_HOLDER'


class BusyError(RuntimeError):
    """Another process writes to the same place."""

    exit_code = 2  # of a command


def lock_file(handle: int, wait: bool = True) -> bool:
    """Locks an open file against other processes.

    Args:
        handle: Descriptor of the file.
        wait: Whether to wait for it.

    Returns:
        True if the file is ours now; False if another has it and `wait` is false.

    Raises:
        OSError: The file system, or the operating system, has no such locks.
    """
    if fcntl is None:
        raise OSError('this operating system has no locks that end with a process')
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        return False
    return True


def open_locked(path: Path, wait: bool) -> int | None:
    """Opens and locks a file, and writes the holder's name into it.

    Args:
        path: The file; made if absent.
        wait: Whether to wait for another holder.

    Returns:
        The descriptor; None if another holder has it.

    Raises:
        OSError: See :func:`lock_file`.
    """
    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            if not lock_file(handle, wait):
                os.close(handle)
                return None
            # The earlier holder may have removed the file that was opened here.
            if os.path.samestat(os.fstat(handle), os.stat(path)):
                os.ftruncate(handle, 0)
                os.write(handle, my_name().encode())
                return handle
        except FileNotFoundError:
            pass
        except OSError:
            os.close(handle)
            raise
        os.close(handle)


@contextmanager
def held(path: str | Path, what: str, wait: bool = False) -> Iterator[int | None]:
    """Keeps other processes from the thing that a lock file stands for.

    The file names its holder. It is free again when the holder is done or has died.
    Then it is removed, and so are the folders that were made for it, if they are empty.
    The same process may hold it several times. A command that the holder starts, with
    :func:`my_name` in its environment, holds it, too.

    Args:
        path: The lock file; its folder is made if absent.
        what: Name of the locked thing, for the message to others.
        wait: Whether to wait for another holder.

    Yields:
        The descriptor; None if there are no locks (with a warning), or if a process
        that started this one has it.

    Raises:
        BusyError: Another process holds it; the message names the process and its
            machine.
    """
    key = os.path.abspath(path)
    with _guard:
        lock = _held.get(key)
        if lock is None:
            lock = _held[key] = _Lock(Path(key), what, wait)
        lock.count += 1
    try:
        yield lock.handle
    finally:
        with _guard:
            lock.count -= 1
            if not lock.count and _held.get(key) is lock:
                del _held[key]
                lock.release()


def my_name() -> str:
    """Name of this process in a lock file: its machine and its number."""
    return f'{socket.gethostname()} {os.getpid()}'


class _Lock:
    def __init__(self, path: Path, what: str, wait: bool) -> None:
        self.path, self.count, self.handle = path, 0, None
        folders = (path.parent, *path.parent.parents)
        self.made = [folder for folder in folders if not folder.exists()]
        path.parent.mkdir(parents=True, exist_ok=True)
        holder = None
        while holder is None:
            try:
                self.handle = open_locked(path, wait)
            except OSError as error:
                warn(
                    f'{path} cannot be locked ({error}): make sure that no other '
                    f'process uses {what} at the same time.',
                    stacklevel=5,
                )
                return
            if self.handle is not None:
                return
            with suppress(FileNotFoundError):  # the holder is done by now
                holder = path.read_text(encoding='utf-8', errors='replace').strip()
        if holder != os.environ.get(HOLDER):
            host, _, number = holder.partition(' ')
            raise BusyError(
                f'{what} is in use by process {number or "?"} on {host or "?"}. Wait '
                'until it has ended, or write to another place.'
            )

    def release(self) -> None:
        if self.handle is None:
            return
        self.path.unlink(missing_ok=True)
        os.close(self.handle)
        for folder in self.made:
            try:
                folder.rmdir()
            except OSError:  # it is not empty
                break


_held: dict[str, _Lock] = {}
_guard = threading.RLock()


def _forget() -> None:
    """In a forked process: a lock ends with its holder, not with its workers."""
    global _guard
    _guard = threading.RLock()
    for lock in _held.values():
        if lock.handle is not None:
            os.close(lock.handle)
    _held.clear()


if hasattr(os, 'register_at_fork'):
    os.register_at_fork(after_in_child=_forget)
