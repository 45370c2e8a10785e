"""Loads a model from a name, or from a config and a checkpoint, with facts about it."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from mmengine.config import Config
from mmengine.registry import init_default_scope

from ..catalogue import Entry, catalogue, close_to, local_file
from ..catalogue.entries import with_ban
from ..catalogue.folders import SCHEME
from ..engine.checkpoint import weights_misfit
from ..engine.publish import KEPT_META
from ..features import on_pictures
from ..files import file_hash
from ..hf_hub import PREFIX, looks_like_a_repo
from ..models.experts import FrameExpert
from ..models.heads import FrameExpertHead
from ..models.vision_language.open_clip_models import resolve
from ..paths import UnknownConfigError, config_dir, find_config
from ..plain_checkpoints import load_from_local
from ..recipe.class_files import settle_class_files
from ..run_config.files import read_config
from ..run_config.walk import kind_of
from ..video.errors import InputError, UsageError
from .calibration import checked_record, read_calibration, said_of
from .loaded_model import LoadedModel, build_network
from .model_folder import is_model_folder, read_folder
from .model_folder.layout import ModelFolderError
from .trained_run import find_run
from .zero_shot import (
    AS_IT_STARTS,
    has_its_towers,
    is_untrained,
    load_zero_shot,
    names_its_towers,
    use_towers,
)


def shipped_models() -> dict[str, dict]:
    """Models of this package: name -> config, checkpoint, note."""
    return {
        name: dict(config=e.config, checkpoint=e.checkpoint, note=e.note)
        for name, e in catalogue().items()
        if e.source['kind'] == 'shipped'
    }


def load_model(
    model: str | Path | Config,
    checkpoint: str | Path | None = None,
    device: str = 'cpu',
) -> LoadedModel:
    """Loads a model of the catalogue by its name, or any config with a checkpoint.

    Args:
        model: A name that ``tgdfer models`` lists, the path or name of a config, the
            work folder of a training, a folder of
            :func:`tgdfer_mm.apis.save_pretrained`, a repository of the Hugging Face hub
            (``org/name`` or ``org/name@revision``, ``hf-hub:`` may stand before it), or
            a config.
        checkpoint: Its weights. A model of the catalogue, a folder and a repository
            have their own. So has a config whose tower is a ``FrameExpert`` under a
            ``FrameExpertHead``. Without a checkpoint, a config whose towers name
            pretrained weights that are on this machine is zero-shot CLIP. For ``clip``
            it is the weights of the towers: a file, a folder or ``hf-hub:org/name``.
        device: Where it runs.

    Raises:
        UsageError: There is no such model, or no checkpoint was given.
        InputError: The checkpoint or the model of the catalogue is missing, does not
            fit, or names no classes.
        ModelFolderError: A folder or repository is not a model, or of a newer version.
        HubError: The repository cannot be used.
    """
    name, entry, trained = str(getattr(model, 'filename', model)), None, {}
    if isinstance(model, str) and model in catalogue():
        entry = catalogue()[model]
        cfg, config = _config_of(entry, checkpoint), entry.config
        if entry.towers:
            checkpoint = None
        elif checkpoint is not None:
            entry = None  # facts about its own weights are not true of others
        else:
            checkpoint = entry.checkpoint
        if entry is not None and not entry.towers:
            cfg.about = dict(domain=entry.domain, note=entry.note)
    elif isinstance(model, Config):
        cfg, config = model, str(model.filename)
    elif is_model_folder(model) or str(model).startswith(PREFIX):
        return _load_folder(str(model), checkpoint, device)
    elif Path(model).is_dir():
        run = find_run(model)
        cfg, config, name = read_config(run.config), str(run.config), run.name
        if checkpoint is None:
            checkpoint = run.checkpoint
            trained = dict(selection=run.selection, test_clips=run.test_clips)
    else:
        try:
            file = find_config(model)
        except UnknownConfigError as err:
            if _may_be_of_the_hub(str(model)):
                return _load_folder(f'{PREFIX}{model}', checkpoint, device)
            raise UsageError(
                f'model={str(model)!r}: `tgdfer models` lists no model of this name. '
                f'{close_to(str(model), catalogue())} Nor is it a config: {err}'
            ) from err
        cfg, config, name = read_config(file), str(model), file.stem
    return _load(cfg, config, name, checkpoint, device, trained)


def _may_be_of_the_hub(name: str) -> bool:
    """True if it is ``org/name``, and not a misspelt config in a folder of ours."""
    ours = (config_dir() / name.partition('/')[0]).is_dir()
    return looks_like_a_repo(name) and not ours and not name.endswith('.py')


def _load_folder(source: str, checkpoint: str | Path | None, device: str):
    found = read_folder(source)
    if checkpoint is not None:
        return _load(found.config, found.source, found.name, checkpoint, device, {})
    loaded = _load(
        found.config, found.source, found.name, found.weights, device, found.trained
    )
    if list(loaded.classes) != found.classes:
        raise ModelFolderError(
            f'{found.source}: config.json names the classes {found.classes}, and the '
            f'weights are of {list(loaded.classes)}. Give config.json the same ones'
        )
    return replace(loaded, about=dict(loaded.about, checkpoint=found.source))


def _load(
    cfg: Config,
    config: str,
    name: str,
    checkpoint: str | Path | None,
    device: str,
    trained: dict,
) -> LoadedModel:
    init_default_scope(cfg.get('default_scope', 'mmaction'))
    settle_class_files(cfg)
    cfg = on_pictures(cfg)
    if checkpoint is None and names_its_towers(cfg):
        return load_zero_shot(cfg, config, name, device)
    own = checkpoint is None and _brings_its_weights(cfg)
    if checkpoint is None and not own:
        raise UsageError(f'{config} needs a checkpoint (--checkpoint FILE)')
    if own:
        network, path = _expert(cfg, config)
        tower = cfg.model.backbone
        loaded = {}
        checkpoint = tower.get('pretrained') or tower.get('file') or tower.type
    else:
        path = Path(resolve(str(checkpoint))).expanduser()
        if not path.is_file():
            raise InputError(f'{path}: there is no such checkpoint')
        loaded = load_from_local(path, 'cpu')
        network = build_network(cfg, config)
        misfit = weights_misfit(network, loaded)
        if misfit:
            raise InputError(f'{path} does not fit {config}: {misfit}')
    domain, note = _said(cfg)
    about: dict[str, Any] = dict(
        name=name,
        config=config,
        checkpoint=str(checkpoint),
        sha256=None if path is None else file_hash(path),
        classes=_classes(loaded, network, path),
        domain=domain,
        note=_note(note, network),
    )
    if is_untrained(network):
        note = ' '.join(filter(None, [about['note'], AS_IT_STARTS]))
        about |= dict(note=note, zero_shot=True)
    meta = loaded.get('meta') or {}
    known = {key: meta[key] for key in KEPT_META if key in meta}
    calibration = None
    if trained.get('calibration') is not None:  # in the folder's config
        where = f'trained.calibration of {config}'
        calibration = checked_record(trained['calibration'], where, about['sha256'])
    elif path is not None:
        calibration = read_calibration(path, about['sha256'])
        known |= {} if calibration is None else dict(calibration=calibration)
    about['calibration'] = said_of(calibration)
    return LoadedModel(network.to(device).eval(), cfg, about, known | trained)


def _config_of(entry: Entry, weights: str | Path | None) -> Config:
    cfg = Config.fromfile(config_dir() / entry.config)
    if entry.towers and weights is not None:
        use_towers(cfg, str(weights))
        return cfg
    if entry.towers and not entry.here and has_its_towers(cfg):
        return cfg
    if entry.file is not None:
        local_file(entry.file)  # its error tells how to get it, if it is not here
    options = {
        key: str(local_file(value)) if str(value).startswith(SCHEME) else value
        for key, value in entry.options.items()
    }
    cfg.merge_from_dict(options)
    return cfg


def _brings_its_weights(cfg: Config) -> bool:
    """True if its head has no weights, so that the tower's file has them all."""
    head = (cfg.get('model') or {}).get('cls_head') or {}
    return kind_of(head) == FrameExpertHead.__name__


