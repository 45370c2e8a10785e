"""An index of the frame names of every clip, kept on disk between two starts.

A frame folder of one of the benchmarks has about a million files, and listing them
takes minutes on a network file system. The index keeps the names. A folder is listed
again unless it has the same times of last change as when it was listed; this holds for
the clips' folders, too.
"""

import errno
import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from pathlib import Path
from time import time_ns
from typing import NamedTuple

from .frame_names import is_frame, natural_sorted
from .index_store import IndexStore

# A folder that changed so shortly before it was listed may have changed once more in
# the same tick of the file system's clock (ns; FAT has ticks of two seconds).
_TICK = 3 * 10**9
# Waiting for a network file system needs many threads, but no core.
_THREADS = 16
_CHUNK = 256

Track = Callable[[Iterable, int], Iterator]


class Listing(NamedTuple):
    """A folder at the time when it was listed.

    Attributes:
        path: Below the media folder, with slashes; the media folder itself is ``''``.
        names: Sub-folders, or for a clip's folder its frames in order; joined by NUL,
            the one character that no file name has.
        count: Number of names.
        ignored: Number of other entries.
        modified: Time of the last change of its content, ns.
        changed: Time of the last change of the folder, its owner or its rights, ns.
        listed: Time of the listing, ns.
    """

    path: str
    names: bytes
    count: int
    ignored: int
    modified: int
    changed: int
    listed: int

    def split(self) -> list[str]:
        """The names."""
        return os.fsdecode(self.names).split('\0') if self.count else []

    def is_current(self, folder: str) -> bool:
        """True if the folder has not changed since then.

        Args:
            folder: The media folder.
        """
        try:
            state = os.stat(os.path.join(folder, self.path))
        except OSError:
            return False
        same = (state.st_mtime_ns, state.st_ctime_ns) == (self.modified, self.changed)
        # Some file systems have no times and give 0.
        settled = self.listed - max(self.modified, self.changed) > _TICK
        return same and settled and self.modified > 0


class ClipIndex:
    """Frame names of all clips below a folder. Made by :func:`open_index`.

    Args:
        folder: The media folder.
        depth: How many folders deep the clips are: 1 for ``<folder>/00001``.
        listings: All folders down to that depth.
    """

    def __init__(self, folder: Path, depth: int, listings: Iterable[Listing]) -> None:
        self.folder = folder
        self.depth = depth
        self._listings = {each.path: each for each in listings}

    @property
    def listings(self) -> list[Listing]:
        """All folders."""
        return list(self._listings.values())

    @property
    def clips(self) -> list[str]:
        """All folders at the depth of a clip, in natural order."""
        return natural_sorted(path for path in self._listings if path in self)

    def __contains__(self, clip: str) -> bool:
        deep = clip != '' and clip.count('/') == self.depth - 1
        return deep and clip in self._listings

    def frames(self, clip: str) -> list[str]:
        """The clip's frame files, in the order of their numbers; KeyError if absent."""
        return self._listings[clip].split()

    def num_frames(self, clip: str) -> int:
        """Number of frames of the clip; KeyError if it is absent."""
        return self._listings[clip].count

    def num_ignored(self, clip: str) -> int:
        """Number of entries of the clip's folder that are not frames."""
        return self._listings[clip].ignored

    def is_current(self) -> bool:
        """True if no folder has changed since it was listed."""
        if '' not in self._listings:
            return False
        for each in self.listings:
            # A folder that could not be read has no listing; it may have one now.
            if each.path.count('/') < self.depth - 1 or not each.path:
                children = (_join(each.path, name) for name in each.split())
                if not all(child in self._listings for child in children):
                    return False
        folder = str(self.folder)

        def check(chunk: list[Listing]) -> bool:
            return all(each.is_current(folder) for each in chunk)

        with ThreadPoolExecutor(_THREADS) as pool:
            return all(pool.map(check, _chunks(self.listings)))


