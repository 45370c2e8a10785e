"""How much archives may hold, before anything of them is read."""

import zipfile
from collections.abc import Iterable
from dataclasses import dataclass

from ....terminal import one_line


class ArchiveError(ValueError):
    """An archive, or an entry of one, that cannot or must not be unpacked.

    Args:
        archive: The archive; for a nested one also those around it.
        entry: The entry, if it is about one.
        problem: What is wrong.
    """

    def __init__(self, archive: str, entry: str | None, problem: str) -> None:
        where = one_line(archive)
        if entry is not None:
            where += f', entry {entry!r}'
        super().__init__(f'{where}: {problem}')


@dataclass(frozen=True)
class Limits:
    """What real data sets stay far below: the largest has 1.3 million files.

    Attributes:
        depth: Archives inside each other; the first one counts.
        files: Entries of all archives together.
        gigabytes: Of all archives together, unpacked.
        ratio: How many times its own size an archive or an entry may unpack to.
            Pictures and videos hardly shrink, lists some ten times.
    """

    depth: int = 4
    files: int = 5_000_000
    gigabytes: int = 500
    ratio: int = 200


_SMALL = 1 << 20  # bytes: below, a ratio says nothing


class Meter:
    """Counts what archives say that they hold, and ends it when that is too much."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._files = self._bytes = self._packed = self._here = 0

    def begin(self, packed: int) -> None:
        """Begins with an archive on the disk, of so many bytes."""
        self._packed, self._here = packed, 0

    def add(self, archive: str, entries: Iterable[zipfile.ZipInfo], depth: int) -> None:
        """Counts the entries of an archive, the ``depth``-th from outside.

        Raises:
            ArchiveError: If it is more than the limits allow.
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
    """Whether an entry is taken for an archive."""
    return name.lower().endswith('.zip')
