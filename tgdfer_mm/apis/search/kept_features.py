"""Features of a video's frames on disk: plain arrays and JSON, mapped into memory.

The JSON file of a video has the digest of the file that was read, and is written last.
The arrays have the digest of that content in their names, so a JSON file never belongs
to other arrays.
"""

import errno
import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ...files import (
    DamagedFileError,
    has_kinds,
    read_json,
    remove_leftovers,
    replacing,
    write_text,
)
from ...locks import held
from ..many.made_from import is_same_file
from ..writing import naming_what_fails

SCHEMA = 'tgdfer_mm.frame_features/1'
FRAMES = np.dtype(
    [('track', '<i4'), ('time', '<f8'), ('index', '<i8'), ('box', '<f4', (4,))]
)
_KINDS = dict(
    schema=str,
    file=dict,
    rows=int,
    width=int,
    duration=int | float,
    complete=bool,
    warnings=list,
    times_are_stamps=bool,
    seconds_to_read=int | float,
)
_DIGITS = 10  # of a digest in a name
_MAPPED = 64_000  # size from which a file is mapped and not read, bytes
_LONGEST_NAME = 80  # bytes of a video's name in that of its files


@dataclass(frozen=True)
class KeptVideo:
    """The kept features of one video.

    Attributes:
        path: The video.
        about: Plain data: `duration`, `complete`, `warnings`, `times_are_stamps`.
        frames: (n,) of :data:`FRAMES`, by track and then by time; tracks are numbered
            from 1 by their start, as in a result.
        features: Their unit features, (n, D) float16.
    """

    path: Path
    about: Mapping[str, Any]
    frames: np.ndarray
    features: np.ndarray


