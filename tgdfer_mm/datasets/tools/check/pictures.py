"""Checks of the pictures themselves: their sizes, and whether they can be read."""

import os
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from PIL import Image

from ....clips.decoding import read_picture
from ....clips.errors import DamagedClipError
from ....clips.media_files import only_a_file
from ...progress import track
from .copies import Copy
from .findings import some
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
        deep: Whether every frame is decoded as in training, in place of reading the
            header of each clip's first one.

    Returns:
        How many pictures have each size.
    """
    read = _decode if deep else _read_header

    def work(clips: Sequence[str]) -> list[tuple[str, Counter, list[str]]]:
        found = []
        for clip in clips:
            folder = os.path.join(frames.index.folder, frames.places[clip])
            sizes, problems = Counter(), []
            for name in frames.names(clip) if deep else frames.names(clip)[:1]:
                try:
                    sizes[read(clip, os.path.join(folder, name))] += 1
                except DamagedClipError as err:
                    problems.append(err.reason)
            found.append((clip, sizes, problems))
        return found

    clips = frames.there
    chunks = [clips[i : i + _CHUNK] for i in range(0, len(clips), _CHUNK)]
    what = 'Decoding all frames' if deep else 'Reading first frames'
    total: Counter = Counter()
    unreadable, mixed = {}, []
    with ThreadPoolExecutor(_THREADS) as pool:
        for part in track(pool.map(work, chunks), len(chunks), what):
            for clip, sizes, problems in part:
                total.update(sizes)
                if problems:
                    unreadable[clip] = problems[0]
                if len(sizes) > 1:
                    mixed.append(clip)
    if unreadable:
        copy.findings.error(
            'clips-unreadable',
            f'{len(unreadable)} clips have frames that cannot be read: '
            f'{some(unreadable.values())}.',
            'Unpack them anew; if that changes nothing, the archive is damaged.',
            unreadable,
        )
    if mixed:
        copy.findings.error(
            'sizes-mixed',
            f'{len(mixed)} clips have frames of more than one size, which no pipeline '
            f'reads: {some(mixed)}.',
            'Two versions were unpacked into one folder; unpack each into its own.',
            mixed,
        )
    _check_sizes(copy, total, version)
    return total


def _check_sizes(copy: Copy, sizes: Counter, version: str) -> None:
    known = [tuple(s) for s in copy.facts['pixels'].get(version, {}).get('sizes', [])]
    other = {size: count for size, count in sizes.items() if size not in known}
    names = [f'{w}x{h} ({count})' for (w, h), count in sizes.most_common()]
    if known and other:
        copy.findings.warning(
            'sizes-other',
            f'Pictures of {version!r} should have {some(map(_text, known))} pixels; '
            f'found {some(names, 5)}.',
            'These may be crops of somebody else: then name them with pixel_version '
            'and media_dir.',
            names,
        )
    elif len(sizes) > 1:
        copy.findings.note(
            'sizes-several',
            f'Pictures have several sizes: {some(names, 5)}.',
            who=names,
        )


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
