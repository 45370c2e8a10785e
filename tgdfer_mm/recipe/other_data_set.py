"""A config trained on one data set, tested on another."""

from mmengine.config import Config

from ..labels.label_map import label_map_names
from ..paths import config_dir
from ..registry import DATASETS
from ..run_config.walk import first_data_set, kind_of, metrics_of_test
from .fold import fold_of
from .recipe import Recipe, RecipeError


def use_other_data_set(cfg: Config, recipe: Recipe) -> str | None:
    """Lets a config test on the recipe's data set, if it has one.

    Raises:
        ValueError: See :func:`evaluate_on`; or the tests would read computed features
            or resident frames, which are of the config's own data set.
    """
    if recipe.on is None:
        return None
    for name in ('cache_features', 'resident'):
        if getattr(recipe, name):
            raise RecipeError(
                f'recipe.on={recipe.on!r} (--on) and recipe.{name}: the features or '
                "frames kept are of the config's own data set. Leave one out."
            )
    evaluate_on(cfg, recipe.on)
    return f'the tests are of {recipe.on}, its classes matched by a label map'


def evaluate_on(cfg: Config, name: str) -> None:
    """Makes a config test on another data set than its own.

    The clips come from that data set's test subset, as
    ``configs/_base_/datasets/<name>.py`` has it, and go through the config's own
    pipeline.

    Args:
        cfg: Config of a run; changed in place.
        name: Name of the data set, e.g. ``'mafw'``.

    Raises:
        ValueError: No label map leads from the config's data set to that one.
    """
    train, tested = (first_data_set(cfg, f'{s}_dataloader') for s in ('train', 'test'))
    if train is None or tested is None:
        raise RecipeError(
            f'--on {name}: {cfg.filename} has no data set in train_dataloader, whose '
            'classes the model knows, or none in test_dataloader.'
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
        return
    base = config_dir() / '_base_' / 'datasets' / f'{name}.py'
    target = Config.fromfile(base).test_dataloader.dataset
    target.pipeline = tested.get('pipeline')
    fold = fold_of(cfg)
    if fold is not None and 'fold' in target:
        target.fold = fold  # whatever the environment says
    if 'media' in tested:
        target.media = tested['media']
    cfg.test_dataloader.dataset = dict(
        type='cross_dataset',
        label_map=label_map,
        dataset=target,
        label_order=own.get('label_order'),
    )
    dumps = [m for m in metrics_of_test(cfg) if kind_of(m).startswith('Dump')]
    cfg.test_evaluator = dict(
        type='MappedEvaluator',
        label_map=label_map,
        metrics=[dict(type='DFERMetric'), *dumps],
    )
