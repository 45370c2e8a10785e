"""Applies a recipe: one step for each field, in one fixed order."""

from collections.abc import Callable, Mapping
from dataclasses import fields

from mmengine.config import Config

from .cached_features import train_on_cached_features, waits_for_features
from .class_files import settle_class_files
from .dump import dump_predictions
from .fold import choose_fold, fold_of
from .media import choose_media
from .no_validation import skip_validation
from .on_device import let_device_augment
from .other_data_set import use_other_data_set
from .own_data import use_own_data
from .pack import read_pack
from .perturbed_time import perturb_tests
from .precision import choose_precision
from .recipe import ABOUT_FEATURES, APPLIED, KEY, Recipe, RecipeError, take_in_old_keys
from .selection import choose_epoch
from .work_folder import settle_work_folder

Step = Callable[[Config, Recipe], str | None]
# A step takes the config, which it changes in place, and the recipe. It returns a
# sentence about the change, or None if the recipe does not ask for one. The choice of
# data comes first, then the reading of frames, then the model. A step that is applied
# again changes nothing.
STEPS = (
    settle_class_files,  # which counts as no change
    use_own_data,
    choose_fold,
    settle_work_folder,  # counts as no change: only places of files
    skip_validation,
    choose_epoch,
    choose_media,
    perturb_tests,
    use_other_data_set,
    read_pack,
    let_device_augment,
    train_on_cached_features,
    choose_precision,
    dump_predictions,
)


def apply_recipe(cfg: Config) -> list[str]:
    """Applies the recipe of a config to it.

    The config keeps the recipe as ``recipe``, and also as ``applied_recipe``, so that
    the changed config can be run again and stays the same.

    Args:
        cfg: Config of a run; changed in place.

    Returns:
        A sentence for each step that has changed something.

    Raises:
        ValueError: If the recipe does not fit the config, or the config has been made
            by another recipe, which cannot be taken back.
    """
    take_in_old_keys(cfg)
    recipe = Recipe.of(cfg).absolute()
    _refuse_another(cfg, recipe)
    reasons = take_steps(cfg, recipe)
    cfg[KEY] = recipe.stated()
    fold = fold_of(cfg)  # a recipe that asks for nothing does not count as another one
    cfg[APPLIED] = dict(recipe.stated(), **({} if fold is None else dict(fold=fold)))
    return reasons


def pending_changes(cfg: Config) -> list[str]:
    """The changes that :func:`apply_recipe` would make; the config is not changed.

    Args:
        cfg: Config of a run.
    """
    recipe = Recipe.of(cfg).absolute()
    copied = Config(copy_of(cfg), filename=getattr(cfg, 'filename', None))
    if waits_for_features(copied, recipe):
        return ['features are computed and used in training']  # which would take time
    return take_steps(copied, recipe)


def work_folder_of(cfg: Config) -> str | None:
    """The work folder of a config after its recipe is applied; nothing is changed.

    Args:
        cfg: Config of a run.
    """
    copied = Config(copy_of(cfg), filename=getattr(cfg, 'filename', None))
    take_in_old_keys(copied)
    take_steps(copied, Recipe.of(copied).absolute(), before=skip_validation)
    return copied.get('work_dir')


def located(cfg: Config) -> Config:
    """A copy of a config whose data sets have the paths of their clips.

    Args:
        cfg: Config of a run.
    """
    copied = Config(copy_of(cfg), filename=getattr(cfg, 'filename', None))
    take_in_old_keys(copied)
    take_steps(copied, Recipe.of(copied).absolute(), before=choose_fold)
    return copied


def take_steps(cfg: Config, recipe: Recipe, before: Step | None = None) -> list[str]:
    """Runs the steps of a recipe.

    Args:
        cfg: Config of a run; changed in place.
        recipe: What to change.
        before: The step to stop at, by default none.

    Returns:
        A sentence for each step that has changed something.
    """
    reasons = []
    for step in STEPS[: None if before is None else STEPS.index(before)]:
        old = copy_of(cfg)
        reason = step(cfg, recipe)
        if reason is not None and copy_of(cfg) != old:
            reasons.append(reason)
    return reasons


def copy_of(node: object) -> object:
    """A copy of a config's dicts and lists; other values are shared."""
    if isinstance(node, Config):
        node = node.to_dict()
    if isinstance(node, Mapping):
        return {key: copy_of(value) for key, value in node.items()}
    if isinstance(node, list | tuple):
        return type(node)(map(copy_of, node))
    return node


def _refuse_another(cfg: Config, recipe: Recipe) -> None:
    if cfg.get(APPLIED) is None:
        return
    before = Recipe.of({KEY: cfg[APPLIED]})
    for each in fields(Recipe):
        old, new = (getattr(r, each.name) for r in (before, recipe))
        if old == new or old in each.metadata['neutral']:
            continue
        if each.name == 'fold' and new is None:
            continue  # the recipe that it has
        raise RecipeError(
            f'{cfg.filename or "This config"} has been made by a run with '
            f'recipe.{each.name}={old!r}, and cannot be run with {new!r}: these '
            'changes cannot be undone. Start from the original config.'
        )
    added = [n for n in ABOUT_FEATURES if getattr(before, n) != getattr(recipe, n)]
    if added and before.cache_features is not None:
        raise RecipeError(
            f'recipe.{added[0]}: {cfg.filename or "this config"} reads features that '
            'were computed with other settings. Start from the original config.'
        )
