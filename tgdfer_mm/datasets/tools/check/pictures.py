"""Checks of the pictures: their sizes, and whether they can be read."""

import os
from collections import Counter

from PIL import Image

from ....clips.decoding import read_picture
from ....clips.errors import DamagedClipError
from ....clips.media_files import only_a_file
from ...progress import in_threads
from ...text_files import some
from .copies import Copy
from .frames import Frames

_THREADS = 16
_CHUNK = 32
Size = tuple[int, int]  # width, height


def check_pictures(copy: Copy, frames: Frames, version: str, deep: bool) -> Counter:
    """Reads the pictures of the listed clips.

    Args:
        copy: The copy.
        frames: Its frames.
        version: Their pixel version.
        deep: Whether to decode every frame as in training, instead of reading the
            header of each clip's first frame.

    Returns:
        Number of pictures of each size.
    """
    read = _decode if deep else _read_header

    def work(clip: str) -> tuple[str, Counter, list[str]]:
        folder = os.path.join(frames.index.folder, frames.places[clip])
        sizes, problems = Counter(), []
        for name in frames.names(clip) if deep else frames.names(clip)[:1]:
            try:
                sizes[read(clip, os.path.join(folder, name))] += 1
            except DamagedClipError as err:
                problems.append(err.reason)
        return clip, sizes, problems

    what = 'Decoding all frames' if deep else 'Reading first frames'
    total: Counter = Counter()
    unreadable, mixed = {}, []
    for clip, sizes, problems in in_threads(work, frames.there, what, _THREADS, _CHUNK):
        total.update(sizes)
        if problems:
            unreadable[clip] = problems[0]
        if len(sizes) > 1:
            mixed.append(clip)
    reasons = some(unreadable.values())
    copy.findings.add('clips-unreadable', unreadable, reasons=reasons)
    copy.findings.add('sizes-mixed', mixed)
    _check_sizes(copy, total, version)
    return total


def _check_sizes(copy: Copy, sizes: Counter, version: str) -> None:
    known = [tuple(s) for s in copy.facts['pixels'].get(version, {}).get('sizes', [])]
    other = {size: count for size, count in sizes.items() if size not in known}
    names = [f'{_text(size)} ({count})' for size, count in sizes.most_common()]
    values = dict(known=some(map(_text, known)), found=some(names, 5), version=version)
    if known and other:
        copy.findings.add('sizes-other', names, **values)
    elif len(sizes) > 1:
        copy.findings.add('sizes-several', names, **values)


def _text(size: Size) -> str:
    return f'{size[0]}x{size[1]}'


def _read_header(clip: str, path: str) -> Size:
    try:
        with open(path, 'rb', opener=only_a_file) as file, Image.open(file) as picture:
            return picture.size
    except (OSError, ValueError, Image.DecompressionBombError) as err:
        reason = getattr(err, 'strerror', None) or 'no picture'
        raise DamagedClipError(clip, f'{path} cannot be read ({reason})') from err


def _decode(clip: str, path: str) -> Size:
    height, width = read_picture(clip, path).shape[:2]
    return width, height
