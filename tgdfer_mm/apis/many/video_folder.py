"""Finds the videos of a folder, and names each."""

import os
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from ...clips.frame_names import natural_sorted
from ...video.errors import InputError
from ...video.reading import VIDEOS
from ...video.stills import STILLS
from ...visualization.video import ANNOTATED_NAME
from ..writing import JSON_NAME

_LONGEST_NAME = 160  # bytes: file systems allow 255, and names of notes are longer


@dataclass(frozen=True)
class Video:
    """A video of a folder.

    Attributes:
        name: Its path below the folder, with ``/`` between its parts.
        path: Where it is.
        size: Bytes; 0 if they are unknown.
    """

    name: str
    path: str
    size: int

    @property
    def folder(self) -> str:
        """Folder of its result, below the output folder.

        It is the whole name with its ending: ``a.mp4`` and ``a.mkv`` are two videos.
        """
        *parents, own = self.name.split('/')
        raw = os.fsencode(own)
        if len(raw) > _LONGEST_NAME:
            digest = sha256(raw).hexdigest()[:12]
            own = os.fsdecode(raw[: _LONGEST_NAME - 13]) + f'~{digest}'
        return '/'.join([*parents, own])


@dataclass(frozen=True)
class VideoFolder:
    """The videos below a folder.

    Attributes:
        path: The folder, as it was given.
        videos: Sorted by name; numbers in a name by their value.
        others: Number of other files.
        closed: Folders in it that cannot be listed, with the reason.
    """

    path: str
    videos: tuple[Video, ...]
    others: int
    closed: dict[str, InputError] = field(default_factory=dict)


def find_videos(
    folder: str, out: str, with_pictures: bool = False
) -> VideoFolder | None:
    """Finds the videos in a folder and in the folders below it.

    Hidden files and folders are left out, as are the output folder and annotated videos
    in other output folders. A link to a folder is not followed, since it may lead back
    to a folder above it.

    Args:
        folder: Any input of a user.
        out: The output folder, which may lie in that folder.
        with_pictures: Whether pictures may lie next to the videos.

    Returns:
        None if it is not a folder of videos: it is not a folder, has pictures, which
        are the frames of a single input, or has no video.
    """
    if not os.path.isdir(folder):
        return None
    names, others, closed = [], 0, []
    own = os.path.realpath(out)
    for parent, folders, files in os.walk(folder, onerror=closed.append):
        files = [name for name in files if name[0] != '.']
        pictures = parent == folder and any(_ending(n) in STILLS for n in files)
        if pictures and not with_pictures:
            return None
        folders[:] = [
            name
            for name in folders
            if name[0] != '.' and os.path.realpath(os.path.join(parent, name)) != own
        ]
        if JSON_NAME in files and ANNOTATED_NAME in files:
            files.remove(ANNOTATED_NAME)
        found = [name for name in files if _ending(name) in VIDEOS]
        others += len(files) - len(found)
        names += [os.path.relpath(os.path.join(parent, n), folder) for n in found]
    if any(err.filename == folder for err in closed) or not (names or closed):
        return None
    videos = (_video(folder, name.replace(os.sep, '/')) for name in names)
    by_name = {video.name: video for video in videos}
    return VideoFolder(
        folder,
        tuple(by_name[name] for name in natural_sorted(by_name)),
        others,
        {
            err.filename: InputError(
                f'{err.filename}: cannot be listed ({err.strerror})'
            )
            for err in closed
        },
    )


def _ending(name: str) -> str:
    return Path(name).suffix.lower()


def _video(folder: str, name: str) -> Video:
    path = os.path.join(folder, name)
    try:
        size = os.stat(path).st_size
    except OSError:  # a broken link: the error comes when it is read
        size = 0
    return Video(name, path, size)
