"""The file format of computed features: a header and one memory-mapped array."""

import json
from collections.abc import Mapping
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from warnings import warn
from zlib import crc32

import numpy as np

from ..files import parse_json

SCHEMA = 'tgdfer_mm.features/1'
HEADER, ARRAY = 'header.json', 'features.npy'


class FeatureCacheError(ValueError):
    """Cached features cannot be computed, or do not fit the run."""

    exit_code = 2  # of a command


class FeatureStore:
    """Cached features of every frame of every clip, in several views.

    The folder has ``header.json``, which says how they were computed, and
    ``features.npy``, an array (V, F, D) over the frames of all clips, one clip after
    the other. The header has a hash of itself and a CRC-32 of each clip's features,
    which is compared when the clip is first read in a process.

    Args:
        path: The folder.
        key: The expected result of :func:`key_of` for ``parts``; None accepts any.

    Attributes:
        parts: The description of their computation; see
            :class:`~tgdfer_mm.features.Plan`.
        options: The options of the plan.
        views: Names of the V views.
        clips: Name of each clip to its first row, its number of frames and the identity
            of its files.
        damaged: Name of each clip that could not be read, to the reason.
        array: (V, F, D), memory-mapped and read-only.

    Raises:
        FeatureCacheError: If there are none, or they have another format version, are
            damaged, or have another key.
    """

    def __init__(self, path: str | Path, key: str | None = None) -> None:
        self.path = Path(path)
        header = _read_header(self.path)
        try:
            rows = self._take(header)
        except (KeyError, TypeError, ValueError) as error:
            raise FeatureCacheError(
                f'{self.path / HEADER} is damaged ({type(error).__name__}: {error}); '
                'delete the folder and compute the features again.'
            ) from error
        if self.key != header['key']:
            raise FeatureCacheError(
                f'{self.path / HEADER} has been changed by hand; delete the folder and '
                'compute the features again.'
            )
        if key is not None and key != self.key:
            raise FeatureCacheError(
                f'{self.path} holds the features with the key {self.key}, this run '
                f'needs {key}: tower, pictures or transforms have changed since then. '
                'Run the original config with --cache-features again.'
            )
        try:
            self.array = np.load(self.path / ARRAY, mmap_mode='r', allow_pickle=False)
        # For damaged files numpy raises many kinds of exceptions.
        except Exception as error:
            raise FeatureCacheError(
                f'{self.path / ARRAY} is missing, cut off or damaged ({error}); delete '
                'the folder and compute the features again.'
            ) from error
        wanted = (len(self.views), rows)
        if self.array.shape[:2] != wanted:
            raise FeatureCacheError(
                f'{self.path / ARRAY} has the shape {self.array.shape}, but its header '
                f'has {wanted[0]} views of {wanted[1]} frames; delete the folder and '
                'compute the features again.'
            )
        self._unchecked = set(self.clips)
        if self._sums is None:
            self._unchecked = set()
            warn(
                f'{self.path} was computed by an earlier version and has no '
                'checksums, so damage would not be noticed. Compute the features '
                'again to have them.',
                stacklevel=1,  # at every place that opens it, so that it is logged once
            )

    def _take(self, header: dict) -> int:
        """Reads the facts from the header; returns the number of all frames."""
        self.parts = header['parts']
        self.views = tuple(self.parts['views'])
        self.options = header['options']
        self.damaged = dict(header['damaged'])
        rows = np.cumsum([0, *header['frames']]).tolist()
        self.clips = {
            clip: (row, frames, identity)
            for clip, row, frames, identity in zip(
                *(header['clips'], rows[:-1], header['frames'], header['identities']),
                strict=True,
            )
        }
        sums = header.get('sums')
        self._sums = sums and dict(zip(self.clips, sums, strict=True))
        self.key = key_of(self.parts)
        return rows[-1]

    def check(self) -> None:
        """Compares all features with their checksums, about 2 GB a second.

        Raises:
            FeatureCacheError: If some are damaged; the message names a clip.
        """
        for clip in list(self._unchecked):
            self._check(clip)

    def _check(self, clip: str) -> None:
        row, frames, _ = self.clips[clip]
        # Features that could not be computed are never read.
        found = checksum(self.array[:, row : row + frames])
        if clip not in self.damaged and found != self._sums[clip]:
            raise FeatureCacheError(
                f'{self.path / ARRAY} is damaged: the features of clip {clip} do not '
                'have their checksum. Delete the folder and compute them again.'
            )
        self._unchecked.discard(clip)

    def __reduce__(self) -> tuple:
        # Only the name is sent to a loader's process, not the content.
        return open_store, (str(self.path), self.key)

    def num_frames(self, clip: str) -> int:
        """Number of frames of a clip.

        Raises:
            FeatureCacheError: If the clip is not in the cache.
        """
        return self._find(clip)[1]

    def gather(self, clip: str, inds: np.ndarray, view: str = 'plain') -> np.ndarray:
        """Features of some frames of a clip, (len(inds), D), single precision.

        Args:
            clip: Its name.
            inds: The frames, counted from 0.
            view: Name of the view.

        Raises:
            FeatureCacheError: If the clip or the view is not in the cache, or is
                damaged.
        """
        if view not in self.views:
            raise FeatureCacheError(
                f'{self.path} has the views {list(self.views)}, not {view!r}.'
            )
        rows = self.rows(clip, inds)
        if clip in self._unchecked:
            self._check(clip)
        return self.array[self.views.index(view), rows].astype(np.float32, copy=False)

    def rows(self, clip: str, inds: np.ndarray) -> np.ndarray:
        """Rows of some frames of a clip.

        Args:
            clip: Its name.
            inds: The frames, counted from 0.
        """
        return self._find(clip)[0] + inds

    def _find(self, clip: str) -> tuple[int, int, str]:
        if clip not in self.clips:
            raise FeatureCacheError(
                f'{self.path} has no features of clip {clip}, only of '
                f'{len(self.clips)} others. Compute the features again.'
            )
        return self.clips[clip]


