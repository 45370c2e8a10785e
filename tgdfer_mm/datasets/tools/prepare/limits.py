"""Limits on the contents of archives, checked before anything is read."""

import zipfile
from collections.abc import Iterable
from dataclasses import dataclass

from ....terminal import one_line


class ArchiveError(ValueError):
    """An archive or an entry cannot or must not be unpacked.

    Args:
        archive: The archive, with the archives around a nested one.
        entry: The entry, if the error is about one.
        problem: The problem.
    """

    def __init__(self, archive: str, entry: str | None, problem: str) -> None:
        where = one_line(archive)
        if entry is not None:
            where += f', entry {entry!r}'
        super().__init__(f'{where}: {problem}')


@dataclass(frozen=True)
class Limits:
    """Limits far above real data sets, the largest of which has 1.3 million files.

    Attributes:
        depth: Levels of archives inside each other, with the first one.
        files: Number of entries of all archives together.
        gigabytes: Unpacked size of all archives together, GB.
        ratio: Largest ratio of the unpacked size to the packed size of an archive or an
            entry. It is about 1 for pictures and videos, and about 10 for lists.
    """

    depth: int = 4
    files: int = 5_000_000
    gigabytes: int = 500
    ratio: int = 200


_SMALL = 1 << 20  # bytes: for smaller sizes the ratio is not checked


class Meter:
    """Counts the stated contents of archives, and refuses too much."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._files = self._bytes = self._packed = self._here = 0

    def begin(self, packed: int) -> None:
        """Begins with an archive on the disk of the given size in bytes."""
        self._packed, self._here = packed, 0

    def add(self, archive: str, entries: Iterable[zipfile.ZipInfo], depth: int) -> None:
        """Counts the entries of an archive at level ``depth``.

        Raises:
            ArchiveError: If there is more than the limits allow.
        """
        limits = self._limits
        for each in entries:
            size = each.file_size
            self._files += 1
            self._bytes += size
            self._here += size
            problem = None
            if self._files > limits.files:
                problem = f'more than {limits.files:,} entries', '--max-files'
            elif self._bytes > limits.gigabytes * 1e9:
                problem = f'more than {limits.gigabytes:,} GB unpacked', '--max-gb'
            elif size > max(
                _SMALL, limits.ratio * each.compress_size
            ) or self._here > max(_SMALL, limits.ratio * self._packed):
                problem = f'more than {limits.ratio} times its size', '--max-ratio'
            elif depth >= limits.depth and is_archive(each.filename):
                problem = f'more than {limits.depth} archives deep', '--max-depth'
            if problem:
                raise ArchiveError(
                    archive,
                    each.filename,
                    f'with it this is {problem[0]}, refused; if that is what you '
                    f'expect, give a higher {problem[1]}',
                )


def is_archive(name: str) -> bool:
    """Tells whether an entry is treated as an archive."""
    return name.lower().endswith('.zip')
