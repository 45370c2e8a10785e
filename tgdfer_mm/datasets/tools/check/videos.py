"""Checks of the video files."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from ....clips.errors import DamagedClipError
from ...progress import track
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

    def work(clips: list[str]) -> dict[str, int | None]:
        return {clip: read(clip, paths[clip]) for clip in clips}

    def read(clip: str, path: Path) -> int | None:
        if not os.path.lexists(path):
            return None
        try:
            results = OpenVideo()(dict(clip=clip, filename=str(path)))
            total = results['total_frames']
            for start in range(0, total if deep else 0, _BATCH):
                inds = np.arange(start, min(start + _BATCH, total))
                DecodeVideo()({**results, 'frame_inds': inds})
        except DamagedClipError as err:
            unreadable[clip] = err.reason
            return 0
        return total

    clips = list(paths)
    chunks = [clips[i : i + _CHUNK] for i in range(0, len(clips), _CHUNK)]
    counts: dict[str, int | None] = {}
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for part in track(pool.map(work, chunks), len(chunks), 'Opening videos'):
            counts.update(part)
    absent = [clip for clip, count in counts.items() if count is None]
    if absent:
        first = paths[absent[0]]
        padded = first.with_name(f'{absent[0]}{first.suffix}')
        copy.findings.error(
            'clips-absent',
            f'{len(absent)} of {len(counts)} listed clips have no file in {folder}: '
            f'{some(absent)}; the first should be {first.name}.',
            f'There is {padded.name}: rename the files without zeros before the number.'
            if padded != first and padded.exists()
            else 'Unpack them, or look for the part of the archive that holds them.',
            absent,
        )
    if unreadable:
        copy.findings.error(
            'clips-unreadable',
            f'{len(unreadable)} clips cannot be read: {some(unreadable.values())}.',
            'Unpack them anew; if that changes nothing, the archive is damaged.',
            unreadable,
        )
    return counts
