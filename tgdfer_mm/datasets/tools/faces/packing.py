"""The frames of all clips in one file, next to their folders."""

import os
from pathlib import Path

from ....clips.clip_index import ClipIndex
from ....clips.frame_names import natural_sorted
from ..pack import journal_of, pack_clips
from .clip_folder import ClipFolder

PACK_NAME = 'clips.pack'


class _Index(ClipIndex):
    """The clips that the records name, at any depth."""

    def __init__(self, folder: ClipFolder) -> None:
        super().__init__(folder.folder, 0, [])
        self._frames = {
            clip['clip']: [f'{n:06d}.jpg' for n in range(1, clip['frames'] + 1)]
            for record in folder.records.values()
            for clip in record['clips']
            if os.path.isdir(folder.folder / clip['clip'])
        }

    @property
    def clips(self) -> list[str]:
        return natural_sorted(self._frames)

    def __contains__(self, clip: str) -> bool:
        return clip in self._frames

    def frames(self, clip: str) -> list[str]:
        return self._frames[clip]


def pack_frames(folder: ClipFolder, pixel_version: str) -> Path:
    """Packs the clips, unless the file exists; it is removed when a clip changes.

    Raises:
        DamagedClipError: If a frame cannot be read.
        OSError: If the file cannot be written.
    """
    path = folder.folder / PACK_NAME
    if path.exists():
        return path
    # Left by a stopped call; clips may have changed since then.
    journal_of(path).unlink(missing_ok=True)
    return pack_clips(_Index(folder), path, 'own', pixel_version)
