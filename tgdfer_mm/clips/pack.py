"""Reads a packed file.

The file has five parts. First magic bytes. Then the frames, clip after clip: the
content of each file, or its raw pixels. Then the CRC-32 of every frame, which is
compared when the frame is first read. Then the index: JSON, and the place of every
frame. At the end a footer with the lengths and the hash of the index. A file that is
cut off has no footer, so it is never read.
"""

import struct
from collections.abc import Iterable
from functools import lru_cache
from hashlib import sha256
from mmap import mmap
from multiprocessing import parent_process
from pathlib import Path
from warnings import warn
from zlib import crc32

import numpy as np

from ..files import parse_json
from .errors import DamagedClipError
from .memory import empty_clip

SCHEMA = 'tgdfer_mm.pack/1'
MAGIC = b'TGDFERPK'
FOOTER = struct.Struct('<QQ32s8s')  # bytes of JSON, number of places, hash, magic
ENCODED, RAW = 'encoded', 'raw'


class PackError(ValueError):
    """A file that is not a pack, is damaged, or has other data."""

    exit_code = 2  # of a command


class Pack:
    """The frames of all clips of a media folder, from one memory-mapped file.

    It has the methods of :class:`~tgdfer_mm.clips.clip_index.ClipIndex`, so that a data
    set takes either. Made by :func:`open_pack`.

    Args:
        path: The file.

    Attributes:
        kind: ``encoded`` (as the files were) or ``raw`` (uint8 pixels, RGB).
        dataset: Name of the data set, and its ``pixel_version``.
        clips: Names of the clips, as paths below the media folder.

    Raises:
        PackError: It is not a pack, or not complete.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        with open(self.path, 'rb') as file:
            size = file.seek(0, 2)
            header, places, digest = _read_index(file, size, self.path)
        if sha256(header + places).digest() != digest:
            raise PackError(f'{self.path}: its index is damaged; pack it again.')
        try:
            self._take(parse_json(header), places)
        except (ValueError, TypeError, LookupError, AttributeError) as error:
            if isinstance(error, PackError):
                raise
            raise PackError(
                f'{self.path}: its index is not what `tgdfer data pack` writes '
                f'({type(error).__name__}: {error}); pack it again.'
            ) from error
        # Shared with the processes that are forked from this one: a checksum takes
        # longer than copying the frame, and loaders have new processes every epoch.
        self._checked = np.frombuffer(mmap(-1, len(self._offsets)), np.uint8)

    def _take(self, index: dict, places: bytes) -> None:
        if index.get('schema') != SCHEMA:
            raise PackError(
                f'{self.path} has the schema {index.get("schema")!r}, not {SCHEMA!r}.'
            )
        self.kind: str = index['kind']
        self.dataset: str = index['dataset']
        self.pixel_version: str = index['pixel_version']
        self.clips: list[str] = index['clips']
        self._place = {clip: i for i, clip in enumerate(self.clips)}
        self._names: list[str] = index['names']
        self._digests: list[str] = index['digests']
        self._shapes: list[list[int]] = index['shapes']
        self._damaged: dict[str, str] = dict(index['damaged'])
        self._first = np.cumsum([0, *index['counts']])
        self._offsets = np.frombuffer(places, '<i8')
        self._data = np.memmap(self.path, np.uint8, 'r')
        self._check_places(index['counts'])
        self._sums = self._checksums(index.get('checksums'))

    def _check_places(self, counts: list[int]) -> None:
        """Checks that all parts of the index are about the same clips and frames."""
        each = (self.clips, self._names, self._digests, self._shapes, counts)
        if len({len(part) for part in each}) != 1:
            raise ValueError('its lists differ in length')
        if not all(type(count) is int and count >= 0 for count in counts):
            raise ValueError('a number of frames is not a number')
        if not all(isinstance(names, str) for names in (*self.clips, *self._names)):
            raise ValueError('a name is not a text')
        if self._first[-1] != len(self._offsets) - 1:
            raise ValueError('not every frame has its place')
        starts = self._offsets
        if starts[0] != len(MAGIC) or (np.diff(starts) < 0).any():
            raise ValueError('the frames do not lie one after another')
        if starts[-1] > len(self._data):
            raise ValueError('frames lie after the end')
        if self.kind == RAW:
            sizes = np.diff(starts[self._first]).tolist()
            for shape, count, size in zip(self._shapes, counts, sizes, strict=True):
                if count and count * 3 * shape[0] * shape[1] != size:
                    raise ValueError('a clip does not have the stated size')

    def _checksums(self, digest: str | None) -> np.ndarray | None:
        if digest is None:
            if parent_process() is None:  # only here, not in every loader's process
                warn(
                    f'{self.path} was packed by an earlier version and has no '
                    'checksums of its frames, so that damage is not noticed when they '
                    'are read; `tgdfer data pack --verify` looks for it.',
                    stacklevel=4,
                )
            return None
        start = int(self._offsets[-1])
        found = self._data[start : start + 4 * (len(self._offsets) - 1)].tobytes()
        if sha256(found).hexdigest() != digest:
            raise PackError(f'{self.path}: its checksums are damaged; pack it again.')
        return np.frombuffer(found, '<u4')

    def check_frames(self, start: int, stop: int) -> None:
        """Compares frames with their checksums, each frame once.

        Args:
            start: The first frame's number among all frames.
            stop: The number after the last one.

        Raises:
            PackError: A frame is damaged.
        """
        for row in range(start, stop) if self._sums is not None else ():
            if self._checked[row]:
                continue
            frame = self._data[slice(*self._offsets[row : row + 2])]
            if crc32(frame) != self._sums[row]:
                clip = self.clips[int(self._first.searchsorted(row, 'right')) - 1]
                raise PackError(
                    f'{self.path} is damaged: a frame of clip {clip} does not have the '
                    'checksum that it was packed with. Pack it again.'
                )
            self._checked[row] = True

    def __reduce__(self) -> tuple:
        # A loader's process gets the name, not the content.
        return open_pack, (str(self.path),)

    def __contains__(self, clip: str) -> bool:
        return clip in self._place

    def frames(self, clip: str) -> list[str]:
        """Names of the clip's frame files, in order; KeyError if it is absent."""
        names = self._names[self._place[clip]]
        return names.split('/') if names else []

    def num_frames(self, clip: str) -> int:
        """Number of frames of the clip; KeyError if it is absent."""
        place = self._place[clip]
        return int(self._first[place + 1] - self._first[place])

    def digest(self, clip: str) -> str:
        """Hash of the clip's frames; KeyError if it is absent."""
        return self._digests[self._place[clip]]

    def is_damaged(self, clip: str) -> bool:
        """True if the clip could not be decoded when it was packed raw."""
        return clip in self._damaged

    def check(self, clip: str) -> None:
        """Refuses a clip that could not be decoded when it was packed raw.

        Raises:
            DamagedClipError: It could not be decoded.
        """
        if clip in self._damaged:
            raise DamagedClipError(clip, self._damaged[clip])

    def rows(self, clip: str, inds: np.ndarray) -> np.ndarray:
        """Numbers of some frames of a clip among all frames.

        Raises:
            DamagedClipError: The clip could not be decoded when it was packed raw.
        """
        self.check(clip)
        return self._first[self._place[clip]] + inds

    def read(self, clip: str, index: int) -> bytes:
        """The content of a frame's file; IndexError if there is no such frame.

        Raises:
            PackError: The frame is damaged.
        """
        if not 0 <= index < self.num_frames(clip):
            raise IndexError(f'{clip} has no frame {index}')
        row = int(self._first[self._place[clip]]) + index
        self.check_frames(row, row + 1)
        return self._data[self._offsets[row] : self._offsets[row + 1]].tobytes()

    def pixels(self, clip: str, inds: Iterable[int]) -> np.ndarray:
        """Some frames of a clip in a raw pack, (T, H, W, 3) RGB uint8, a copy.

        Raises:
            DamagedClipError: The clip could not be decoded when it was packed.
            PackError: A frame is damaged.
        """
        self.check(clip)
        inds = list(inds)
        place = self._place[clip]
        height, width = self._shapes[place]
        start, stop = self._offsets[self._first[place : place + 2]]
        frames = self._data[start:stop].reshape(-1, height, width, 3)
        block = empty_clip((len(inds), height, width, 3))
        first = int(self._first[place])
        for t, index in enumerate(inds):
            row = first + range(len(frames))[index]
            self.check_frames(row, row + 1)
            block[t] = frames[index]
        return block

    def all_pixels(self) -> np.ndarray:
        """All frames of a raw pack (F, H, W, 3), mapped into memory, not checked.

        Raises:
            PackError: It is not raw, or its clips have different sizes.
        """
        shapes = {tuple(s) for s in self._shapes if s}
        if self.kind != RAW or len(shapes) != 1:
            raise PackError(
                f'{self.path} is {self.kind} with pictures of the sizes '
                f'{sorted(shapes)}: all frames at once need a raw pack of one size, '
                'see `tgdfer data pack --raw`.'
            )
        stop = self._offsets[-1]
        return self._data[len(MAGIC) : stop].reshape(-1, *shapes.pop(), 3)

    def content(self, clip: str) -> np.ndarray:
        """The bytes of all frames of a clip."""
        place = self._place[clip]
        start, stop = self._offsets[self._first[place : place + 2]]
        return self._data[start:stop]


@lru_cache(maxsize=4)
def open_pack(path: str) -> Pack:
    """Opens a pack once for all data sets of a process."""
    return Pack(path)


def _read_index(file, size: int, path: Path) -> tuple[bytes, bytes, bytes]:
    file.seek(0)
    if file.read(len(MAGIC)) != MAGIC:
        raise PackError(f'{path} is not a file that `tgdfer data pack` has written.')
    file.seek(max(0, size - FOOTER.size))
    footer = file.read()
    whole = len(footer) == FOOTER.size and size > FOOTER.size + len(MAGIC)
    length, count, digest, magic = FOOTER.unpack(footer) if whole else (0, 0, b'', b'')
    start = size - FOOTER.size - length - 8 * count
    if magic != MAGIC or start < len(MAGIC):
        raise PackError(f'{path} is cut off; pack it again.')
    file.seek(start)
    return file.read(length), file.read(8 * count), digest
