"""Targets of converted weights: a config's model, its backbone, or a CLIP."""

import torch
from mmengine.config import Config
from mmengine.registry import init_default_scope
from torch import Tensor, nn

from ..labels.classes import load_classes
from ..models.backbones import FrameReweighting, LandmarkViT, ViTTemporalAdapter
from ..models.vision_language.open_clip_models import build_clip
from ..registry import DATASETS, MODELS
from ..run_config.walk import first_data_set, kind_of
from .errors import ConvertError
from .formats import Format
from .prompts import read_texts


def data_of(cfg: Config, fold: int | None) -> dict:
    """The meta information of a config's test data, without reading the data.

    Args:
        cfg: A config of one of the benchmarks.
        fold: The fold on which a checkpoint was trained.

    Raises:
        ValueError: If the fold is missing, or the data have no folds; or the clips have
            several labels, which no known format has.
    """
    found = first_data_set(cfg, 'test_dataloader')
    kind = DATASETS.get(kind_of(found.config)) if found else None
    if not hasattr(kind, 'FOLDERS'):
        raise ConvertError(
            'test_dataloader.dataset has to be one of this package, which has classes '
            f'and folds, not {kind_of(found.config) if found else None!r}'
        )
    data = found.config
    try:
        classes = load_classes(kind.LABEL_SET, data.get('label_order'))
    except ValueError as error:
        raise ConvertError(f'{found.where}: {error}') from error
    if data.get('setting', 'single') != 'single':
        raise ConvertError(
            f'test_dataloader.dataset.setting={data.setting!r}: checkpoints are '
            "converted for setting='single' only"
        )
    if kind.FOLDS and fold not in range(1, kind.FOLDS + 1):
        raise ConvertError(
            f'fold={fold}: give the one of the {kind.FOLDS} folds of {kind.NAME} on '
            'which the checkpoint was trained (--fold), so that it is not tested on '
            'another'
        )
    if fold and not kind.FOLDS:
        raise ConvertError(f'fold={fold}: {kind.NAME} has no folds; leave --fold out')
    folders = kind.FOLDERS.get(data.get('media', 'frames'), {})
    return dict(
        dataset=kind.NAME,
        classes=classes,
        setting='single',
        pixel_version=data.get('pixel_version') or next(iter(folders), None),
        fold=fold,
        val_part=0.0,
    )


def build_target(form: Format, cfg: Config | None, arch: str | dict | None):
    """The module that the weights of a format fill.

    Args:
        form: The format; its ``target`` is ``model``, ``backbone`` (of the config's
            model, without its adapter), ``landmarks`` (the source of its landmark maps)
            or ``clip``.
        cfg: Config for all targets except ``clip``.
        arch: Architecture for ``clip``, see
            :mod:`tgdfer_mm.models.vision_language.open_clip_models`.

    Raises:
        ValueError: If `cfg` or `arch` is missing, or does not fit the target.
    """
    if form.target == 'clip':
        if arch is None:
            raise ConvertError(f'{form.name}: give the architecture with --arch')
        try:
            return build_clip(arch)
        except (KeyError, OSError, TypeError, ValueError) as error:
            raise ConvertError(f'--arch {arch}: {error}') from error
    if cfg is None:
        raise ConvertError(f'{form.name}: give the model with --config')
    init_default_scope('mmaction')
    try:
        model = MODELS.build(cfg.model)
    except (RuntimeError, ValueError, ZeroDivisionError) as error:
        raise ConvertError(
            f"{form.name}: the config's model cannot be built with the sizes of the "
            f'file: {error}'
        ) from error
    if form.target == 'model':
        return model
    if getattr(model, 'backbone', None) is None:
        raise ConvertError(f'{form.name}: the model of the config has no backbone')
    adapted = getattr(model.backbone, 'recognizer', None)
    backbone = model.backbone if adapted is None else adapted.backbone
    if form.target == 'landmarks':
        if not isinstance(backbone, LandmarkViT):
            raise ConvertError(
                f"{form.name}: the config's backbone reads no landmarks; take "
                'configs/baselines/s2d_dfew.py'
            )
        return backbone.landmarks
    around = ViTTemporalAdapter | LandmarkViT | FrameReweighting
    return backbone.tower if isinstance(backbone, around) else backbone


