"""Applying a recipe: one step a field, in one fixed order."""

import json
from collections.abc import Mapping
from dataclasses import fields

from mmengine.config import Config

from .cached_features import train_on_cached_features, waits_for_features
from .dump import dump_predictions
from .fold import choose_fold
from .no_validation import skip_validation
from .on_device import let_device_augment
from .other_data_set import test_on_another
from .pack import read_pack
from .perturbed_time import perturb_tests
from .precision import choose_precision
from .recipe import APPLIED, KEY, Recipe, take_in_old_keys
from .selection import choose_epoch
from .work_folder import settle_work_folder

# A step takes the config, which it changes in place, and the recipe, and returns why.
# Which data come first, then how their frames are read, then how the model computes.
# Applied again, a step finds its work done and changes nothing.
STEPS = (
    choose_fold,
    settle_work_folder,  # which counts as no change: where files lie changes no run
    skip_validation,
    choose_epoch,
    perturb_tests,
    test_on_another,
    read_pack,
    let_device_augment,
    train_on_cached_features,
    choose_precision,
    dump_predictions,
)


def apply_recipe(cfg: Config) -> list[str]:
    """Makes a config what its recipe asks for.

    The recipe is kept in the config, as ``recipe``, and once more as
    ``applied_recipe``: the config as it is now can be run again and stays the same.

    Args:
        cfg: Config of a run; changed in place.

    Returns:
        A sentence for each step that has changed something.

    Raises:
        ValueError: The recipe does not fit the config, or the config has been made by
            another recipe, which cannot be taken back.
    """
    take_in_old_keys(cfg)
    recipe = Recipe.of(cfg).absolute()
    _refuse_another(cfg, recipe)
    reasons = _take(STEPS, cfg, recipe)
    cfg[KEY] = recipe.stated()
    cfg[APPLIED] = recipe.stated()
    return reasons


def pending_changes(cfg: Config) -> list[str]:
    """What :func:`apply_recipe` would change of a config, which stays as it is.

    Args:
        cfg: Config of a run.
    """
    recipe = Recipe.of(cfg).absolute()
    copied = Config(json_like(cfg), filename=getattr(cfg, 'filename', None))
    if waits_for_features(copied, recipe):
        return ['features are computed and trained on']  # which would take a while
    return _take(STEPS, copied, recipe)


def json_like(node: object) -> object:
    """A copy of a config's dicts and lists; what is in them is shared."""
    if isinstance(node, Config):
        node = node.to_dict()
    if isinstance(node, Mapping):
        return {key: json_like(value) for key, value in node.items()}
    if isinstance(node, list | tuple):
        return type(node)(map(json_like, node))
    return node


def _take(steps: tuple, cfg: Config, recipe: Recipe) -> list[str]:
    reasons = []
    for step in steps:
        before = _text(cfg)
        reason = step(cfg, recipe)
        if reason and _text(cfg) != before:
            reasons.append(reason)
    return reasons


def _text(cfg: Config) -> str:
    return json.dumps(json_like(cfg), sort_keys=True, default=repr)


def _refuse_another(cfg: Config, recipe: Recipe) -> None:
    applied = cfg.get(APPLIED)
    if applied is None:
        return
    before = Recipe(**applied)
    for each in fields(Recipe):
        old, new = (getattr(r, each.name) for r in (before, recipe))
        if old != new and old not in each.metadata['neutral']:
            raise ValueError(
                f'{cfg.filename or "This config"} has been made by a run with '
                f'recipe.{each.name}={old!r}, and cannot be run with {new!r}: what has '
                'been changed cannot be taken back. Start from the original config.'
            )
