"""Finds the frames among the files of a clip's folder, in their order."""

import os
import re
from collections.abc import Iterable

from .errors import DamagedClipError

PICTURES = ('.jpg', '.jpeg', '.png', '.bmp')
_DIGITS = str.maketrans('123456789', '000000000')


def natural_sorted(names: Iterable[str]) -> list[str]:
    """Sorts names by the numbers in them: ``2.jpg`` comes before ``10.jpg``.

    An alphabetical sort would play DFEW's 16-frame folders in the order 1, 10, 11,
    ..., 16, 2, ..., 9.
    """
    names = list(names)
    if len({name.translate(_DIGITS) for name in names}) <= 1:
        return sorted(names)  # digits in the same places: both orders are equal

    def key(name: str) -> tuple:
        parts = re.split(r'(\d+)', name)  # every second part is a number
        return [int(p) if i % 2 else p for i, p in enumerate(parts)], name

    return sorted(names, key=key)


def is_frame(name: str) -> bool:
    """True if a file of this name is a frame.

    Hidden files (macOS leaves ``._*`` files) and files that are not pictures are no
    frames.
    """
    return name.lower().endswith(PICTURES) and name[0] != '.'


def frame_number(name: str) -> int | None:
    """Number of a frame in its file name: the digits before the ending.

    ``00001_00023.jpg`` is frame 23. ``00001 (1).jpg`` has no number: a file manager has
    made it as a copy of a frame.
    """
    stem = name.rpartition('.')[0]
    digits = stem[len(stem.rstrip('0123456789')) :]
    return int(digits) if digits else None


def frame_paths(clip: str, folder: str, names: list[str] | None = None) -> list[str]:
    """Paths of a clip's frames, in their order.

    Args:
        clip: Name of the clip, for errors.
        folder: The clip's folder.
        names: The frames in order, if they are known: the folder is then not listed.

    Raises:
        DamagedClipError: The folder is missing or holds no frame.
    """
    if names is None:
        try:
            there = os.listdir(folder)
        except OSError as err:
            raise DamagedClipError(
                clip, f'cannot list {folder} ({err.strerror})'
            ) from err
        names = natural_sorted(filter(is_frame, there))
    if not names:
        raise DamagedClipError(clip, f'{folder} holds no frame')
    prefix = os.path.join(folder, '')  # takes a tenth of the time of joining each path
    return [prefix + name for name in names]
