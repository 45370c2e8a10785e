"""Moving the augmentation of a config from its loaders to the device."""

from mmengine.config import Config

from ..models.data_preprocessors.clip_augment import ClipAugmentPreprocessor
from ..models.data_preprocessors.clip_ops import build_op
from .pipelines import datasets_of, split_pipeline


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
