"""Writes files as a whole or not at all, and reads JSON with checks."""

import errno
import hashlib
import json
import os
import re
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from glob import escape
from itertools import count
from pathlib import Path
from typing import Any

_MOST = 1e15  # of all numbers in a file of this package, except times
_number = count()  # two threads may write the same file


@contextmanager
def replacing(path: str | Path) -> Iterator[Path]:
    """Gives a temporary path; its file replaces `path` at the end if no error occurs.

    If the process dies meanwhile, the earlier file stays unchanged. A reader never gets
    half a file. Of several writers, the last one to finish wins.

    Args:
        path: File to write; its folder is made if absent.

    Yields:
        The path to write to. On an error that file is removed and `path` stays as it
        was.

    Raises:
        OSError: `path` is a folder or a device, or cannot be written; the message names
            it.
    """
    path = Path(path)
    if path.exists() and not path.is_file():
        raise OSError(errno.EINVAL, 'it is a folder or a device, not a file', str(path))
    path.parent.mkdir(parents=True, exist_ok=True)
    own = f'{_machine()}-{os.getpid()}-{next(_number)}'
    temporary = path.with_name(f'.{path.name}.{own}.tmp')
    try:
        yield temporary
        _sync(temporary)
        os.replace(temporary, path)
        _sync(path.parent)  # the new name has to reach the disk too
    except OSError as error:
        if error.filename == str(temporary):  # which no other code knows
            raise type(error)(error.errno, error.strerror, str(path)) from error
        raise
    finally:
        with suppress(OSError):  # for a name that is too long
            temporary.unlink(missing_ok=True)


def remove_leftovers(path: str | Path) -> None:
    """Removes files of processes that died while they wrote `path`.

    Only processes of this machine can be known to have died.
    """
    path = Path(path)
    for temporary in path.parent.glob(f'.{escape(path.name)}.*.tmp'):
        # Version 0.1 wrote the number alone.
        own = re.fullmatch(
            rf'(?:{_machine()}-)?(\d+)(?:-\d+)?', temporary.name.split('.')[-2]
        )
        if own and not is_running(int(own[1])):
            temporary.unlink(missing_ok=True)


class DamagedFileError(ValueError):
    """A file of this package that is damaged or incomplete."""

    exit_code = 2  # of a command


def parse_json(text: str | bytes, **options: Any) -> Any:
    """Calls ``json.loads``, with one error for all faults of the text.

    Args:
        text: JSON.
        **options: Options of ``json.loads``.

    Raises:
        ValueError: It is not JSON, or nested too deep.
    """
    try:
        return json.loads(text, **options)
    except RecursionError:
        raise ValueError('it is nested too deep') from None


def read_json(path: str | Path, *keys: str) -> dict:
    """Reads a JSON file with an object in it.

    Args:
        path: The file.
        *keys: Keys that the object must have.

    Raises:
        DamagedFileError: It cannot be read, or lacks a key; the message names the file.
    """
    try:
        text = Path(path).read_text(encoding='utf-8-sig')
        content = parse_json(text, object_pairs_hook=_each_key_once)
    except (OSError, ValueError) as error:
        reason = getattr(error, 'strerror', None) or error
        raise DamagedFileError(f'{path} cannot be read as JSON: {reason}.') from error
    missing = [k for k in keys if not isinstance(content, dict) or k not in content]
    if missing or not isinstance(content, dict):
        lacks = f'it lacks {missing[0]!r}' if missing else 'it holds no object'
        raise DamagedFileError(f'{path} does not hold what it should: {lacks}.')
    return content


def read_lines(path: str | Path) -> list[str]:
    """The lines of a file of JSON lines, in UTF-8.

    ``str.splitlines`` would also divide at U+2028 and others, which may stand within a
    text of JSON.

    Raises:
        OSError: The file cannot be read.
        UnicodeDecodeError: It is not in UTF-8.
    """
    text = Path(path).read_text(encoding='utf-8-sig')
    return text.removesuffix('\n').split('\n') if text else []


def _each_key_once(pairs: list[tuple[str, Any]]) -> dict:
    """An object of JSON; refuses a key that is there twice, which json does not."""
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in found if keys.count(key) > 1)
        raise ValueError(f'{twice!r} is there twice')
    return found


def has_kinds(content: Any, kinds: Mapping[str, Any]) -> bool:
    """True if the content of a JSON file is an object with values of some kinds.

    Args:
        content: Content of a JSON file.
        kinds: Key -> type or types for ``isinstance``. A number must be one that can be
            summed: not NaN, not infinity, and at most a quadrillion.
    """
    return isinstance(content, Mapping) and all(
        key in content and isinstance(content[key], kind) and is_usable(content[key])
        for key, kind in kinds.items()
    )


def is_usable(value: Any) -> bool:
    """False for a number that ``json`` reads but that cannot be summed."""
    return not isinstance(value, int | float) or abs(value) < _MOST


def write_text(path: str | Path, text: str, errors: str = 'strict') -> None:
    """Writes a text file in UTF-8, whole or not at all.

    Args:
        path: The file.
        text: Its text.
        errors: ``surrogateescape`` for names of files, which may not be UTF-8.
    """
    with replacing(path) as temporary:
        temporary.write_text(text, encoding='utf-8', errors=errors)


def file_hash(path: str | Path) -> str:
    """SHA-256 of a file's content, hexadecimal."""
    with open(path, 'rb') as file:
        return hashlib.file_digest(file, 'sha256').hexdigest()


def is_running(number: int) -> bool:
    """True if this machine has a process of that number, or if that is unknown."""
    if os.name == 'nt':  # there a signal of 0 ends a process
        return True
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    except OSError:  # somebody else's
        pass
    return True


def _machine() -> str:
    return hashlib.sha256(socket.gethostname().encode()).hexdigest()[:8]


def _sync(path: Path) -> None:
    if os.name == 'nt':  # opens no folder, and syncs nothing opened for reading
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
