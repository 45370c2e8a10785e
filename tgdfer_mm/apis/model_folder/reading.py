"""Reads config and weights from a folder of this machine or of the hub."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from mmengine.config import Config

from ...files import read_json
from ...hf_hub import HubFolder, HubName, LocalFolder, open_folder
from .harmless import import_needed, require_harmless
from .layout import (
    CONFIG,
    FORMAT,
    LIBRARY,
    PREPROCESSING,
    TOKENIZER,
    TOKENIZER_FILES,
    WEIGHTS,
    ModelFolderError,
)

# Kinds of the entries of the two files, and of the entries of lists.
_OBJECTS = ('model', 'about', 'trained', 'video')
_LISTS = {
    'classes': (str, 'texts'),
    'needs': (str, 'texts'),
    'pipeline': (dict, 'objects'),
}


class FolderModel(NamedTuple):
    """Content of a model's folder.

    Attributes:
        name: Name of the model: of the folder, or of the repository without its owner.
        config: Config of the model and its preprocessing.
        weights: File of the weights.
        source: The folder, or the repository at its commit.
        trained: Facts about the training, plain data.
        classes: Names of the classes, in the order of the scores.
    """

    name: str
    config: Config
    weights: Path
    source: str
    trained: dict
    classes: list[str]


def is_model_folder(path: str | Path) -> bool:
    """True if a folder has the form of the hub, and is not a work folder."""
    return (Path(path).expanduser() / CONFIG).is_file()


def read_folder(source: str | Path) -> FolderModel:
    """Reads a folder, or a repository of the hub (``hf-hub:org/name@revision``).

    No code is run, and only files of the repository are fetched.

    Raises:
        ModelFolderError: It is not a model of this package, or one of a newer version.
        HarmfulConfigError: Its config could run, open or fetch something.
        DamagedFileError: A file cannot be read.
        HubError: The repository cannot be used.
    """
    folder = open_folder(source)
    path = folder.find(CONFIG)
    if path is None:
        raise ModelFolderError(f'{folder} has no {CONFIG}, so it holds no model')
    content = read_json(path)
    if content.get('library') != LIBRARY:
        raise ModelFolderError(
            f'{folder} holds a model of another library '
            f'({content.get("model_type") or "unknown"}), not a trained one of this '
            'package. The towers of others are backbones: docs/hub.md'
        )
    if content.get('format') != FORMAT:
        raise ModelFolderError(
            f'{path}: it has the format {content.get("format")!r}, and this version '
            f'reads {FORMAT}. Update tgdfer_mm'
        )
    content = read_json(path, 'model', 'classes', 'needs', 'about', 'trained')
    preparing = read_json(
        _required(folder, PREPROCESSING), 'pipeline', 'video', 'image_size'
    )
    _require_form(content, path)
    _require_form(preparing, PREPROCESSING)
    import_needed(content['needs'], path)
    require_harmless(content['model'], path, 'model')
    require_harmless(preparing, PREPROCESSING)
    _find_tokenizer(content['model'], folder)
    config = Config(
        dict(
            default_scope='mmaction',
            model=content['model'],
            about=content['about'],
            image_size=preparing['image_size'],
            video=preparing['video'],
            test_dataloader=dict(dataset=dict(pipeline=preparing['pipeline'])),
        ),
        filename=str(path),
    )
    weights = _required(folder, WEIGHTS)
    if isinstance(folder, LocalFolder):
        name, at = folder.path.absolute().name, str(folder)
    else:
        name = folder.name.repo.rpartition('/')[2]
        at = str(HubName(folder.name.repo, folder.commit))
    return FolderModel(
        name, config, weights, at, content['trained'], content['classes']
    )


def _require_form(content: Mapping[str, Any], path: object) -> None:
    for key in _OBJECTS:
        if not isinstance(content.get(key, {}), dict):
            raise ModelFolderError(f'{path}: {key} has to be an object, {{...}}')
    for key, (kind, what) in _LISTS.items():
        value = content.get(key, [])
        if not isinstance(value, list) or not all(isinstance(v, kind) for v in value):
            raise ModelFolderError(f'{path}: {key} has to be a list of {what}')


def _required(folder: HubFolder | LocalFolder, name: str) -> Path:
    path = folder.find(name)
    if path is None:
        raise ModelFolderError(f'{folder} lacks {name}')
    return path


def _find_tokenizer(node: Any, folder: HubFolder | LocalFolder) -> None:
    """Replaces the name of the folder's tokenizer by its path."""
    if isinstance(node, dict):
        if node.get('tokenizer') == TOKENIZER:
            found = [_required(folder, TOKENIZER_FILES[0])]
            found += filter(None, map(folder.find, TOKENIZER_FILES[1:]))
            node['tokenizer'] = str(found[0].parent)
        for value in node.values():
            _find_tokenizer(value, folder)
    elif isinstance(node, list):
        for value in node:
            _find_tokenizer(value, folder)
