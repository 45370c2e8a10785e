"""Training on the computed features of a frozen tower."""

from mmengine.config import Config

from ..run_config.walk import kind_of
from .recipe import Recipe

_DEFAULTS = dict(views='auto', dtype='float32', precision='fp32')


def train_on_cached_features(cfg: Config, recipe: Recipe) -> str | None:
    """Computes the features that the recipe asks for, and makes the config use them."""
    if recipe.cache_features is None:
        return None
    if waits_for_features(cfg, recipe):
        # Computing them needs the tower and the data sets, which other recipes do not.
        from ..features import train_on_features
        from ..features.processes import start_processes

        start_processes(cfg)
        train_on_features(cfg, recipe.cache_features, **feature_options(recipe))
    return f'the features of the frozen tower are read from {recipe.cache_features}'


def waits_for_features(cfg: Config, recipe: Recipe) -> bool:
    """Tells whether the config asks for cached features and does not use them yet."""
    if recipe.cache_features is None:
        return False
    return kind_of(cfg.model.backbone) != 'PrecomputedFeatures'


def feature_options(recipe: Recipe) -> dict:
    """The recipe's options for :class:`~tgdfer_mm.features.Plan`."""
    given = dict(
        views=recipe.views,
        dtype=recipe.feature_dtype,
        precision=recipe.feature_precision,
    )
    return {name: value or _DEFAULTS[name] for name, value in given.items()}