class KeptFeatures:
    """The features of a folder's videos, for one model and one way of reading.

    Args:
        folder: Folder of all indices.
        root: The videos' folder: paths are noted relative to it, so that both can be
            moved together.
        way: Plain data about the model of the features and the settings of reading.
    """

    def __init__(self, folder: str | Path, root: str | Path, way: dict) -> None:
        self.folder = Path(folder) / _digest(way)[:12]
        self._root = Path(root)
        self._way = way

    def find(self, video: Path) -> KeptVideo | None:
        """The kept features of a video in its present state; None if there are none.

        Raises:
            DamagedFileError: One of its files is damaged; the message names it.
            OSError: The video cannot be opened.
        """
        stem = self._stem(video)
        about_file = _with(stem, '.json')
        if not about_file.exists():
            return None
        about = read_json(about_file, *_KINDS)
        right = has_kinds(about, _KINDS) and has_kinds(about['file'], dict(size=int))
        if about['schema'] != SCHEMA or not right:
            raise DamagedFileError(f'{about_file} is no {SCHEMA}.')
        if not is_same_file(str(video), about['file']):
            return None
        self._note_time(video, about_file, about)
        stem = _arrays(stem, about['file'])
        frames = _load(_with(stem, '.frames.npy'))
        features = _load(_with(stem, '.features.npy'))
        size = about['rows'], about['width']
        if frames.dtype != FRAMES or frames.shape != size[:1]:
            raise DamagedFileError(f'{stem}.frames.npy is not of {size[0]} frames.')
        if features.dtype != np.float16 or features.shape != size:
            raise DamagedFileError(f'{stem}.features.npy is not of the size {size}.')
        if (np.diff(frames['track']) < 0).any() or not np.isfinite(
            frames['time']
        ).all():
            raise DamagedFileError(f'{stem}.frames.npy holds no tracks.')
        return KeptVideo(video, about, frames, features)

    def keep(
        self,
        video: Path,
        file: Mapping[str, Any],
        about: Mapping[str, Any],
        frames: np.ndarray,
        features: np.ndarray,
    ) -> None:
        """Saves the features of a video, and removes older ones.

        Args:
            video: Its path.
            file: Result of :func:`file_facts` before the video was read.
            about: See :class:`KeptVideo`.
            frames: See there.
            features: See there.

        Raises:
            OutputError: It cannot be written.
        """
        stem = self._stem(video)
        arrays = _arrays(stem, file)
        rows, width = features.shape
        facts = dict(schema=SCHEMA, video=self._place(video), file=file)
        facts |= dict(rows=rows, width=width, **about)
        with naming_what_fails(stem, '--index'):
            way = self.folder / 'index.json'
            if not way.exists():
                write_text(way, json.dumps(self._way, indent=1) + '\n')
            for name, array in (('.frames', frames), ('.features', features)):
                with replacing(_with(arrays, f'{name}.npy')) as temporary:
                    with temporary.open('wb') as handle:
                        np.save(handle, array, allow_pickle=False)
            write_text(_with(stem, '.json'), json.dumps(facts) + '\n')
            self._remove_others(stem, arrays)

    def remove(self, video: Path) -> None:
        """Removes the features of a video, if there are any."""
        stem = self._stem(video)
        with naming_what_fails(stem, '--index'):
            _with(stem, '.json').unlink(missing_ok=True)

    @contextmanager
    def locked(self, video: Path, wait: bool) -> Iterator[None]:
        """Keeps other processes from reading this video for this index meanwhile.

        Args:
            video: The video.
            wait: Whether to wait for another process that reads it.

        Raises:
            BusyError: Another process reads it, and `wait` is false.
            OutputError: Nothing can be written here.
        """
        stem = self._stem(video)
        with ExitStack() as stack:
            with naming_what_fails(stem, '--index'):
                lock = _with(stem, '.lock')
                stack.enter_context(held(lock, f'the index of {video}', wait))
            yield

    def size(self) -> int:
        """Bytes of all files."""
        return sum(file.stat().st_size for file in self.folder.glob('*.npy'))

    def _place(self, video: Path) -> str:
        return Path(os.path.relpath(video, self._root)).as_posix()

    def _stem(self, video: Path) -> Path:
        name = os.fsdecode(os.fsencode(video.stem)[:_LONGEST_NAME])
        return self.folder / f'{name}-{_digest(self._place(video))[:_DIGITS]}'

    def _note_time(self, video: Path, about_file: Path, about: dict) -> None:
        """Notes the time of a copy, so that its content is not read each time."""
        time = video.stat().st_mtime_ns
        if time != about['file'].get('mtime_ns'):
            about['file']['mtime_ns'] = time
            with suppress(OSError):  # the index is read-only
                write_text(about_file, json.dumps(about) + '\n')

    def _remove_others(self, stem: Path, arrays: Path) -> None:
        ends = '.frames.npy', '.features.npy'
        own = {f'{arrays.name}{end}' for end in ends}
        for name in os.listdir(self.folder):
            if name.startswith(f'{stem.name}.') and name.endswith(ends):
                if name not in own:
                    (self.folder / name).unlink(missing_ok=True)
        for path in (_with(stem, '.json'), *(_with(arrays, end) for end in ends)):
            remove_leftovers(path)


def _arrays(stem: Path, file: Mapping[str, Any]) -> Path:
    return _with(stem, f'.{str(file.get("sha256"))[:_DIGITS]}')


def _with(stem: Path, end: str) -> Path:
    return stem.with_name(stem.name + end)


def _load(path: Path) -> np.ndarray:
    try:
        # A process may map only some ten thousand files; more short clips are read.
        mode = 'r' if path.stat().st_size > _MAPPED else None
        return np.load(path, mmap_mode=mode, allow_pickle=False)
    except (OSError, ValueError, EOFError, TypeError, MemoryError) as error:
        if getattr(error, 'errno', None) in (errno.ENOMEM, errno.EMFILE, errno.ENFILE):
            raise
        raise DamagedFileError(f'{path} cannot be read: {error}.') from error


def _digest(content: Any) -> str:
    text = json.dumps(content, sort_keys=True)
    return hashlib.sha256(text.encode('utf-8', 'surrogateescape')).hexdigest()
