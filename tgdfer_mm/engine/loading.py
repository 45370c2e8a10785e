"""Ways to give loaders less to do: rewriting a config."""

from pathlib import Path

from mmengine.config import Config

from ..models.data_preprocessors import ClipAugmentPreprocessor, ResidentFrames
from ..models.data_preprocessors.clip_ops import build_op
from .pipelines import datasets_of, draw_no_pictures, split_pipeline


def use_pack(cfg: Config, path: str | Path) -> Config:
    """Lets all data sets of a config read a packed file instead of folders.

    Args:
        cfg: Config of a run on frame folders; changed in place.
        path: What ``tgdfer data pack`` has made.

    Returns:
        The config.
    """
    for _, node in datasets_of(cfg):
        node['media_dir'] = str(Path(path).expanduser().absolute())
    return cfg


def augment_on_device(cfg: Config) -> Config:
    """Moves what pipelines do between decoding and formatting to the preprocessor.

    Args:
        cfg: Config of a run with ``ActionDataPreprocessor``; changed in place.

    Returns:
        The config.

    Raises:
        ValueError: A transform has no counterpart on the device, validation and test
            transform otherwise, or the config has another preprocessor.
    """
    own = cfg.model.data_preprocessor
    if own.type != 'ActionDataPreprocessor':
        raise ValueError(
            f'model.data_preprocessor is a {own.type}; only ActionDataPreprocessor can '
            'be replaced by one that augments.'
        )
    moved: dict[str, list[dict]] = {}
    for name, node in datasets_of(cfg):
        stages = split_pipeline(node['pipeline'], f'{name}.dataset')
        for transform in stages.spatial:
            build_op(transform)
        when = 'train' if name == 'train_dataloader' else 'test'
        if moved.setdefault(when, stages.spatial) != stages.spatial:
            raise ValueError(
                'val_dataloader and test_dataloader transform pictures otherwise; on '
                'the device both are done alike.'
            )
        node['pipeline'] = [
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
    """Keeps all frames on the device and lets the loaders draw numbers only.

    Args:
        cfg: Config of a run whose data sets read one raw packed file (see
            :func:`use_pack`); changed in place.

    Returns:
        The config.

    Raises:
        ValueError: The data sets read something else, or see
            :func:`augment_on_device`.
    """
    packs = {node.get('media_dir') for _, node in datasets_of(cfg)}
    if len(packs) != 1 or not all(pack and Path(pack).is_file() for pack in packs):
        raise ValueError(
            'All data sets have to read one raw packed file (--pack FILE), not '
            f'{sorted(map(str, packs))}.'
        )
    augment_on_device(cfg)
    for name, node in datasets_of(cfg):
        stages = split_pipeline(node['pipeline'], f'{name}.dataset')
        node['pipeline'] = [
            *stages.opening,
            *stages.sampling,
            dict(type='ReferFrames'),
            *stages.packing,
        ]
        cfg[name].update(num_workers=0, persistent_workers=False)
        cfg[name].pop('prefetch_factor', None)
    cfg.model.data_preprocessor.update(type=ResidentFrames.__name__, pack=packs.pop())
    draw_no_pictures(cfg)
    return cfg
