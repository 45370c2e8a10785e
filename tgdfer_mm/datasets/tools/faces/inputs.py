"""The videos and folders of pictures in a folder, and what their clips are called."""

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
        source: Its path below the folder, with slashes.
        name: The path of its clip: without the ending, or with it where something else
            in the same folder has that name.
        path: Where it is.
    """

    source: str
    name: str
    path: Path

    def stamp(self) -> str | None:
        """Changes if the content does; None if that cannot be told."""
        try:
            if not self.path.is_dir():
                return _stamp(self.path)
            with os.scandir(self.path) as scan:
                entries = sorted((e.name, _stamp(e.path)) for e in scan)
        except OSError:
            return None
        return sha256(repr(entries).encode('utf-8', 'surrogateescape')).hexdigest()


class RawFolder(NamedTuple):
    """What a folder holds.

    Attributes:
        clips: The inputs, in natural order.
        others: What is none, and why, by its path below the folder.
    """

    clips: list[RawClip]
    others: dict[str, str]

    def leave_out(self, wanted: Collection[str]) -> list[str]:
        """Takes the clips of other names out, and gives their paths."""
        left_out = [raw.source for raw in self.clips if raw.name not in wanted]
        self.clips[:] = [raw for raw in self.clips if raw.name in wanted]
        return left_out


def find_raw_clips(folder: Path, out: Path, digits: int = 0) -> RawFolder:
    """Looks for videos and folders of pictures, however deep.

    A folder of pictures is a clip if it has neither videos nor folders. Hidden files
    and folders are passed over.

    Args:
        folder: Where to look.
        out: A folder that is not looked into, wherever a link leads to it.
        digits: To how many digits names that are numbers are filled up with zeros; of
            clips that are in no folder below.
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
                else 'neither a video nor a picture, by the ending of its name'
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
