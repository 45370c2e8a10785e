"""Finds the page of ``tgdfer infer`` about the face of a moment."""

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ...files import DamagedFileError, read_json
from ..many.video_folder import Video
from ..writing import JSON_NAME
from .moments import Moment

_OVERLAP = 0.5  # smallest intersection over union of two boxes of one face


def find_pages(
    moments: Sequence[Moment], results: str | Path, root: Path
) -> list[Path | None]:
    """The page of each moment's face, or None.

    Args:
        moments: The moments.
        results: Folder with the results of ``tgdfer infer``, one folder a video.
        root: The folder that was searched.
    """
    read: dict[Path, tuple[Path, dict] | None] = {}
    pages: list[Path | None] = []
    for moment in moments:
        if moment.video not in read:
            read[moment.video] = _result_of(moment.video, Path(results), root)
        folder, result = read[moment.video] or (None, None)
        number = None if result is None else _track_at(moment, result)
        page = None if number is None else folder / f'track{number}.html'
        pages.append(page if page is not None and page.is_file() else None)
    return pages


def _result_of(video: Path, results: Path, root: Path) -> tuple[Path, dict] | None:
    """Folder and result of a video that was read alone or with its folder."""
    name = video.relative_to(root).as_posix()
    for folder in (results / Video(name, '', 0).folder, results / video.stem):
        try:
            result = read_json(folder / JSON_NAME, 'source', 'tracks')
            read = os.path.realpath(result['source']['path'])
        except (DamagedFileError, TypeError, KeyError):
            continue
        if read == os.path.realpath(video):
            return folder, result
    return None


def _track_at(moment: Moment, result: dict) -> int | None:
    for track in result['tracks']:
        if track['start'] - 1e-3 <= moment.time <= track['end'] + 1e-3:
            frames = track['frames']
            near = np.abs(np.array(frames['time']) - moment.time).argmin()
            if _overlap(frames['box'][near], moment.box) >= _OVERLAP:
                return track['id']
    return None


def _overlap(one: Sequence[float], other: Sequence[float]) -> float:
    one, other = np.array(one), np.array(other)
    low, high = np.maximum(one[:2], other[:2]), np.minimum(one[2:], other[2:])
    inside = np.prod(np.clip(high - low, 0, None))
    both = np.prod(one[2:] - one[:2]) + np.prod(other[2:] - other[:2])
    return float(inside / max(both - inside, 1e-9))
