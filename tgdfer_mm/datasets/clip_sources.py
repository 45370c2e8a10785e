"""Sources of a data set's clips: folders of frames, a packed file, or videos.

The key of a clip here is its place, the path of its folder or file below the media
folder.
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
    """The key under which transforms expect a clip's path."""
    return 'frame_dir' if media == 'frames' else 'filename'


class FrameFolders:
    """Clips that are folders of frames, with the frame names in an index.

    Args:
        index: Index of the frames of all clips on the disk.
    """

    def __init__(self, index: ClipIndex | Pack) -> None:
        self.index = index

    def absent(self, places: Iterable[str]) -> set[str]:
        """Those of the clips that are not there."""
        return {place for place in places if place not in self.index}

    def num_frames(self, place: str) -> int:
        """Number of frames of a clip; 0 if it is absent."""
        return self.index.num_frames(place) if place in self.index else 0

    def facts(self, place: str) -> dict:
        """Values that a clip's transforms need in addition to its path."""
        if place not in self.index:
            return {}
        return dict(frame_names=self.index.frames(place))


class PackedFrames(FrameFolders):
    """Clips in one packed file, which has the interface of an index."""

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
        # One listing per parent folder: a stat per clip takes minutes on a network file
        # system.
        by_parent: dict[str, list[str]] = defaultdict(list)
        for place in places:
            by_parent[os.path.dirname(self.folder / place)].append(place)
        absent = set()
        for parent, children in by_parent.items():
            there = set(os.listdir(parent)) if os.path.isdir(parent) else set()
            absent |= {p for p in children if os.path.basename(p) not in there}
        return absent

    def num_frames(self, place: str) -> int:
        """Number of frames of a clip; 0 if it cannot be read."""
        try:
            return ClipFile(self.folder / place).total
        except InputError:
            return 0

    def facts(self, place: str) -> dict:
        """An empty dict: the transforms open the file by its path."""
        return {}


ClipSource = FrameFolders | VideoFiles


def open_clips(
    media: str, folder: Path, root: str, name: str, pixel_version: str, depth: int
) -> ClipSource:
    """Opens the clips of a data set; lists folders again that have changed.

    Args:
        media: ``'frames'`` or ``'videos'``.
        folder: The media folder, or a packed file.
        root: Root of the data set, where the index of its frames is stored.
        name: Name of the data set.
        pixel_version: Name of the rendition of the clips.
        depth: Depth of the clips' folders below the media folder.

    Raises:
        PackError: If the packed file holds other data.
    """
    if media != 'frames':
        return VideoFiles(folder)
    if folder.is_file():
        return PackedFrames(_open_pack(folder, name, pixel_version))
    what = f'Listing the frames of {name}'
    # A folder is listed again only if it has changed: there may be a million files.
    return FrameFolders(
        open_index(folder, depth, root, track=partial(track, what=what))
    )


def _open_pack(path: Path, name: str, pixel_version: str) -> Pack:
    pack = open_pack(str(path))
    if (pack.dataset, pack.pixel_version) != (name, pixel_version):
        raise PackError(
            f'{path} holds {pack.dataset}, pixel_version={pack.pixel_version!r}; the '
            f'data set is {name}, pixel_version={pixel_version!r}. Set media_dir to '
            'its own packed file.'
        )
    return pack
