"""Folders of the fetched models and of the user's choice."""

import json
from pathlib import Path

from ..files import DamagedFileError, read_json, write_text
from ..video.errors import InputError, MissingPackage, OutputError
from ..video.optional_packages import need

SCHEME = 'models://'
APP = 'tgdfer_mm'


def models_folder() -> Path:
    """Folder of the fetched models: in the platform's cache.

    Raises:
        MissingPackage: platformdirs, which finds that folder, is not installed.
    """
    return Path(need('platformdirs').user_cache_path(APP)) / 'models'


def model_folder(name: str) -> Path:
    """Folder of one model."""
    return models_folder() / name


def local_file(source: str | Path) -> Path:
    """The path of a file that may be written as ``models://NAME/FILE``.

    Raises:
        InputError: It belongs to a model that has not been fetched.
    """
    text = str(source)
    if not text.startswith(SCHEME):
        return Path(text).expanduser()
    name, _, file = text.removeprefix(SCHEME).partition('/')
    path = model_folder(name) / file
    if not path.is_file():
        raise InputError(
            f'the model {name} is not on this machine: {path} is missing. Get it by '
            f'`tgdfer models get {name}`'
        )
    return path


def settings_file() -> Path:
    """File of the user's settings: in the platform's folder for those."""
    return Path(need('platformdirs').user_config_path(APP)) / 'settings.json'


def default_model() -> str | None:
    """The model that the user has chosen as default.

    Returns:
        Its name; None if none was chosen.

    Raises:
        InputError: The file of the choice is damaged.
    """
    try:
        path = settings_file()
    except MissingPackage:  # then none can have been chosen
        return None
    if not path.is_file():
        return None
    try:
        found = read_json(path, 'default_model')['default_model']
    except DamagedFileError as err:
        raise InputError(
            f'{err} Delete it, or choose again by `tgdfer models --default NAME`'
        ) from err
    return None if found is None else str(found)


def set_default_model(name: str) -> Path:
    """Writes the user's choice.

    Returns:
        The file.

    Raises:
        OutputError: It cannot be written.
    """
    path = settings_file()
    try:
        write_text(path, json.dumps({'default_model': name}) + '\n')
    except OSError as err:
        raise OutputError(f'{path}: cannot be written ({err.strerror or err})') from err
    return path
