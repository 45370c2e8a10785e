"""Features of a video's frames on disk: plain arrays and JSON, read without copying.

A file's name holds what its content depends on: the video's place, size and time of
change, the model, and how it was read. So whatever changes is another name, and two
processes that write one name write the same.
"""

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
    read_json,
    remove_leftovers,
    replacing,
    write_text,
)
from ...locks import held
from ..writing import naming_what_fails

SCHEMA = 'tgdfer_mm.frame_features/1'
FRAMES = np.dtype(
    [('track', '<i4'), ('time', '<f8'), ('index', '<i8'), ('box', '<f4', (4,))]
)
_FACTS = 'duration', 'complete', 'warnings', 'times_are_stamps', 'seconds_to_read'
_LONGEST_NAME = 80  # bytes of a video's name in that of its files


@dataclass(frozen=True)
class KeptVideo:
    """What is kept of one video.

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
    """The features of a folder's videos, of one model and one way of reading.

    Args:
        folder: Where all indices are kept.
        root: The videos' folder: their places are noted from there, so that both can
            be moved together.
        way: Plain data that says which model gave the features, and how videos were
            read for it.
    """

    def __init__(self, folder: str | Path, root: str | Path, way: dict) -> None:
        self.folder = Path(folder) / _digest(way)[:12]
        self._root = Path(root)
        self._way = way

    def find(self, video: Path) -> KeptVideo | None:
        """What is kept of a video as it is now; None if nothing is.

        Raises:
            DamagedFileError: A file of it does not hold what it should; names it.
            OSError: The video cannot be looked at.
        """
        stem = self._stem(video)
        about_file = _with(stem, '.json')
        if not about_file.exists():
            return None
        about = read_json(about_file, 'schema', 'rows', 'width', *_FACTS)
        if about['schema'] != SCHEMA:
            raise DamagedFileError(f'{about_file} is no {SCHEMA}.')
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
        self, video: Path, about: dict, frames: np.ndarray, features: np.ndarray
    ) -> None:
        """Keeps what was read of a video, and removes what is out of date.

        Raises:
            OutputError: It cannot be written.
        """
        stem = self._stem(video)
        about = dict(
            schema=SCHEMA,
            video=self._place(video),
            rows=len(features),
            width=features.shape[1],
            **about,
        )
        with naming_what_fails(stem, '--index'):
            way = self.folder / 'index.json'
            if not way.exists():
                write_text(way, json.dumps(self._way, indent=1) + '\n')
            for name, array in (('.frames', frames), ('.features', features)):
                with replacing(_with(stem, f'{name}.npy')) as temporary:
                    with temporary.open('wb') as file:
                        np.save(file, array, allow_pickle=False)
            # The last one: without it the others do not count.
            write_text(_with(stem, '.json'), json.dumps(about) + '\n')
            self._remove_others(video, stem)

    def remove(self, video: Path) -> None:
        """Removes what is kept of a video, if anything is."""
        stem = self._stem(video)
        with naming_what_fails(stem, '--index'):
            _with(stem, '.json').unlink(missing_ok=True)

    @contextmanager
    def locked(self, video: Path) -> Iterator[None]:
        """Waits until no other process reads this video for this index.

        Raises:
            OutputError: Nothing can be written here.
        """
        stem = self._stem(video)
        with ExitStack() as stack:
            with naming_what_fails(stem, '--index'):
                lock = _with(stem, '.lock')
                stack.enter_context(held(lock, f'the index of {video}', wait=True))
            yield

    def size(self) -> int:
        """Bytes of all files."""
        return sum(file.stat().st_size for file in self.folder.glob('*.npy'))

    def _place(self, video: Path) -> str:
        return Path(os.path.relpath(video, self._root)).as_posix()

    def _of_place(self, video: Path) -> str:
        name = os.fsdecode(os.fsencode(video.stem)[:_LONGEST_NAME])
        return f'{name}-{_digest(self._place(video))[:10]}'

    def _stem(self, video: Path) -> Path:
        found = video.stat()
        state = [found.st_size, found.st_mtime_ns]
        return self.folder / f'{self._of_place(video)}.{_digest(state)[:10]}'

    def _remove_others(self, video: Path, stem: Path) -> None:
        start = f'{self._of_place(video)}.'
        for name in os.listdir(self.folder):
            if name.startswith(start) and not name.startswith(f'{stem.name}.'):
                if not name.endswith('.lock'):
                    with suppress(OSError):
                        (self.folder / name).unlink()
        for end in ('.frames.npy', '.features.npy', '.json'):
            remove_leftovers(_with(stem, end))


def _with(stem: Path, end: str) -> Path:
    return stem.with_name(stem.name + end)


def _load(path: Path) -> np.ndarray:
    try:
        return np.load(path, mmap_mode='r', allow_pickle=False)
    except (OSError, ValueError, EOFError, TypeError) as error:
        raise DamagedFileError(f'{path} cannot be read: {error}.') from error


def _digest(content: Any) -> str:
    text = json.dumps(content, sort_keys=True)
    return hashlib.sha256(text.encode('utf-8', 'surrogateescape')).hexdigest()
