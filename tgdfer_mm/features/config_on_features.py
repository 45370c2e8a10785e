"""Rewrites a config so that it trains on computed features."""

from pathlib import Path

from mmengine.config import Config

from ..datasets.feature_store import FeatureCacheError, FeatureStore
from ..run_config.pipelines import draw_no_pictures, split_pipeline
from ..run_config.walk import data_sets, kind_of
from .compute import cache_features
from .feature_plan import Plan
from .views import PLAIN

BEFORE = 'before_features'  # key of a config: its parts before the change


def use_cached_features(
    cfg: Config, path: str | Path, plan: Plan | None = None
) -> Config:
    """Makes a config train and test on features that are computed already.

    The loaders read features instead of frames, in the main process. The backbone
    becomes :class:`~tgdfer_mm.models.backbones.PrecomputedFeatures`, which keeps the
    tower's weights, so that checkpoints are those of an ordinary run. Hooks that draw
    pictures are switched off.

    Args:
        cfg: The config; changed in place.
        path: Folder of the features.
        plan: The plan of `cfg`, if it is there already.

    Returns:
        The config.

    Raises:
        FeatureCacheError: The features are not those that the config needs; the message
            names the difference.
    """
    store = FeatureStore(path)
    _note_pictures(cfg)
    plan = plan or Plan(cfg, **store.options)
    plan.check(store)
    source = dict(path=str(Path(path).absolute()), key=store.key)
    for data_set in data_sets(cfg):
        stages = split_pipeline(data_set)
        trains = data_set.loader == 'train_dataloader'
        shares = plan.shares if trains else {PLAIN: 1.0}
        data_set.config['pipeline'] = [
            dict(type='OpenFeatures', **source),
            *stages.sampling,
            dict(type='GatherFeatures', views=shares, **source),
            *stages.packing,
        ]
        # A clip takes microseconds, so processes would cost more time than they save.
        loader = cfg[data_set.loader]
        loader.update(num_workers=0, persistent_workers=False)
        loader.pop('prefetch_factor', None)
    cfg.model.backbone = dict(type='PrecomputedFeatures', backbone=cfg.model.backbone)
    cfg.model.data_preprocessor = dict(type='ActionDataPreprocessor')
    draw_no_pictures(cfg)
    return cfg


def _note_pictures(cfg: Config) -> None:
    """Keeps the parts of a config that reads frames, for :func:`on_pictures`."""
    test = next(data_sets(cfg, 'test_dataloader', 'val_dataloader'), None)
    if test is not None:
        cfg[BEFORE] = dict(
            data_preprocessor=cfg.model.data_preprocessor,
            pipeline=test.config['pipeline'],
        )


def on_pictures(cfg: Config) -> Config:
    """Makes a config that reads features test on frames again, such as new videos.

    Args:
        cfg: The config of a run, as its work folder has it; changed in place.

    Raises:
        FeatureCacheError: An earlier version wrote it, which did not keep these parts.
    """
    backbone = (cfg.get('model') or {}).get('backbone') or {}
    if kind_of(backbone) != 'PrecomputedFeatures':
        return cfg
    if cfg.get(BEFORE) is None:
        raise FeatureCacheError(
            f'{cfg.filename} reads computed features and does not say how pictures are '
            'prepared: give the config that it was made of.'
        )
    cfg.model.backbone = backbone['backbone']
    cfg.model.data_preprocessor = cfg[BEFORE]['data_preprocessor']
    for data_set in data_sets(cfg, 'test_dataloader'):
        data_set.config['pipeline'] = cfg[BEFORE]['pipeline']
    return cfg


def train_on_features(cfg: Config, folder: str | Path, **options) -> Config:
    """Computes the features that a config needs and makes it use them.

    Args:
        cfg: The config; changed in place.
        folder: Folder of the caches.
        **options: See :func:`cache_features` and :class:`Plan`.
    """
    about_plan = {k: options.pop(k) for k in Plan.OPTIONS if k in options}
    plan = Plan(cfg, **about_plan)
    path = cache_features(cfg, folder, plan=plan, **options)
    return use_cached_features(cfg, path, plan)
