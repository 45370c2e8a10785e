"""Which videos of a folder are read, and which are not."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ...video.errors import VideoError
from .kept_features import KeptVideo


@dataclass
class Inventory:
    """Which videos of a folder are read.

    Attributes:
        kept: Of each video that is read, what is kept.
        missing: The others.
        sentences: About damaged files of the index.
        failed: Of videos that cannot be looked at or read, why.
    """

    kept: dict[Path, KeptVideo] = field(default_factory=dict)
    missing: list[Path] = field(default_factory=list)
    sentences: list[str] = field(default_factory=list)
    failed: dict[Path, VideoError] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """Videos of the folder."""
        return len({*self.kept, *self.missing, *self.failed})

    def take(self, video: KeptVideo) -> None:
        """Notes that a video has been read."""
        self.kept[video.path] = video

    def time_to_read(self, paths: Sequence[Path]) -> str:
        """Half a sentence about how long that takes, by the bytes read so far."""
        size = sum(path.stat().st_size for path in paths if path.exists())
        if not paths:
            return ''
        seconds = sum(each.about['seconds_to_read'] for each in self.kept.values())
        known = sum(path.stat().st_size for path in self.kept if path.exists())
        if not known:
            return f' ({size / 1e6:,.0f} MB)'
        left = size / known * seconds
        return f' ({size / 1e6:,.0f} MB, about {max(1, round(left / 60))} min)'
