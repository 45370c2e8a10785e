"""Where the clips of a data set come from: folders of frames, a packed file, videos.

A clip goes by its place here, the path of its folder or file below the media folder.
"""

import os
from collections import defaultdict
from collections.abc import Iterable
from functools import partial
from pathlib import Path

from ..clips.clip_index import ClipIndex, open_index
from ..clips.pack import Pack, PackError, open_pack
from ..video.clip_file import ClipFile
from ..video.errors import InputError
from .progress import track


def path_key(media: str) -> str:
    """The key under which a clip's transforms expect its path."""
    return 'frame_dir' if media == 'frames' else 'filename'


class FrameFolders:
    """Clips that are folders of frames, whose names the index knows.

    Args:
        index: The frames of all clips on the disk.
    """

    def __init__(self, index: ClipIndex | Pack) -> None:
        self.index = index

    def absent(self, places: Iterable[str]) -> set[str]:
        """Those of the clips that are not there."""
        return {place for place in places if place not in self.index}

    def num_frames(self, place: str) -> int:
        """How many frames a clip has; 0 if it is absent."""
        return self.index.num_frames(place) if place in self.index else 0

    def facts(self, place: str) -> dict:
        """What a clip's transforms need to know besides its path."""
        if place not in self.index:
            return {}
        return dict(frame_names=self.index.frames(place))


class PackedFrames(FrameFolders):
    """Clips out of one packed file, which answers as an index does."""

    def facts(self, place: str) -> dict:
        known = super().facts(place)
        return dict(known, packed=(str(self.index.path), place)) if known else {}


class VideoFiles:
    """Clips that are video files.

    Args:
        folder: The media folder.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def absent(self, places: Iterable[str]) -> set[str]:
        """Those of the clips that are not there."""
        # One listing per parent folder: a stat per clip takes minutes on a network
        # file system.
        by_parent: dict[str, list[str]] = defaultdict(list)
        for place in places:
            by_parent[os.path.dirname(self.folder / place)].append(place)
        absent = set()
        for parent, children in by_parent.items():
            there = set(os.listdir(parent)) if os.path.isdir(parent) else set()
            absent |= {p for p in children if os.path.basename(p) not in there}
        return absent

    def num_frames(self, place: str) -> int:
        """How many frames a clip has; 0 if it cannot be read."""
        try:
            return ClipFile(self.folder / place).total
        except InputError:
            return 0

    def facts(self, place: str) -> dict:
        """Nothing: the transforms open the file by its path."""
        return {}


ClipSource = FrameFolders | VideoFiles


def open_clips(
    media: str, folder: Path, root: str, name: str, pixel_version: str, depth: int
) -> ClipSource:
    """Opens the clips of a data set; folders that have changed are listed anew.

    Args:
        media: ``'frames'`` or ``'videos'``.
        folder: The media folder, or a packed file.
        root: Root of the data set, below which the index of its frames is kept.
        name: Name of the data set.
        pixel_version: Which rendition of the clips.
        depth: How many folders deep the clips are.

    Raises:
        PackError: The packed file is of other data.
    """
    if media != 'frames':
        return VideoFiles(folder)
    if folder.is_file():
        return PackedFrames(_open_pack(folder, name, pixel_version))
    what = f'Listing the frames of {name}'
    # None of a million files is listed again unless its folder has changed.
    return FrameFolders(
        open_index(folder, depth, root, track=partial(track, what=what))
    )


def _open_pack(path: Path, name: str, pixel_version: str) -> Pack:
    pack = open_pack(str(path))
    if (pack.dataset, pack.pixel_version) != (name, pixel_version):
        raise PackError(
            f'{path} holds {pack.dataset}, pixel_version={pack.pixel_version!r}; '
            f'this is {name}, pixel_version={pixel_version!r}.'
        )
    return pack
