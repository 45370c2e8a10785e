"""Finds, reads and writes the file of a clip index."""

import hashlib
import os
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar

import numpy as np

from ..files import replacing
from ..locks import lock_file

_FORMAT = 1
FOLDER = '.tgdfer_mm'
T = TypeVar('T')
_MOST = 1 << 30  # bytes; a million frames take 30 MB


class IndexStore:
    """Keeps rows of bytes and numbers: below the data root or in the user's cache.

    The file is a compressed npz without a pickle in it.

    Args:
        folder: The media folder that is indexed.
        depth: Depth of the clips below the folder.
        root: Root of the data set.
    """

    def __init__(self, folder: Path, depth: int, root: Path) -> None:
        # Below the root a relative path, so that a data set may be moved as a whole.
        below = folder.is_relative_to(root)
        own = folder.relative_to(root) if below else folder
        cache = Path(os.environ.get('XDG_CACHE_HOME') or '~/.cache').expanduser()
        self._places = (
            (root / FOLDER / _name(own, folder.name, depth), str(own)),
            (cache / 'tgdfer_mm' / _name(folder, folder.name, depth), str(folder)),
        )

    @property
    def paths(self) -> list[Path]:
        """Possible places of the file, the best one first."""
        return [path for path, _ in self._places]

    def load(self, row: Callable[..., T]) -> Iterator[list[T]]:
        """Reads the rows from each place where there is a file that can be read.

        Args:
            row: Function that makes a row from its path, bytes and numbers.
        """
        for path, folder in self._places:
            # A damaged or foreign file can make numpy raise any error. It is only a
            # cache, and is created again.
            with suppress(Exception):
                yield _rows(_read(path), folder, row)

    def save(self, rows: list[tuple]) -> Path | None:
        """Writes the rows to the first possible place; returns it, or None."""
        for path, folder in self._places:
            try:
                with replacing(path) as temporary, open(temporary, 'wb') as file:
                    np.savez_compressed(file, **_columns(rows, folder))
            except OSError:
                continue
            return path
        return None

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Holds the lock of the file, after waiting for it.

        A lock ends with its process, so after a kill no process waits for ever. Without
        locks several processes do the same work, and the last one to finish writes the
        file.
        """
        handle = self._open_lock()
        if handle is None:
            yield
            return
        try:
            with suppress(OSError):  # there are no locks
                lock_file(handle)
            yield
        finally:
            os.close(handle)

    def _open_lock(self) -> int | None:
        for path in self.paths:
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                place = path.with_suffix('.lock')
                return os.open(place, os.O_RDWR | os.O_CREAT, 0o666)
            except OSError:
                continue
        return None


def _name(path: Path, readable: str, depth: int) -> str:
    digest = hashlib.sha256(os.fsencode(path) + b'\0%d' % depth).hexdigest()[:12]
    return f'{readable}-{digest}.npz'


def _read(path: Path) -> dict[str, np.ndarray]:
    # The file may come with a data set, from anybody.
    with zipfile.ZipFile(path) as archive:
        if sum(part.file_size for part in archive.infolist()) > _MOST:
            raise ValueError('more than any index holds')
    with np.load(path, allow_pickle=False) as file:
        return {name: file[name] for name in file.files}


def _columns(rows: list[tuple], folder: str) -> dict[str, np.ndarray]:
    paths = b'\0'.join(os.fsencode(row[0]) for row in rows)
    return {
        'format': np.array(_FORMAT),
        'folder': np.frombuffer(os.fsencode(folder), np.uint8),
        'paths': np.frombuffer(paths, np.uint8),
        'names': np.frombuffer(b''.join(row[1] for row in rows), np.uint8),
        'sizes': np.array([len(row[1]) for row in rows], np.int64),
        'numbers': np.array([row[2:] for row in rows], np.int64),
    }


def _rows(columns: dict, folder: str, row: Callable[..., T]) -> list[T]:
    whose = os.fsdecode(columns['folder'].tobytes())
    if columns['format'] != _FORMAT or whose != folder:
        raise ValueError('of another version or another folder')
    paths = columns['paths'].tobytes().split(b'\0')
    names, ends = columns['names'].tobytes(), columns['sizes'].cumsum().tolist()
    starts = [0, *ends[:-1]]
    return [
        row(os.fsdecode(path), names[start:end], *numbers)
        for path, start, end, numbers in zip(
            paths, starts, ends, columns['numbers'].tolist(), strict=True
        )
    ]
