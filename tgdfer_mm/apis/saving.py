"""Writes a trained model as a folder that others can use, also from the hub."""

import json
import os
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

import torch
from mmengine.config import Config, ConfigDict
from torch import Tensor

from ..engine.publish import KEPT_META
from ..files import file_hash, write_text
from ..finite_weights import check_finite
from ..hf_hub import PREFIX, open_folder
from ..plain_checkpoints import write_safetensors
from ..version import __version__
from ..video.errors import OutputError
from .group_results import read_groups
from .model_card import write_card
from .model_folder.harmless import require_harmless
from .model_folder.layout import (
    CONFIG,
    FORMAT,
    LIBRARY,
    PREPROCESSING,
    TOKENIZER_FILES,
    WEIGHTS,
    ModelFolderError,
)
from .model_folder.self_contained import self_contained, tokenizer_of
from .model_loading import LoadedModel, load_model
from .preprocessing import steps_after_reading, test_pipeline


def from_pretrained(
    source: str | Path, revision: str | None = None, device: str = 'cpu'
) -> LoadedModel:
    """Loads a model of :func:`save_pretrained`.

    Args:
        source: The folder, or a repository of the hub, ``org/name``.
        revision: A branch, a tag or a commit of the repository.
        device: Where it runs.

    Raises:
        ModelFolderError: It is not a model, or of a newer version of this package.
        HarmfulConfigError: Its config could run, open or fetch something.
        HubError: The repository cannot be used.
    """
    if Path(source).expanduser().is_dir() and revision is None:
        return load_model(Path(source), device=device)
    name = str(source) if revision is None else f'{source}@{revision}'
    return load_model(f'{PREFIX}{name.removeprefix(PREFIX)}', device=device)


def save_pretrained(
    model: LoadedModel | str | Path,
    folder: str | Path,
    half: bool = False,
    licence: str | None = None,
    repo: str | None = None,
    groups: str | Path | None = None,
) -> Path:
    """Writes a model as a folder: weights, config, preprocessing and a model card.

    The folder needs no other file: its config has the texts of the classes and the
    architectures. Before it gets its name it is loaded once, and has to give exactly
    the same weights.

    Args:
        model: A model of :func:`tgdfer_mm.apis.load_model`, or its argument, such as
            the work folder of a training.
        folder: Path of a new or empty folder.
        half: Whether numbers are rounded to 16 bits, for half the size.
        licence: Licence of the weights, for the card: an identifier of the hub such as
            ``cc-by-nc-4.0``.
        repo: Its future repository on the hub, for the card; by default ``org/`` and
            the folder's name.
        groups: Results by groups of people for the card, a file of `tgdfer groups`.

    Returns:
        The folder.

    Raises:
        ModelFolderError: The model cannot be saved: it has a part that no file can
            hold, or numbers beyond 16 bits.
        OutputError: The folder is not empty, or cannot be written.
        InputError: `groups` is not such a file.
        NonFiniteWeightsError: A weight is NaN or infinity.
    """
    loaded = model if isinstance(model, LoadedModel) else load_model(model)
    folder = Path(folder).expanduser()
    _require_room(folder)
    if groups is not None:
        known = dict(loaded.trained, groups=read_groups(groups))
        loaded = replace(loaded, trained=known)
    state = _state(loaded, half)
    config, preprocessing = _config(loaded), _preprocessing(loaded.cfg)
    require_harmless(config['model'], loaded.about['config'], 'model')
    require_harmless(preprocessing, loaded.about['config'])
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        near = tempfile.mkdtemp(prefix=f'.{folder.name}.', dir=folder.parent)
    except OSError as error:
        raise OutputError(f'{folder}: cannot be written ({error.strerror})') from error
    try:
        place = Path(near)
        meta = {key: loaded.trained[key] for key in KEPT_META if key in loaded.trained}
        meta['dataset_meta'] = dict(
            meta.get('dataset_meta') or {}, classes=loaded.classes
        )
        write_safetensors(state, {'meta': json.dumps(meta)}, place / WEIGHTS)
        if 'calibration' in config['trained']:  # which now belongs to the new file
            own = dict(sha256=file_hash(place / WEIGHTS), checkpoint=WEIGHTS)
            config['trained']['calibration'].update(own)
        _copy_tokenizer(tokenizer_of(loaded.cfg.model), place)
        _write_json(config, place / CONFIG)
        _write_json(preprocessing, place / PREPROCESSING)
        write_card(loaded, repo or f'org/{folder.name}', config, place, licence)
        os.chmod(place / WEIGHTS, 0o644)  # safetensors lets only the owner read it
        _require_same(state, place)
        if folder.is_dir():
            folder.rmdir()  # empty
        os.chmod(near, 0o755)  # as for a temporary folder
        os.replace(near, folder)
    except OSError as error:
        raise OutputError(
            f'{folder}: cannot be written ({error}). Name another folder'
        ) from error
    finally:
        shutil.rmtree(near, ignore_errors=True)
    return folder


