"""Tells read videos of a folder from those that are not read yet."""

from dataclasses import dataclass, field
from pathlib import Path

from ...video.errors import VideoError
from ..many.video_folder import Video
from .kept_features import KeptVideo


@dataclass
class Inventory:
    """Read and missing videos of a folder.

    Attributes:
        kept: The kept features of each video that was read.
        missing: The others.
        sentences: Sentences about damaged files of the index.
        failed: Reasons for the videos and folders that cannot be read.
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
        """Estimates the minutes for the missing videos, by the bytes read so far.

        Returns:
            A part of a sentence; empty if nothing is known.
        """
        known = sum(each.about['file']['size'] for each in self.kept.values())
        if not known:
            return ''
        seconds = sum(each.about['seconds_to_read'] for each in self.kept.values())
        left = sum(video.size for video in self.missing) / known * seconds
        return f', about {max(1, round(left / 60))} min'
