"""Tests of a config on another data set than its own."""

from mmengine.config import Config, ConfigDict

from ..labels.label_map import label_map_names
from ..paths import config_dir
from ..registry import DATASETS
from ..run_config.walk import first_data_set, kind_of, metrics_of_test
from .fold import fold_of
from .recipe import ABOUT_FEATURES, APPLIED, KEY, Recipe, RecipeError


def use_other_data_set(cfg: Config, recipe: Recipe) -> str | None:
    """Makes a config test on the recipe's data set, if the recipe has one.

    Raises:
        ValueError: As for :func:`evaluate_on`; or if the tests would read cached
            features or resident frames of the config's own data set.
    """
    if recipe.on is None:
        return None
    for name in ('cache_features', 'resident'):
        if getattr(recipe, name):
            raise kept_for_own(recipe.on, name)
    evaluate_on(cfg, recipe.on, recipe.on_folds or 'same')
    return f'the tests are on {recipe.on}, whose classes are mapped by a label map'


def kept_for_own(on: str, name: str) -> RecipeError:
    """The error for a run on its own cached clips that should test on others.

    Args:
        on: Name of the data set to test on.
        name: The recipe's field, ``'cache_features'`` or ``'resident'``.
    """
    return RecipeError(
        f'recipe.on={on!r} (--on) and recipe.{name}: the stored features or frames '
        "belong to the config's own data set. Leave one out."
    )


def read_pictures(cfg: Config) -> None:
    """Makes a test on another data set read pictures where training read features.

    The features belong to the training data set. A checkpoint contains the frozen
    tower, so that pictures of other data sets can be used.

    Args:
        cfg: Config of a test, before its recipe is applied; changed in place.
    """
    if not (cfg[KEY].get('on') and cfg[KEY].get('cache_features')):
        return
    from ..features import on_pictures

    on_pictures(cfg)
    for recipe in (cfg[KEY], cfg.get(APPLIED) or {}):
        for name in ('cache_features', *ABOUT_FEATURES):
            recipe.pop(name, None)


def evaluate_on(cfg: Config, name: str, folds: str = 'same') -> None:
    """Makes a config test on another data set than its own.

    The clips come from that data set's test subset, as
    ``configs/_base_/datasets/<name>.py`` has it, and use the config's own pipeline.

    Args:
        cfg: Config of a run; changed in place.
        name: Name of the data set, e.g. ``'mafw'``.
        folds: ``'same'``: the test clips of the config's own fold; ``'all'``: those of
            all folds together.

    Raises:
        ValueError: If no label map leads from the config's data set to that one.
    """
    train, tested = (first_data_set(cfg, f'{s}_dataloader') for s in ('train', 'test'))
    if train is None or tested is None:
        raise RecipeError(
            f'--on {name}: {cfg.filename} needs a data set in train_dataloader, which '
            "has the model's classes, and one in test_dataloader."
        )
    own, tested = train.config, tested.config
    source = getattr(DATASETS.get(kind_of(own)), 'LABEL_SET', None)
    label_map = f'{source}_to_{name}'
    if label_map not in label_map_names() or own.get('setting', 'single') != 'single':
        there = [each for each in label_map_names() if each.startswith(f'{source}_to_')]
        raise RecipeError(
            f'--on {name}: no label map leads there from {kind_of(own)} with setting='
            f'{own.get("setting", "single")!r}; from the single labels of {source!r} '
            f'there are {there}.'
        )
    if kind_of(cfg.test_dataloader.dataset) == 'cross_dataset':
        there = cfg.test_dataloader.dataset.label_map
        if there != label_map:
            raise RecipeError(
                f'--on {name}: the config tests by the label map {there!r} already.'
            )
        if folds == 'all' and _folds_of(target_config(name)) != (
            cfg.test_dataloader.dataset.get('folds')
        ):
            raise RecipeError(
                f'--on-folds all: the config tests on a single fold of {name} already. '
                'Start from the original config.'
            )
        return
    target = target_config(name)
    every = _folds_of(target) if folds == 'all' else None
    target.pipeline = tested.get('pipeline')
    fold = fold_of(cfg)
    if fold is not None and 'fold' in target:
        target.fold = every[0] if every else fold  # not the environment's
    if 'media' in tested:
        target.media = tested['media']
    cfg.test_dataloader.dataset = dict(
        type='cross_dataset',
        label_map=label_map,
        dataset=target,
        label_order=own.get('label_order'),
        **({} if every is None else dict(folds=every)),
    )
    dumps = [m for m in metrics_of_test(cfg) if kind_of(m).startswith('Dump')]
    cfg.test_evaluator = dict(
        type='MappedEvaluator',
        label_map=label_map,
        metrics=[dict(type='DFERMetric'), *dumps],
    )


def target_config(name: str) -> ConfigDict:
    """The test clips of a data set for tests of other models, without a pipeline.

    Args:
        name: Name of the data set, e.g. ``'mafw'``.
    """
    base = config_dir() / '_base_' / 'datasets' / f'{name}.py'
    target = Config.fromfile(base).test_dataloader.dataset
    target.pop('pipeline', None)
    return target


def _folds_of(target: ConfigDict) -> list[int] | None:
    """The fold numbers of a data set; None for a single split."""
    config = {k: v for k, v in target.items() if k != 'type'}
    count = DATASETS.get(target.type).count_folds(**config)
    return None if count is None else list(range(1, 1 + count))