def _expert(cfg: Config, config: str) -> tuple[Any, Path | None]:
    """Builds the model with the weights that its config names, and finds their file."""
    network = build_network(cfg, config)
    expert = network.backbone
    if not isinstance(expert, FrameExpert):
        raise UsageError(f'{config} needs a checkpoint (--checkpoint FILE)')
    if any(True for _ in expert.parameters()) and expert.weights_path is None:
        raise UsageError(
            f'{config}: model.backbone.pretrained is missing: it names the file '
            'of the weights. Or give a checkpoint of the whole model (--checkpoint)'
        )
    expert.init_weights()
    return network, expert.weights_path


def _said(cfg: Config) -> tuple[str | None, str | None]:
    """Domain and note of the config's ``about``, which has those of the catalogue."""
    about = cfg.get('about') or {}
    domain, note = about.get('domain'), about.get('note')
    return domain, note and with_ban(note, domain)


def _note(own: str | None, network: Any) -> str | None:
    """Sentences that have to be shown with every result."""
    remarks = getattr(getattr(network, 'cls_head', None), 'remarks', [])
    return ' '.join(filter(None, [own, *remarks])) or None


def _classes(checkpoint: dict, network: Any, path: Path | None) -> list[str]:
    meta = checkpoint.get('meta', {}).get('dataset_meta') or {}
    texts = getattr(network, 'text_encoder', None)
    names = texts if texts is not None else getattr(network, 'cls_head', None)
    classes = meta.get('classes') or getattr(names, 'classes', None)
    if not classes:
        raise InputError(
            f'{path} does not name its classes (no meta.dataset_meta.classes), and '
            'neither does the model, so its scores have no names. `tgdfer train` '
            'writes checkpoints that name them'
        )
    if texts is not None and list(texts.classes) != list(classes):
        raise InputError(
            f'{path} was trained on the classes {list(classes)}, but the texts '
            f'of the model are for {list(texts.classes)}. Give the config of the '
            'training'
        )
    return [str(name) for name in classes]
