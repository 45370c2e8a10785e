"""What converted weights fill: a config's model, its backbone, or a CLIP."""

import torch
from mmengine.config import Config
from mmengine.registry import init_default_scope
from torch import Tensor, nn

from ..labels.classes import load_classes
from ..models.backbones import ViTTemporalAdapter
from ..models.vision_language.open_clip_models import build_clip
from ..registry import DATASETS, MODELS
from .formats import Format
from .prompts import read_texts


def data_of(cfg: Config, fold: int | None) -> dict:
    """The meta information of the data that a config tests on, without reading it.

    Args:
        cfg: A config of one of the benchmarks.
        fold: The fold that a checkpoint was trained on.

    Raises:
        ValueError: If the fold is absent, or there is none; or the clips have several
            labels, which no known format has.
    """
    data = cfg.test_dataloader.dataset
    kind = DATASETS.get(data.type)
    if data.get('setting', 'single') != 'single':
        raise ValueError(
            f'test_dataloader.dataset.setting={data.setting!r}: checkpoints are '
            "converted for setting='single' only"
        )
    if kind.FOLDS and fold not in range(1, kind.FOLDS + 1):
        raise ValueError(
            f'fold={fold}: say which of the {kind.FOLDS} folds of {kind.NAME} the '
            'checkpoint was trained on (--fold), so that it is not tested on another'
        )
    if fold and not kind.FOLDS:
        raise ValueError(f'fold={fold}: {kind.NAME} has no folds; leave --fold out')
    folders = kind.FOLDERS[data.get('media', 'frames')]
    return dict(
        dataset=kind.NAME,
        classes=load_classes(kind.LABEL_SET, data.get('label_order')),
        setting='single',
        pixel_version=data.get('pixel_version') or next(iter(folders)),
        fold=fold,
        val_part=0.0,
    )


def build_target(form: Format, cfg: Config | None, arch: str | dict | None):
    """The module that the weights of a format fill.

    Args:
        form: Its ``target`` is ``model``, ``backbone`` (of the config's model, out
            of its adapter) or ``clip``.
        cfg: For the first two.
        arch: For ``clip``, see
            :mod:`tgdfer_mm.models.vision_language.open_clip_models`.

    Raises:
        ValueError: If what the target needs is not given.
    """
    if form.target == 'clip':
        if arch is None:
            raise ValueError(f'{form.name}: say which architecture by --arch')
        return build_clip(arch)
    if cfg is None:
        raise ValueError(f'{form.name}: say which model by --config')
    init_default_scope('mmaction')
    model = MODELS.build(cfg.model)
    if form.target == 'model':
        return model
    adapted = getattr(model.backbone, 'recognizer', None)
    backbone = model.backbone if adapted is None else adapted.backbone
    return backbone.tower if isinstance(backbone, ViTTemporalAdapter) else backbone


def take_texts(
    form: Format,
    state: dict[str, Tensor],
    cfg: Config,
    theirs: tuple[str, ...],
    ours: tuple[str, ...],
) -> dict[str, list[str]]:
    """Writes the texts and the number of contexts of a file to a config.

    Args:
        form: Has ``texts``.
        state: Of the file. A context that all classes share gets an axis of classes.
        cfg: Is changed.
        theirs: The classes in the order of the file.
        ours: In that of the config.

    Returns:
        Class -> its texts.

    Raises:
        ValueError: If the number of the classes is not the file's, or the texts cannot
            be read.
    """
    where = form.texts
    texts = read_texts(state[where['rows']], state[where['embedding']])
    if len(texts) != len(theirs):
        raise ValueError(
            f'the file has {len(texts)} classes, the config {len(theirs)}: take the '
            'config of the data set that it was trained on'
        )
    context = state[where['context']]
    if context.dim() == 2:
        state[where['context']] = context.expand(len(theirs), *context.shape)
    named = dict(zip(theirs, ([text] for text in texts), strict=True))
    named = {name: named[name] for name in ours}
    cfg.model.text_encoder.update(
        context_init=None, num_context=context.shape[-2], label_order=None
    )
    cfg.model.text_encoder.descriptions = named
    return named


def token_state(
    form: Format, state: dict[str, Tensor], model: nn.Module
) -> dict[str, Tensor]:
    """The rows of the text tower's table that the model keeps."""
    ids = model.text_encoder.token_ids
    return {
        'text_encoder.token_ids': ids,
        'text_encoder.token_rows': state[form.texts['embedding']][ids],
    }


def fit(value: Tensor, own: Tensor) -> Tensor | None:
    """A tensor in the shape of ours, if only axes of length one are in the way."""
    if [n for n in value.shape if n > 1] != [n for n in own.shape if n > 1]:
        return None
    return value.reshape(own.shape).contiguous()


def pick_classes(value: Tensor, axis: int, order: list[int]) -> Tensor:
    """The classes of a tensor in another order."""
    return value.index_select(axis, torch.tensor(order))
