"""Checks of the video files."""

import os
from pathlib import Path

import numpy as np

from ....clips.errors import DamagedClipError
from ...progress import in_threads
from ...transforms.videos import DecodeVideo, OpenVideo
from .copies import Copy
from .findings import some

_CHUNK = 8
_BATCH = 32  # frames decoded at once


def check_videos(
    copy: Copy, folder: Path, version: str, listed: list[str], deep: bool
) -> dict[str, int | None]:
    """Opens the videos of the listed clips.

    Args:
        copy: The copy.
        folder: Folder of the videos.
        version: Their pixel version.
        listed: All clips of the lists.
        deep: Whether all frames are decoded.

    Returns:
        Frames of each clip; None if it is absent, 0 if it cannot be read.
    """
    dataset = copy.dataset('train', None, media='videos', pixel_version=version)
    paths = {c: folder / dataset.media_name(c) for c in sorted(set(listed))}
    unreadable: dict[str, str] = {}

    def count(clip: str) -> tuple[str, int | None]:
        path = paths[clip]
        if not os.path.lexists(path):
            return clip, None
        try:
            results = OpenVideo()(dict(clip=clip, filename=str(path)))
            total = results['total_frames']
            for start in range(0, total if deep else 0, _BATCH):
                inds = np.arange(start, min(start + _BATCH, total))
                DecodeVideo()({**results, 'frame_inds': inds})
        except DamagedClipError as err:
            unreadable[clip] = err.reason
            return clip, 0
        return clip, total

    counts = dict(in_threads(count, list(paths), 'Opening videos', chunk=_CHUNK))
    absent = [clip for clip, count in counts.items() if count is None]
    if absent:
        first = paths[absent[0]]
        padded = first.with_name(f'{absent[0]}{first.suffix}')
        there = padded != first and padded.exists()
        copy.findings.add(
            'clips-absent/padded-video' if there else 'clips-absent/video',
            absent,
            total=len(counts),
            folder=folder,
            first=first.name,
            padded=padded.name,
        )
    reasons = some(unreadable.values())
    copy.findings.add('clips-unreadable/video', unreadable, reasons=reasons)
    return counts
