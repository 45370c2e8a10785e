"""Measured movements of a file, matched with the faces of a result."""

import re
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from ..files import file_hash
from ..movements.lexicon import MovementsError
from ..movements.reading import read_values
from ..movements.values import UnitValues
from ..video.errors import UsageError


class MeasuredMovements:
    """Values of action units per frame, as :func:`.read_values` reads them.

    A clip of the file belongs to the video of its name, without the ending; with
    ``.track2`` after it, only to track 2. A table that names no clip belongs to the
    first video that is read, whatever its name, and to no other.

    Args:
        path: A table or a folder of tables.

    Attributes:
        by_name: Whether a table that names no clip belongs only to the video of its own
            name, as needed if many videos are read in several calls.
        videos: Names, without endings, of the videos that are read. A clip of such a
            name belongs to that video alone, even if it ends in ``.track2``.

    Raises:
        UsageError: It cannot be read; the message names file, line and column.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path).expanduser()
        try:
            self._clips: Mapping[str, UnitValues] = read_values(self.path)
        except MovementsError as err:
            raise UsageError(f'movements: {err}') from err
        self.by_name, self._video = False, None
        self.videos: Collection[str] = ()
        files = sorted(self.path.iterdir()) if self.path.is_dir() else [self.path]
        self.digest = [file_hash(file) for file in files if file.is_file()]

    def of_tracks(
        self,
        name: str,
        tracks: Sequence[Mapping[str, Any]],
        frames: int | None = None,
    ) -> tuple[list[UnitValues | None], list[str]]:
        """The values of each track, and sentences about values that are left out.

        Args:
            name: Path of the video.
            tracks: Tracks of its result.
            frames: Number of frames of the video; None if it is unknown.
        """
        stem = Path(name).stem
        names = [f'{stem}.track{track["id"]}' for track in tracks]
        own = [None if n in self.videos else self._clips.get(n) for n in names]
        shared = self._clips.get(stem)
        known = shared is not None or any(each is not None for each in own)
        if not known and self._takes(name):
            [shared] = self._clips.values()
        other = self._other_tracks(stem, tracks) if known else []
        if shared is None:
            if tracks and not known:
                there = ', '.join(map(repr, self._clips))
                return own, [
                    f'{self.path} has no values of {stem!r}, only of {there:.200}'
                ]
            return own, other + self._too_long(stem, own, frames)
        missing = [t for t, each in zip(tracks, own, strict=True) if each is None]
        if _overlap(missing):
            return own, [
                *other,
                f'{self.path} has the values of one face of {stem!r}, but the '
                'video shows several at once, so they are left out. Name the clips '
                f'{stem}.track1, {stem}.track2 and so on, one for each face',
            ]
        own = [shared if each is None else each for each in own]
        return own, other + self._too_long(stem, own, frames)

    def _other_tracks(
        self, stem: str, tracks: Sequence[Mapping[str, Any]]
    ) -> list[str]:
        """A sentence about clips of tracks that the video does not have."""
        names = [f'{stem}.track{track["id"]}' for track in tracks]
        other = [
            clip
            for clip in self._clips
            if re.fullmatch(rf'{re.escape(stem)}\.track[0-9]+', clip)
            and clip not in (*names, *self.videos)
        ]
        if not tracks or not other:
            return []
        return [
            f'{self.path}: {", ".join(other):.200} is left out, since {stem!r} has no '
            f'such track; it has {", ".join(names):.200}'
        ]

    def _too_long(
        self, stem: str, own: Sequence[UnitValues | None], frames: int | None
    ) -> list[str]:
        most = max((len(each) for each in own if each is not None), default=0)
        if frames is None or most <= frames:
            return []
        return [
            f'{self.path} has {most} frames of {stem!r}, which has only '
            f'{frames}. If they were measured on another video, the movements belong '
            'to wrong moments'
        ]

    def _takes(self, name: str) -> bool:
        """True if a video gets the values of a table that names no clip."""
        if self.by_name or [*self._clips] != [self.path.stem] or self.path.is_dir():
            return False
        self._video = self._video or name
        return self._video == name


def _overlap(tracks: Sequence[Mapping[str, Any]]) -> bool:
    spans = sorted((track['start'], track['end']) for track in tracks)
    return any(b[0] <= a[1] for a, b in zip(spans, spans[1:], strict=False))
