"""Augmentation, or all frames, on the model's device, so that loaders do less."""

from pathlib import Path

from mmengine.config import Config

from ..models.data_preprocessors import ClipAugmentPreprocessor, ResidentFrames
from ..models.data_preprocessors.clip_ops import build_op
from ..run_config.pipelines import draw_no_pictures, split_pipeline
from ..run_config.walk import data_sets, kind_of
from .recipe import Recipe, RecipeError


def let_device_augment(cfg: Config, recipe: Recipe) -> str | None:
    """Moves transforms or all frames to the device, as the recipe asks."""
    if recipe.resident:
        hold_frames_on_device(cfg)
        return 'all frames are kept on the device'
    if recipe.augment_on_device:
        augment_on_device(cfg)
        return 'pictures are cropped, resized and flipped on the device'
    return None


def augment_on_device(cfg: Config) -> Config:
    """Moves the transforms between decoding and formatting to the preprocessor.

    Args:
        cfg: Config of a run with ``ActionDataPreprocessor``; changed in place.

    Returns:
        The config.

    Raises:
        ValueError: If a transform has no counterpart on the device, validation and test
            have different transforms, or the config has another preprocessor.
    """
    own = cfg.model.data_preprocessor
    if kind_of(own) in (ClipAugmentPreprocessor.__name__, ResidentFrames.__name__):
        return cfg
    if kind_of(own) != 'ActionDataPreprocessor':
        raise RecipeError(
            f'model.data_preprocessor is a {kind_of(own)}, but augmentation on the '
            'device needs ActionDataPreprocessor.'
        )
    moved: dict[str, list[dict]] = {}
    for data_set in data_sets(cfg):
        stages = split_pipeline(data_set)
        for transform in stages.spatial:
            build_op(transform)
        when = 'train' if data_set.loader == 'train_dataloader' else 'test'
        if moved.setdefault(when, stages.spatial) != stages.spatial:
            raise RecipeError(
                f'{data_set.where} transforms pictures in another way than the data '
                f'set before it; on the device all data sets that {when} need the same '
                'transforms.'
            )
        data_set.config['pipeline'] = [
            *stages.opening,
            *stages.sampling,
            *stages.decoding,
            dict(type='FormatShape', input_format='NCHW'),
            *stages.packing,
        ]
    kind = ClipAugmentPreprocessor.__name__
    cfg.model.data_preprocessor = {**own, 'type': kind, **moved}
    return cfg


def hold_frames_on_device(cfg: Config) -> Config:
    """Keeps all frames on the device, so that loaders only draw frame numbers.

    Args:
        cfg: Config of a run whose data sets read one raw packed file (see
            :func:`~tgdfer_mm.recipe.pack.use_pack`); changed in place.

    Returns:
        The config.

    Raises:
        ValueError: If the data sets read something else, or as for
            :func:`augment_on_device`.
    """
    if kind_of(cfg.model.data_preprocessor) == ResidentFrames.__name__:
        return cfg
    packs = {data_set.config.get('media_dir') for data_set in data_sets(cfg)}
    absent = [str(pack) for pack in packs if pack and not Path(pack).exists()]
    if absent:
        raise RecipeError(
            f'{absent[0]} does not exist: --resident needs a file made by `tgdfer data '
            'pack --raw`, which --pack names.'
        )
    if len(packs) != 1 or not all(pack and Path(pack).is_file() for pack in packs):
        raise RecipeError(
            'All data sets have to read the same raw packed file (--pack FILE), not '
            f'{sorted(map(str, packs))}.'
        )
    augment_on_device(cfg)
    for data_set in data_sets(cfg):
        stages = split_pipeline(data_set)
        data_set.config['pipeline'] = [
            *stages.opening,
            *stages.sampling,
            dict(type='ReferFrames'),
            *stages.packing,
        ]
        loader = cfg[data_set.loader]
        loader.update(num_workers=0, persistent_workers=False)
        loader.pop('prefetch_factor', None)
    cfg.model.data_preprocessor.update(type=ResidentFrames.__name__, pack=packs.pop())
    draw_no_pictures(cfg)
    return cfg