def from_elsewhere(form: Format, model: nn.Module) -> dict[str, Tensor]:
    """The weights of a part from another file, under our names.

    Args:
        form: A format with ``elsewhere``.
        model: The model; its part names the file (``pretrained``) and reads it.

    Raises:
        ConvertError: If the config names no file, or it cannot be read.
    """
    parts = dict(model.named_modules())
    part = parts.get(form.elsewhere)
    if part is None or not part.state_dict():
        return {}
    key = f'model.{form.elsewhere.replace(".recognizer", "")}.pretrained'
    if part.pretrained is None:
        raise ConvertError(
            f'{form.name}: the weights of {form.elsewhere} are in a separate file; '
            f'convert that first and name the result with --cfg-options {key}=...'
        )
    try:
        part.init_weights()
    except (OSError, ValueError) as error:
        raise ConvertError(f'{key}={part.pretrained}: {error}') from error
    return {f'{form.elsewhere}.{name}': v for name, v in part.state_dict().items()}


def take_texts(
    form: Format,
    state: dict[str, Tensor],
    cfg: Config,
    theirs: tuple[str, ...],
    ours: tuple[str, ...],
) -> dict[str, list[str]]:
    """Sets the texts and the number of contexts of a file in a config.

    Args:
        form: A format with ``texts``.
        state: Tensors of the file. A context that all classes share gets an axis of
            classes.
        cfg: Changed in place.
        theirs: The classes in the order of the file.
        ours: The classes in the order of the config.

    Returns:
        Class to its texts.

    Raises:
        ValueError: If the file has another number of classes, or the texts cannot be
            read.
    """
    where = form.texts
    if cfg.model.get('text_encoder') is None:
        raise ConvertError(
            f'{form.name}: the model of the config has no text_encoder; take one of '
            f'configs/baselines/{form.key}_*.py'
        )
    lacking = [name for name in where.values() if name not in state]
    if lacking:
        raise ConvertError(f'{form.name}: the file has no {lacking}')
    rows, embedding, context = (
        state[where[k]] for k in ('rows', 'embedding', 'context')
    )
    if rows.dim() != 3 or context.dim() not in (2, 3) or embedding.dim() != 2:
        raise ConvertError(
            f'{form.name}: the tensors {list(where.values())} do not have the expected '
            'shapes; is the format right?'
        )
    texts = read_texts(rows, embedding)
    if len(texts) != len(theirs):
        raise ConvertError(
            f'the file has {len(texts)} classes, the config {len(theirs)}: take the '
            'config of the data set on which it was trained'
        )
    if context.dim() == 2:
        state[where['context']] = context.expand(len(theirs), *context.shape)
    named = dict(zip(theirs, ([text] for text in texts), strict=True))
    named = {name: named[name] for name in ours}
    cfg.model.text_encoder.update(
        context_init=None, num_context=context.shape[-2], label_order=None
    )
    cfg.model.text_encoder.descriptions = named
    return named


def token_state(table: Tensor, model: nn.Module) -> dict[str, Tensor]:
    """The rows of the text tower's embedding table that the model needs."""
    ids = model.text_encoder.token_ids
    return {
        'text_encoder.token_ids': ids,
        'text_encoder.token_rows': table[ids],
    }


def fit(value: Tensor, own: Tensor) -> Tensor | None:
    """A tensor in our shape, if the shapes differ only in axes of length one.

    A kernel with the same axes in another order does not fit: (1, 3) does not become
    (3, 1).
    """
    others = [[n for n in each.shape if n > 1] for each in (value, own)]
    if others[0] != others[1] or (
        value.dim() == own.dim() and value.shape != own.shape
    ):
        return None
    return value.reshape(own.shape).contiguous()


def pick_classes(value: Tensor, axis: int, order: list[int]) -> Tensor:
    """A tensor with its classes in another order."""
    return value.index_select(axis, torch.tensor(order))
