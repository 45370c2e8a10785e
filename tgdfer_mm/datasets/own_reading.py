"""Reads a user's clips and classes, from folders or a list."""

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from ..labels.classes import LabelSetError, is_path, load_classes
from .clip_dataset import MissingDataError
from .face_data import read_face_data
from .list_table import find_list
from .own_clips import OwnData
from .own_lists import read_list
from .own_tree import read_tree
from .text_files import DataError
from .text_tables import SUFFIXES

CLASSES = 'classes.json'  # next to the clips: the order of classes, and optional texts


def read_own(data: str | Path, classes: str | Sequence[str] | None = None) -> OwnData:
    """Reads a user's clips from a folder by class or from a list.

    Args:
        data: The folder, which may have a list ``clips.csv``; or a list.
        classes: As :class:`~tgdfer_mm.datasets.clip_folder.ClipFolderDataset` takes
            them.

    Raises:
        MissingDataError: If it does not exist.
        DataError: If something is wrong; the message names the file, and the line of a
            list.
    """
    path = require_own(data)
    next_to = (path if path.is_dir() else path.parent) / CLASSES
    if classes is None and next_to.is_file():
        classes = str(next_to)
    where, file = 'classes', None
    if isinstance(classes, str):
        where = classes
        file = Path(classes).expanduser() if is_path(classes) else None
        try:
            classes = load_classes(classes)
        except LabelSetError as error:
            raise DataError(str(error)) from error
    if path.is_dir():
        listed = find_list(path)
        found = read_list(listed, classes) if listed else _read_folders(path)
    elif path.suffix.lower() in SUFFIXES:
        found = read_list(path, classes)
    else:
        raise DataError(
            f'{path} is neither a folder nor a list of clips, which ends in one of '
            f'{list(SUFFIXES)}.'
        )
    found.class_file = file
    found.settle_classes(classes, where)
    return found


def _read_folders(root: Path) -> OwnData:
    found = read_tree(root)
    faces = read_face_data(root)
    if faces is not None and faces.tracks == 'all':
        # `a_1` and `a_2` are from one video, so they stay together.
        found.clips = [
            replace(clip, source=clip.name.rpartition('_')[0]) for clip in found.clips
        ]
    return found


def require_own(data: str | Path) -> Path:
    """The absolute path of a folder or list of clips.

    Raises:
        MissingDataError: If it does not exist.
    """
    path = Path(os.path.expanduser(data)).absolute()
    if not path.exists():
        raise MissingDataError(
            f'{data}: there is no such folder or list of clips. Name your '
            'own, in a training by --data (recipe.data).'
        )
    return path
