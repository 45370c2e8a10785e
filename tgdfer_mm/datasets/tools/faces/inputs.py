"""Finds the videos and folders of pictures in a folder, and names their clips."""

import os
from collections.abc import Collection
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from ....clips.clip_index import leads_up
from ....clips.frame_names import natural_sorted
from ....video.reading import VIDEOS
from ....video.stills import STILLS
from ...list_table import LIST_NAMES


class RawClip(NamedTuple):
    """One input.

    Attributes:
        source: Path of the input below the folder, with slashes.
        name: Path of its clip: without the suffix, or with it if something else in the
            same folder has that name.
        path: Path of the input.
    """

    source: str
    name: str
    path: Path

    def stamp(self) -> str | None:
        """A stamp that changes with the content; None if it is not known."""
        try:
            if not self.path.is_dir():
                return _stamp(self.path)
            with os.scandir(self.path) as scan:
                entries = sorted((e.name, _stamp(e.path)) for e in scan)
        except OSError:
            return None
        return sha256(repr(entries).encode('utf-8', 'surrogateescape')).hexdigest()


class RawFolder(NamedTuple):
    """The inputs and other files of a folder.

    Attributes:
        clips: The inputs, in natural order.
        others: Reasons why other files are not inputs, by path below the folder.
    """

    clips: list[RawClip]
    others: dict[str, str]

    def leave_out(self, wanted: Collection[str]) -> list[str]:
        """Removes the clips with other names, and returns their paths."""
        left_out = [raw.source for raw in self.clips if raw.name not in wanted]
        self.clips[:] = [raw for raw in self.clips if raw.name in wanted]
        return left_out


def find_raw_clips(folder: Path, out: Path, digits: int = 0) -> RawFolder:
    """Finds videos and folders of pictures at any depth.

    A folder of pictures is an input if it has neither videos nor folders. Hidden files
    and folders are ignored.

    Args:
        folder: The folder to search.
        out: A folder that is skipped, also behind a link.
        digits: Number of digits to which names that are numbers are padded with zeros;
            only for clips that are not in a folder below.
    """
    found = RawFolder([], {})
    around = {os.path.realpath(folder), os.path.realpath(out)}
    _look(folder, '', around, found)
    for place, raw in enumerate(found.clips):
        if raw.name.isascii() and raw.name.isdecimal():
            found.clips[place] = raw._replace(name=raw.name.zfill(digits))
    return found


def _look(folder: Path, below: str, around: set[str], found: RawFolder) -> None:
    try:
        names = natural_sorted(n for n in os.listdir(folder) if n[0] != '.')
    except OSError as err:
        found.others[below] = f'a folder that cannot be listed ({err.strerror})'
        return
    folders = [n for n in names if os.path.isdir(folder / n)]
    files = [n for n in names if n not in set(folders)]
    kinds = {n: os.path.splitext(n)[1].lower() for n in files}
    videos = [n for n in files if kinds[n] in VIDEOS]
    stems = [os.path.splitext(n)[0].casefold() for n in videos]
    taken = {n.casefold() for n in names}
    pictures = [n for n in files if kinds[n] in STILLS]
    if pictures and not videos and not folders and below:
        found.clips.append(RawClip(below, below, folder))
        return
    for name in names:
        place = f'{below}/{name}' if below else name
        if name in videos:
            stem = os.path.splitext(name)[0]
            alone = stems.count(stem.casefold()) == 1 and stem.casefold() not in taken
            own = place[: len(place) - len(name)] + (stem if alone else name)
            found.clips.append(RawClip(place, own, folder / name))
        elif name in kinds:
            if place.lower() in LIST_NAMES:
                continue
            found.others[place] = (
                'a picture that lies next to videos or folders'
                if name in pictures
                else 'neither a video nor a picture, by the suffix of its name'
            )
        else:
            real = os.path.realpath(folder / name)
            if real in around or leads_up(folder / name):
                found.others[place] = 'a link to a folder around it, or to the clips'
            else:
                _look(folder / name, place, around | {real}, found)


def _stamp(path: str | Path) -> str:
    state = os.stat(path)
    return f'{state.st_size}-{state.st_mtime_ns}'
