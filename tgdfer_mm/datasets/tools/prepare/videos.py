"""Makes frame folders from videos."""

import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from fnmatch import fnmatchcase
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

import cv2

from ....video.clip_file import ClipFile
from ....video.errors import InputError
from ...dfer_dataset import DFERDataset
from ...known_layouts import find_media, load_aliases
from ...progress import track
from ..faces import make_face_clips

_DIGITS = 5  # of clip names that are numbers


def extract_own_frames(
    dataset: type[DFERDataset], root: str | Path, name: str
) -> dict[str, str]:
    """Writes the frames of a data set's original videos into a separate folder.

    Args:
        dataset: The data set's class.
        root: Its root folder.
        name: The folder below `root`.

    Returns:
        As :func:`extract_frames`.

    Raises:
        ValueError: If the folder is a known place of the authors' frames, with which
            these would be confused.
        FileNotFoundError: If there is no video.
    """
    places = _own_place(dataset, root, name)
    if dataset.LISTED:
        return extract_frames(*places)
    return extract_frames(*places, f'*{_ending(dataset, root)}')


def extract_own_faces(
    dataset: type[DFERDataset], root: str | Path, name: str, workers: int = 2
) -> dict[str, Any]:
    """Makes face clips of a data set's original videos in a separate folder.

    Args:
        dataset: The data set's class.
        root: Its root folder.
        name: The folder below `root`.
        workers: Processes.

    Returns:
        The report of :func:`~tgdfer_mm.datasets.tools.faces.make_face_clips`.

    Raises:
        ValueError: As :func:`extract_own_frames`.
        VideoError: As :func:`~tgdfer_mm.datasets.tools.faces.make_face_clips`.
    """
    videos, place = _own_place(dataset, root, name)
    show = partial(track, what='Finding faces')
    which = dict(digits=_DIGITS) if dataset.LISTED else dict(wanted=_wanted(dataset))
    return make_face_clips(videos, place, workers=workers, track=show, **which)


def _wanted(dataset: type[DFERDataset]) -> set[str]:
    """The clips of a data set of actors, as paths without a suffix."""
    data = dataset('.', 'test', lazy_init=True)
    return {data.place(clip) for clip in data.names.recordings}


def _ending(dataset: type[DFERDataset], root: str | Path) -> str:
    """The suffix of its videos."""
    data = dataset(str(root), 'test', media='videos', lazy_init=True)
    return Path(data.video_name(next(iter(data.chosen)))).suffix


def _own_place(
    dataset: type[DFERDataset], root: str | Path, name: str
) -> tuple[Path, Path]:
    """The folder of the videos, and a folder for the frames."""
    root = Path(root).expanduser().absolute()
    known = load_aliases(dataset.ALIASES)
    aliases = known['media']['frames']['versions'].values()
    own = dataset.FOLDERS['frames'].values() if dataset.LISTED else []
    taken = [*own, *chain.from_iterable(aliases)]
    place = Path(os.path.normpath(root / name))
    below = [
        place.relative_to(root / base).as_posix()
        for base in known['roots']
        if root / base in place.parents
    ]
    if any(fnmatchcase(path, each) for path in below for each in taken):
        raise ValueError(
            f"{place} is a known place of the authors' frames of {dataset.NAME}: those "
            'of the videos would be taken for them. Choose another name.'
        )
    own = dataset.FOLDERS['videos']['original']
    videos = find_media(dataset.ALIASES, root, 'videos', 'original', own).path
    return videos, place


def extract_frames(
    videos: str | Path, folder: str | Path, pattern: str = '*.mp4'
) -> dict[str, str]:
    """Writes every frame of every video as a JPEG file, one folder per video.

    The frames are whole pictures, not the authors' aligned faces: results on the two
    cannot be compared. They look as in a player: upright, and the width is scaled if
    pixels are not square. A folder gets its name only when it is complete; existing
    folders are not written again.

    Args:
        videos: Folder of the videos.
        folder: Output folder: ``7.mp4`` becomes ``00007/00001.jpg`` and so on; videos
            in subfolders keep these.
        pattern: File name pattern of the videos.

    Returns:
        Reasons for videos that could not be read, by path.

    Raises:
        FileNotFoundError: If there is no video.
    """
    videos, folder = Path(videos), Path(folder)
    # Not the ._* files that macOS adds.
    paths = sorted(p for p in videos.rglob(pattern) if p.name[0] != '.')
    if not paths:
        raise FileNotFoundError(f'There is no {pattern} in {videos}.')
    damaged: dict[str, str] = {}

    def work(path: Path) -> None:
        name = path.stem
        if path.parent == videos and name.isdecimal():
            name = f'{int(name):0{_DIGITS}d}'
        target = folder / path.parent.relative_to(videos) / name
        if target.is_dir():
            return
        try:
            _extract(path, target)
        except InputError as err:
            damaged[str(path)] = str(err)

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for _ in track(pool.map(work, paths), len(paths), 'Writing frames'):
            pass
    return damaged


def _extract(path: Path, target: Path) -> None:
    part = target.with_name(f'.{target.name}.part')
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    try:
        for frame in ClipFile(path):
            file = part / f'{frame.index + 1:05d}.jpg'
            options = [cv2.IMWRITE_JPEG_QUALITY, 95]
            code = cv2.imencode('.jpg', frame.rgb[..., ::-1], options)[1]
            file.write_bytes(code.tobytes())
        part.rename(target)
    finally:
        shutil.rmtree(part, ignore_errors=True)
