"""Detects files that git-lfs has not fetched."""

import os
from pathlib import Path

_START = b'version https://git-lfs.github.com/spec/v1\n'
_LARGEST = 1024  # bytes, by the specification of git-lfs


def is_pointer(path: str | os.PathLike) -> bool:
    """True if a file is a pointer of git-lfs, in place of a file that is not fetched.

    Source: docs/spec.md of github.com/git-lfs/git-lfs.
    """
    path = Path(path)
    try:
        if not path.is_file() or path.stat().st_size >= _LARGEST:
            return False
        return path.read_bytes().startswith(_START)
    except OSError:
        return False