@lru_cache(maxsize=4)
def open_store(path: str, key: str | None = None) -> FeatureStore:
    """Opens cached features once for all data sets of a process."""
    return FeatureStore(path, key)


def checksum(features: np.ndarray) -> int:
    """CRC-32 of the stored features of a clip, all views (V, F, D)."""
    return crc32(np.ascontiguousarray(features))


def digest_of_header(header: Mapping) -> str:
    """SHA-256 of a header, without its own entry."""
    text = json.dumps(
        {k: v for k, v in header.items() if k != 'sha256'}, sort_keys=True
    )
    return sha256(text.encode()).hexdigest()


def key_of(parts: Mapping) -> str:
    """The key of features: a hash of everything they are computed from."""
    text = json.dumps(parts, sort_keys=True, separators=(',', ':'))
    return sha256(text.encode()).hexdigest()


def differences(theirs: Mapping, ours: Mapping) -> list[str]:
    """Names the differences between two values of ``parts``."""
    return [key for key in sorted({*theirs, *ours}) if theirs.get(key) != ours.get(key)]


def _read_header(path: Path) -> dict:
    try:
        header = parse_json((path / HEADER).read_text(encoding='utf-8'))
    except FileNotFoundError:
        raise FeatureCacheError(
            f'{path} holds no computed features (no {HEADER}, which is written last); '
            'compute them with `tgdfer features`.'
        ) from None
    except (OSError, ValueError) as error:
        raise FeatureCacheError(f'{path / HEADER} is damaged: {error}.') from error
    if not isinstance(header, dict):
        raise FeatureCacheError(
            f'{path / HEADER} is damaged: it holds a {type(header).__name__}.'
        )
    if header.get('schema') != SCHEMA:
        raise FeatureCacheError(
            f'{path / HEADER} has the schema {header.get("schema")!r}, this version '
            f'reads {SCHEMA!r}; compute the features again.'
        )
    if header.get('sha256') not in (None, digest_of_header(header)):
        raise FeatureCacheError(
            f'{path / HEADER} is damaged, or has been changed by hand; delete the '
            'folder and compute the features again.'
        )
    return header