def open_index(
    folder: str | Path,
    depth: int,
    root: str | Path | None = None,
    *,
    track: Track = lambda steps, total: iter(steps),
) -> ClipIndex:
    """Opens the index of a media folder, after bringing it up to date.

    It is kept in ``<root>/.tgdfer_mm``, or in the user's cache folder if nothing can be
    written there. If several processes open it, one lists the files and the others wait
    for it. Without a place to write, or without locks in the file system, each lists
    them.

    Args:
        folder: The media folder.
        depth: How many folders deep the clips are: 1 for ``<folder>/00001``.
        root: Root of the data set, below which the index is kept; by default
            `folder` itself.
        track: Function that gets the steps of the listing and their number, and shows
            progress.

    Raises:
        NotADirectoryError: There is no such folder.
    """
    folder = Path(folder).absolute()
    if not folder.is_dir():
        raise NotADirectoryError(f'{folder} is not a folder')
    store = IndexStore(folder, depth, Path(root or folder).absolute())
    index, current = _stored(store, folder, depth)
    if current:
        return index
    with store.locked():
        # The process that had the lock may have listed the files by now.
        index, current = _stored(store, folder, depth)
        if not current:
            index = _list(folder, depth, index, track)
            store.save(index.listings)
    return index


def _stored(store: IndexStore, folder: Path, depth: int) -> tuple[ClipIndex, bool]:
    """A stored index, and whether it is current; the last one if none is current."""
    index = ClipIndex(folder, depth, [])
    # There may be two: one of another user, and our own in the cache.
    for listings in store.load(Listing):
        index = ClipIndex(folder, depth, listings)
        if index.is_current():
            return index, True
    return index, False


def _list(folder: Path, depth: int, known: ClipIndex, track: Track) -> ClipIndex:
    """Lists all folders again that have changed."""
    old = {each.path: each for each in known.listings}
    root, found, level = str(folder), [], ['']

    def read(chunk: list[str]) -> list[Listing]:
        listings = (_read(root, path, leaf, old.get(path)) for path in chunk)
        return [each for each in listings if each]

    with ThreadPoolExecutor(_THREADS) as pool:
        for deep in range(depth + 1):
            leaf = deep == depth
            chunks = _chunks(level)
            steps = pool.map(read, chunks)
            done = track(steps, len(chunks)) if leaf else steps
            here = list(chain.from_iterable(done))
            found += here
            level = [_join(each.path, name) for each in here for name in each.split()]
    return ClipIndex(folder, depth, found)


def _read(root: str, path: str, leaf: bool, old: Listing | None) -> Listing | None:
    """One folder, listed again if necessary; None if it cannot be read."""
    if old and old.is_current(root):
        return old
    folder = os.path.join(root, path)
    try:
        state, now = os.stat(folder), time_ns()
        with os.scandir(folder) as scan:
            entries = list(scan)
    except OSError:
        return None
    wanted = _is_frame if leaf else _is_folder
    names = natural_sorted(entry.name for entry in entries if wanted(entry))
    return Listing(
        path,
        b'\0'.join(map(os.fsencode, names)),
        len(names),
        len(entries) - len(names),
        state.st_mtime_ns,
        state.st_ctime_ns,
        now,
    )


def _is_frame(entry: os.DirEntry) -> bool:
    return is_frame(entry.name) and not entry.is_dir(follow_symlinks=False)


def _is_folder(entry: os.DirEntry) -> bool:
    if entry.name[0] == '.':
        return False
    try:
        if not entry.is_dir():
            return False
    except OSError:  # a link to itself
        return False
    return not (entry.is_symlink() and leads_up(entry.path))


def leads_up(link: str | Path) -> bool:
    """True if a symbolic link leads to itself or to a folder above it."""
    try:
        os.stat(link)
    except OSError as err:
        return err.errno == errno.ELOOP
    target, place = os.path.realpath(link), os.path.realpath(os.path.dirname(link))
    return os.path.commonpath([target, place]) == target


def _join(path: str, name: str) -> str:
    return f'{path}/{name}' if path else name


def _chunks(items: list) -> list[list]:
    return [items[i : i + _CHUNK] for i in range(0, len(items), _CHUNK)]
