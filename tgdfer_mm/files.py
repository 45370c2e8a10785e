"""Files that are there completely or not at all, and what they hold."""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from glob import escape
from pathlib import Path


@contextmanager
def replacing(path: str | Path) -> Iterator[Path]:
    """Gives a temporary path, whose file takes the place of `path` if all went well.

    A process that dies meanwhile leaves the former file untouched, a reader never
    meets half a file, and of several writers the last one to finish wins.

    Args:
        path: File to write; its folder is made if absent.

    Yields:
        Where to write. On an error that file is removed and `path` stays as it was.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f'.{path.name}.{os.getpid()}.tmp')
    try:
        yield temporary
        _sync(temporary)
        os.replace(temporary, path)
        _sync(path.parent)  # the new name has to reach the disk too
    finally:
        temporary.unlink(missing_ok=True)


def remove_leftovers(path: str | Path) -> None:
    """Removes what processes left that died while writing `path`."""
    path = Path(path)
    for temporary in path.parent.glob(f'.{escape(path.name)}.*.tmp'):
        temporary.unlink(missing_ok=True)


def write_text(path: str | Path, text: str) -> None:
    """Writes a text file, whole or not at all."""
    with replacing(path) as temporary:
        temporary.write_text(text, encoding='utf-8')


def file_hash(path: str | Path) -> str:
    """SHA-256 of a file's content, hexadecimal."""
    with open(path, 'rb') as file:
        return hashlib.file_digest(file, 'sha256').hexdigest()


def _sync(path: Path) -> None:
    if os.name == 'nt':  # opens no folder, and syncs nothing opened for reading
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