def _require_room(folder: Path) -> None:
    if folder.is_file() or (folder.is_dir() and any(folder.iterdir())):
        raise OutputError(
            f'{folder}: is a file, or a folder that is not empty. Name another one, or '
            'remove what is there'
        )


def _state(loaded: LoadedModel, half: bool) -> dict[str, Tensor]:
    """The weights, each in its own memory, as the file needs them."""
    state = loaded.model.state_dict()
    check_finite(state, loaded.about['checkpoint'])
    state = {name: _own_copy(value, half) for name, value in state.items()}
    lost = [name for name, v in state.items() if half and not torch.isfinite(v).all()]
    if lost:
        raise ModelFolderError(
            f'{loaded.about["name"]}: {lost[0]} has values beyond 16 bits; write '
            'it without half'
        )
    return state


def _own_copy(value: Tensor, half: bool) -> Tensor:
    kind = torch.half if half and value.is_floating_point() else value.dtype
    dense = torch.contiguous_format
    return value.detach().to('cpu', kind, copy=True, memory_format=dense)


def _config(loaded: LoadedModel) -> dict:
    about = loaded.cfg.get('about') or {}
    return dict(
        library=LIBRARY,
        format=FORMAT,
        version=__version__,
        model_type=str(loaded.cfg.model.type),
        classes=loaded.classes,
        about=dict(domain=about.get('domain'), note=about.get('note')),
        needs=_needs(loaded.cfg),
        trained=_plain(loaded.trained, 'trained'),
        model=self_contained(loaded.cfg.model),
    )


def _preprocessing(cfg: Config) -> dict:
    """Sampling and preparation of a clip; reading is left to the reader."""
    sampling = [s for s in test_pipeline(cfg) if s['type'] == 'SampleSegments']
    steps = [*sampling, dict(type='DecodeFrames'), *steps_after_reading(cfg)]
    return dict(
        image_size=cfg.get('image_size'),
        pipeline=_plain(steps, 'pipeline'),
        video=_plain(cfg.get('video') or {}, 'video'),
    )


def _needs(cfg: Config) -> list[str]:
    """The modules that register parts of the model, without this package."""
    imports = (cfg.get('custom_imports') or {}).get('imports') or []
    named = [imports] if isinstance(imports, str) else list(imports)
    return [name for name in named if name.partition('.')[0] != LIBRARY]


def _plain(value: object, key: str) -> object:
    try:
        return json.loads(json.dumps(value, default=_as_plain))
    except (TypeError, ValueError) as error:
        raise ModelFolderError(
            f'{key} of the config has a value that a JSON file cannot hold ({error})'
        ) from error


def _as_plain(value: object) -> object:
    if isinstance(value, ConfigDict):
        return value.to_dict()
    raise TypeError(f'{value!r} is a {type(value).__name__}')


def _copy_tokenizer(source: str | None, place: Path) -> None:
    if source is None:
        return
    for name in TOKENIZER_FILES:
        found = open_folder(source).find(Path(name).name)
        if found is not None:
            (place / name).parent.mkdir(exist_ok=True)
            shutil.copyfile(found, place / name)


def _write_json(content: dict, path: Path) -> None:
    write_text(path, json.dumps(content, indent=2, ensure_ascii=False) + '\n')


def _require_same(state: dict[str, Tensor], folder: Path) -> None:
    """Loads the written folder, and refuses it if a weight differs."""
    again = load_model(folder).model.state_dict()
    for name, value in state.items():
        if not torch.equal(again[name], value.to(again[name].dtype)):
            raise ModelFolderError(
                f'{name} has other values after it has been loaded from the folder: '
                'the model changes its weights when it loads them'
            )
