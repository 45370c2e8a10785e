"""Checks of the video files."""

import os
from pathlib import Path

from ....clips.git_lfs import is_pointer
from ....video.clip_file import ClipFile
from ....video.errors import InputError
from ...progress import in_threads
from ...text_files import some
from .copies import Copy

_CHUNK = 8


def check_videos(
    copy: Copy, folder: Path, version: str, listed: list[str], deep: bool
) -> dict[str, int | None]:
    """Opens the videos of the listed clips.

    Args:
        copy: The copy.
        folder: Folder of the videos.
        version: Their pixel version.
        listed: All clips of the lists.
        deep: Whether to decode all frames.

    Returns:
        Frames of each clip; None if it is absent, 0 if it cannot be read.
    """
    dataset = copy.dataset('train', None, media='videos', pixel_version=version)
    paths = {c: folder / dataset.media_name(c) for c in sorted(set(listed))}
    unreadable: dict[str, str] = {}
    pointers: list[str] = []

    def count(clip: str) -> tuple[str, int | None]:
        path = paths[clip]
        if not os.path.lexists(path):
            return clip, None
        if is_pointer(path):  # reported once for all of them
            pointers.append(clip)
            return clip, 0
        try:
            video = ClipFile(path)
            decoded = sum(1 for _ in video) if deep else video.total
            if decoded != video.total:
                raise InputError(
                    f'{path}: {decoded} of {video.total} frames can be decoded'
                )
        except InputError as err:
            unreadable[clip] = str(err)
            return clip, 0
        return clip, video.total

    counts = dict(in_threads(count, list(paths), 'Opening videos', chunk=_CHUNK))
    if copy.cls.LISTED:
        copy.findings.add('lfs-pointers', sorted(pointers), folder=folder)
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
