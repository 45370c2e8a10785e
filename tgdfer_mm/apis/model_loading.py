"""From a name, or a config and a checkpoint, to a model that says what it is."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from mmengine.config import Config
from mmengine.registry import init_default_scope

from ..engine.checkpoint import weights_misfit
from ..files import file_hash
from ..models.vision_language.open_clip_models import resolve
from ..paths import UnknownConfigError, config_dir, find_config
from ..plain_checkpoints import load_from_local
from ..registry import MODELS
from ..run_config.files import read_config
from ..video.errors import InputError, UsageError

_SHIPPED = Path(__file__).with_name('shipped_models.json')


@dataclass(frozen=True)
class LoadedModel:
    """A model in evaluation mode, and what a result says about it.

    Attributes:
        model: The network.
        cfg: Its config.
        about: The ``model`` of a result, plain data.
    """

    model: torch.nn.Module
    cfg: Config
    about: dict

    @property
    def classes(self) -> list[str]:
        """Names of the classes, in the order of the scores."""
        return self.about['classes']


def shipped_models() -> dict[str, dict]:
    """The models that come with the package: name -> config, checkpoint, note."""
    return json.loads(_SHIPPED.read_text(encoding='utf-8'))


def load_model(
    model: str | Path | Config,
    checkpoint: str | Path | None = None,
    device: str = 'cpu',
) -> LoadedModel:
    """Loads a shipped model by its name, or any config with a checkpoint.

    Args:
        model: A name of :func:`shipped_models`, the path or name of a config, or a
            config.
        checkpoint: Its weights; a shipped model has its own.
        device: Where it runs.

    Raises:
        UsageError: There is no such model, or no checkpoint was given.
        InputError: The checkpoint is missing, does not fit, or names no classes.
    """
    name, note = str(getattr(model, 'filename', model)), None
    if isinstance(model, str) and model in shipped_models():
        entry = shipped_models()[model]
        note = entry['note'] if checkpoint is None else None
        checkpoint = checkpoint or entry['checkpoint']
        cfg = Config.fromfile(config_dir() / entry['config'])
        config = entry['config']
    elif isinstance(model, Config):
        cfg, config = model, str(model.filename)
    else:
        try:
            file = find_config(model)
        except UnknownConfigError as err:
            known = ', '.join(shipped_models())
            raise UsageError(
                f'model={str(model)!r} is neither a config nor one of the shipped '
                f'models: {known}. {err}'
            ) from err
        cfg, config, name = read_config(file), str(model), file.stem
    if checkpoint is None:
        raise UsageError(f'{config} needs a checkpoint (--checkpoint FILE)')
    path = Path(resolve(str(checkpoint))).expanduser()
    if not path.is_file():
        raise InputError(f'{path}: there is no such checkpoint')
    loaded = load_from_local(path, 'cpu')
    init_default_scope(cfg.get('default_scope', 'mmaction'))
    network = MODELS.build(cfg.model)
    misfit = weights_misfit(network, loaded)
    if misfit:
        raise InputError(f'{path} does not fit {config}: {misfit}')
    about = dict(
        name=name,
        config=config,
        checkpoint=str(checkpoint),
        sha256=file_hash(path),
        classes=_classes(loaded, network, path),
        note=note,
    )
    return LoadedModel(network.to(device).eval(), cfg, about)


def _classes(checkpoint: dict, network: Any, path: Path) -> list[str]:
    meta = checkpoint.get('meta', {}).get('dataset_meta') or {}
    texts = getattr(network, 'text_encoder', None)
    classes = meta.get('classes') or getattr(texts, 'classes', None)
    if not classes:
        raise InputError(
            f'{path} does not name its classes (no meta.dataset_meta.classes), nor '
            'does the model: it cannot be said what it recognises'
        )
    if texts is not None and list(texts.classes) != list(classes):
        raise InputError(
            f'{path} was trained on the classes {list(classes)}, the texts of the '
            f'model are of {list(texts.classes)}'
        )
    return [str(name) for name in classes]
