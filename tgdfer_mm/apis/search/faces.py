"""Faces cut out of videos at moments, without reading what comes before."""

from collections.abc import Sequence

import numpy as np

from ...video.errors import VideoError
from ...video.video_file import VideoFileSource
from ...visualization.video.thumbnails import cut_face
from .kept_features import KeptVideo
from .moments import Moment


def cut_moments(
    moments: Sequence[Moment], videos: Sequence[KeptVideo], max_pixels: int
) -> list[np.ndarray | None]:
    """The face of each moment at its best frame.

    Args:
        moments: Moments of these videos.
        videos: Kept features of them.
        max_pixels: Largest number of pixels of a frame.

    Returns:
        For each moment (S, S, 3) uint8 RGB; None if the frame cannot be read: the video
        is gone or damaged there, or its time stamps start again.
    """
    faces: list[np.ndarray | None] = [None] * len(moments)
    for video in videos:
        own = [i for i, moment in enumerate(moments) if moment.video == video.path]
        if not own or not video.about['times_are_stamps']:
            continue
        try:
            with VideoFileSource(video.path, max_pixels=max_pixels) as source:
                for i in own:
                    frame = source.frame_at(moments[i].time)
                    if frame is not None:
                        box = np.array(moments[i].box) * frame.scale
                        faces[i] = cut_face(frame.rgb, box)
        except VideoError:
            continue
    return faces
