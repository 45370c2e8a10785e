"""Adapts a config to a user's clips: place, classes, tower and crops."""

from collections.abc import Sequence

from mmengine.config import Config

from ..datasets.clip_folder import ClipFolderDataset
from ..datasets.face_data import read_face_data
from ..datasets.own_clips import OwnData
from ..datasets.own_reading import read_own
from ..files import read_json
from ..models.text.descriptions import load_descriptions
from ..run_config.walk import DataSet, data_sets, hooks_of, kind_of
from .own_tower import Tower, choose_texts, find_tower
from .recipe import APPLIED, Recipe, RecipeError

_MULTI = 'multi/mAP'


def use_own_data(cfg: Config, recipe: Recipe) -> str | None:
    """Makes a config train on the recipe's clips with the recipe's tower.

    The clips determine the number of classes, their names and texts, one or several
    labels for each clip, and the crop of videos.

    Raises:
        RecipeError: If the config is not for a user's own clips, or the tower is
            unknown.
        DataError: If the clips cannot be used; the message names the file and the line.
    """
    if recipe.data is None and recipe.tower is None:
        return None
    own = _own(cfg)
    if not own:
        option = 'data' if recipe.data is not None else 'tower'
        raise RecipeError(
            f'recipe.{option} (--{option}) is for configs of your own clips, such as '
            f'tgdfer_own; {cfg.filename} has no ClipFolderDataset.'
        )
    if cfg.get(APPLIED) is not None:
        return None  # its model may already read cached features
    for data_set in own if recipe.data is not None else ():
        data_set.config['data_root'] = recipe.data
    data = read_own(own[0].config['data_root'], own[0].config.get('classes'))
    if data.fixed and recipe.fold is None:
        for data_set in own:
            data_set.config['fold'] = None
    _follow_labels(cfg, data)
    said = f'{len(data.clips)} clips of {len(data.classes)} classes in {data.source}'
    if recipe.tower is not None:
        tower = find_tower(recipe.tower)
        _follow_tower(cfg, own, data, tower)
        cfg.about = dict(domain=tower.domain, note=tower.note)
        said += f';\n    the tower is {tower.name}, {tower.about}, since {tower.why}'
        encoder, texts = choose_texts(tower, data.classes, _texts(data))
        _set_texts(cfg, encoder)
        said += f';\n    {texts}'
    faces = read_face_data(data.root)
    if faces is not None:
        cfg.video = dict(cfg.get('video') or {}, **faces.video)
        said += f';\n    videos are cropped as these clips were ({faces.pixel_version})'
    return said


def _own(cfg: Config) -> list[DataSet]:
    kind = ClipFolderDataset.__name__
    return [each for each in data_sets(cfg) if kind_of(each.config) == kind]


def _texts(data: OwnData) -> dict[str, list[str]] | None:
    """The user's texts, if there are any."""
    file = data.class_file
    if file is None or not isinstance(read_json(file, 'classes')['classes'], dict):
        return None
    return load_descriptions(str(file))


def _follow_labels(cfg: Config, data: OwnData) -> None:
    cfg.model.cls_head.num_classes = len(data.classes)
    if data.kind != 'multi':
        return
    loss = cfg.model.cls_head.get('loss_cls') or {}
    cfg.model.cls_head.loss_cls = dict(loss, multi_label=True, label_smooth=0.0)
    parts = cfg.optim_wrapper.get('paramwise_cfg')
    if parts is not None:  # it starts at -10: too far for few clips
        parts['custom_keys']['cls_head.logit_bias'] = dict(lr_mult=100.0, optional=True)
    cfg.val_evaluator = cfg.test_evaluator = dict(type='MultiLabelMetric')
    cfg.train_dataloader.sampler = dict(type='DefaultSampler', shuffle=True)
    for hook in hooks_of(cfg, 'SelectionHook'):
        hook['metric'] = _MULTI
    for hook in hooks_of(cfg, 'EarlyStoppingHook'):
        hook['monitor'] = _MULTI


def _follow_tower(
    cfg: Config, own: Sequence[DataSet], data: OwnData, tower: Tower
) -> None:
    for part in ('data_preprocessor', 'backbone'):
        cfg.model[part] = dict(tower.model[part])
    for part in ('neck', 'cls_head'):
        cfg.model[part].update(tower.model[part])
    if data.kind == 'multi':
        cfg.model.cls_head.pop('scale', None)
    size = (tower.image_size, tower.image_size)
    for data_set in own:
        for step in data_set.config.get('pipeline') or ():
            if kind_of(step) == 'Resize':
                step['scale'] = size
    cfg.image_size = tower.image_size


def _set_texts(cfg: Config, encoder: dict) -> None:
    cfg.model.text_encoder = encoder
    learned = encoder['type'] == 'LearnedClassVectors'
    own = 'vectors' if learned else 'context'
    parts = cfg.optim_wrapper.get('paramwise_cfg')
    if parts is not None:
        for name in ('vectors', 'context'):
            rate = dict(lr_mult=10.0, optional=name != own)
            parts['custom_keys'][f'text_encoder.{name}'] = rate
        parts['no_decay'] = [own]
