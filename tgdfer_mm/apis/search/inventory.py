"""Which videos of a folder are read, and which are not."""

from dataclasses import dataclass, field
from pathlib import Path

from ...video.errors import VideoError
from ..many.video_folder import Video
from .kept_features import KeptVideo


@dataclass
class Inventory:
    """Which videos of a folder are read.

    Attributes:
        kept: Of each video that is read, what is kept.
        missing: The others.
        sentences: About damaged files of the index.
        failed: Of videos, and of folders, that cannot be read, why.
    """

    kept: dict[Path, KeptVideo] = field(default_factory=dict)
    missing: list[Video] = field(default_factory=list)
    sentences: list[str] = field(default_factory=list)
    failed: dict[Path, VideoError] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """Videos of the folder."""
        return len(self.kept) + len(self.missing)

    def take(self, video: KeptVideo) -> None:
        """Notes that a video has been read."""
        self.kept[video.path] = video

    def time_to_read(self) -> str:
        """About how many minutes the missing ones take, by the bytes read so far.

        Returns:
            A half sentence; empty where nothing is known.
        """
        known = sum(each.about['file']['size'] for each in self.kept.values())
        if not known:
            return ''
        seconds = sum(each.about['seconds_to_read'] for each in self.kept.values())
        left = sum(video.size for video in self.missing) / known * seconds
        return f', about {max(1, round(left / 60))} min'
