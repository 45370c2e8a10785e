"""A file of measured movements, and which of them belong to a face of a result."""

from collections.abc import Mapping, Sequence
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
    ``.track2`` behind it to track 2 alone. A file about one clip alone, with another
    name, belongs to whatever single video is read.

    Args:
        path: A table or a folder of tables.

    Raises:
        UsageError: It cannot be read; names file, line and column.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path).expanduser()
        try:
            self._clips: Mapping[str, UnitValues] = read_values(self.path)
        except MovementsError as err:
            raise UsageError(f'movements: {err}') from err
        files = sorted(self.path.iterdir()) if self.path.is_dir() else [self.path]
        self.digest = [file_hash(file) for file in files if file.is_file()]

    def of_tracks(
        self, name: str, tracks: Sequence[Mapping[str, Any]]
    ) -> tuple[list[UnitValues | None], list[str]]:
        """The values of each track, and sentences about what is left out.

        Args:
            name: Path of the video.
            tracks: Of its result.
        """
        stem = Path(name).stem
        own = [self._clips.get(f'{stem}.track{track["id"]}') for track in tracks]
        shared = self._clips.get(stem)
        if (
            shared is None
            and len(self._clips) == 1
            and all(each is None for each in own)
        ):
            shared = next(iter(self._clips.values()))
        if shared is None:
            if tracks and all(each is None for each in own):
                return own, [f'{self.path} has no values of {stem!r}']
            return own, []
        missing = [t for t, each in zip(tracks, own, strict=True) if each is None]
        if _overlap(missing):
            return own, [
                f'{self.path} has the values of one face of {stem!r}, but several are '
                f'there at once: they are left out. Name a clip {stem}.track1, and so '
                'on, for each face'
            ]
        return [shared if each is None else each for each in own], []


def _overlap(tracks: Sequence[Mapping[str, Any]]) -> bool:
    spans = sorted((track['start'], track['end']) for track in tracks)
    return any(b[0] <= a[1] for a, b in zip(spans, spans[1:], strict=False))
