"""Where a data set keeps its list and its clips, and which of them are there."""

import os
from abc import ABC, abstractmethod
from collections import defaultdict
from functools import partial
from pathlib import Path
from typing import ClassVar

from .clip_index import ClipIndex, open_index
from .errors import DamagedClipError
from .folders import Found, find_file, find_media
from .packed.reader import Pack, PackError, open_pack
from .progress import track
from .stand_in import StandInDataset
from .transforms.videos import OpenVideo


class LocatedDataset(StandInDataset, ABC):
    """A data set whose list and media folder have known places below its root.

    Attributes:
        media: ``'frames'`` or ``'videos'``.
        pixel_version: Which rendition of the clips.
        media_dir: Folder of the clips.
        split_file: The list of the clips.
        index: Frames of all clips, once the list is read.
    """

    NAME: ClassVar[str]
    REQUEST: ClassVar[str]  # where the authors hand out the data
    FOLDERS: ClassVar[dict[str, dict[str, str]]]  # media -> pixel version -> folder
    ALIASES: ClassVar[str | None] = None  # file in aliases/: other names of folders

    media: str
    pixel_version: str
    media_dir: Path
    split_file: Path
    index: ClipIndex | Pack | None = None

    @abstractmethod
    def default_split_file(self) -> str:
        """The authors' path of the split file below the root."""

    @abstractmethod
    def split_fields(self) -> dict:
        """What the names of split files in ``aliases/`` vary with."""

    @abstractmethod
    def media_name(self, clip: str) -> str:
        """Path of a clip's folder or file below the media folder."""

    def get_data_info(self, idx: int) -> dict:
        """What is known of a clip, the names of its frames included."""
        info = super().get_data_info(idx)
        if self.index is not None:
            clip = self.media_name(info['clip'])
            if clip in self.index:
                info['frame_names'] = self.index.frames(clip)
                if isinstance(self.index, Pack):
                    info['packed'] = (str(self.media_dir), clip)
        return info

    def count_frames(self, entry: dict) -> int:
        """How many frames a listed clip has; 0 if it cannot be read."""
        if self.media == 'frames':
            clip = self.media_name(entry['clip'])
            return self.index.num_frames(clip) if clip in self.index else 0
        try:
            return OpenVideo()(dict(entry))['total_frames']
        except DamagedClipError:
            return 0

    def find_media(self, root: Path) -> Path | str:
        """The folder of the clips below the root, under any of its known names."""
        own = self.FOLDERS[self.media][self.pixel_version]
        if self.ALIASES is None:
            return own
        found = find_media(self.ALIASES, root, self.media, self.pixel_version, own)
        return self._stated(found, 'media_dir')

    def find_split(self, root: Path) -> Path | str:
        """The list of the clips below the root, under any of its known names."""
        own = self.default_split_file()
        if self.ALIASES is None:
            return own
        found = find_file(self.ALIASES, root, 'split', own, **self.split_fields())
        return self._stated(found, 'split_file')

    def _stated(self, found: Found, option: str) -> Path:
        remark = found.remark(option)
        if remark:
            self.warn(f'{self.NAME}: {remark}')
        return found.path

    def check_paths(self) -> None:
        """Raises FileNotFoundError if root, list or media folder is absent."""
        wanted = {
            'data_root': Path(self.data_root),
            'split file': self.split_file,
            f'{self.media} ({self.pixel_version})': self.media_dir,
        }
        if all(path.exists() for path in wanted.values()):
            return
        looked = '\n'.join(
            f'  {"found  " if path.exists() else "missing"} {what}: {path}'
            for what, path in wanted.items()
        )
        raise FileNotFoundError(
            f'{self.NAME} is not complete. Looked for\n{looked}\n'
            f'{self.NAME} is licensed on request: {self.REQUEST}. If you have it, '
            'unpack its archives and set data_root, or media_dir and split_file if '
            'your folders have other names.'
        )

    def check_absent(self, entries: list[dict], key: str) -> None:
        """Warns of listed clips that are absent; if all are, FileNotFoundError."""
        if self.media == 'frames':
            absent = self._without_folder(entries)
        else:
            absent = self._without_file(entries, key)
        if len(absent) == len(entries):
            raise FileNotFoundError(
                f'None of the {len(entries)} clips in {self.split_file} is in '
                f'{self.media_dir}; the first one should be {entries[0][key]}. '
                f'Check data_root, media={self.media!r} and '
                f'pixel_version={self.pixel_version!r}.'
            )
        if absent:
            fate = 'count as wrong' if self.test_mode else 'are replaced by others'
            self.warn(
                f'{len(absent)} of the {len(entries)} clips in {self.split_file} are '
                f'not in {self.media_dir} and {fate}: {_first_names(absent)}.'
            )
            for clip in absent:
                self.reported.add(clip)

    def _without_folder(self, entries: list[dict]) -> set[str]:
        # None of a million files is listed again unless its folder has changed.
        if self.media_dir.is_file():
            self.index = self._open_pack()
            return {
                e['clip']
                for e in entries
                if self.media_name(e['clip']) not in self.index
            }
        depth = self.media_name(entries[0]['clip']).count('/') + 1
        what = f'Listing the frames of {self.NAME}'
        self.index = open_index(
            self.media_dir, depth, self.data_root, track=partial(track, what=what)
        )
        clips = (entry['clip'] for entry in entries)
        return {clip for clip in clips if self.media_name(clip) not in self.index}

    def _open_pack(self) -> Pack:
        pack = open_pack(str(self.media_dir))
        theirs, ours = pack.pixel_version, self.pixel_version
        if pack.dataset != self.NAME or theirs != ours:
            raise PackError(
                f'{self.media_dir} holds {pack.dataset}, pixel_version={theirs!r}; '
                f'this is {self.NAME}, pixel_version={ours!r}.'
            )
        return pack

    @staticmethod
    def _without_file(entries: list[dict], key: str) -> set[str]:
        # One listing per parent folder: a stat per clip takes minutes on a network
        # file system.
        by_parent: dict[str, list[dict]] = defaultdict(list)
        for entry in entries:
            by_parent[os.path.dirname(entry[key])].append(entry)
        absent = set()
        for parent, children in by_parent.items():
            there = set(os.listdir(parent)) if os.path.isdir(parent) else set()
            absent |= {
                e['clip'] for e in children if os.path.basename(e[key]) not in there
            }
        return absent


def _first_names(clips: set[str], limit: int = 5) -> str:
    names = sorted(clips)
    return ', '.join(names[:limit]) + (', ...' if len(names) > limit else '')
