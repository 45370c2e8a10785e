"""The fold of the data that a config runs."""

from collections.abc import Iterator, Mapping

from mmengine.config import Config

from ..registry import DATASETS
from ..run_config.walk import DataSet, data_sets
from .recipe import Recipe, RecipeError


def choose_fold(cfg: Config, recipe: Recipe) -> str | None:
    """Sets all data sets of a config to the recipe's fold.

    Raises:
        ValueError: If the data have no folds, or two data sets are on different folds.
    """
    if recipe.fold is None:
        fold_of(cfg)  # refuses different folds
        return None
    folded = [d for d in data_sets(cfg) if d.own and _has_folds(d)]
    if not folded:
        raise RecipeError(
            f'recipe.fold={recipe.fold} (--fold {recipe.fold}): the data of '
            f'{cfg.filename} have a single split and no folds, as in FERV39k; leave it '
            'out.'
        )
    for data_set in folded:
        data_set.config['fold'] = recipe.fold
    return f'all data sets are on fold {recipe.fold}, as recipe.fold asks'


def fold_of(cfg: Mapping) -> int | None:
    """Reads the fold of the data sets of a config.

    Args:
        cfg: Config of a run.

    Returns:
        The fold, None for data without folds.

    Raises:
        ValueError: If two data sets are on different folds.
    """
    folds = dict(_folds(cfg))
    distinct = set(folds.values())
    if len(distinct) > 1:
        raise RecipeError(
            f'The data sets are on different folds, {folds}: test clips would also be '
            'in training. Give all of them the same fold.'
        )
    return distinct.pop() if distinct else None


def number_of_folds(cfg: Config) -> int | None:
    """Number of folds of a config's data; None for a single split.

    Raises:
        ValueError: If the data set refuses its arguments.
    """
    for data_set in data_sets(cfg):
        counts = getattr(_kind(data_set), 'count_folds', None)
        if data_set.own and counts is not None:
            return counts(**{k: v for k, v in data_set.config.items() if k != 'type'})
    return 5  # for data sets without this method


def _folds(cfg: Mapping) -> Iterator[tuple[str, int]]:
    for data_set in data_sets(cfg):
        if data_set.own and isinstance(data_set.config.get('fold'), int):
            yield data_set.where, data_set.config['fold']


def _has_folds(data_set: DataSet) -> bool:
    folds = getattr(_kind(data_set), 'FOLDS', None)
    return data_set.config.get('fold') is not None or bool(folds)


def _kind(data_set: DataSet) -> type | None:
    kind = data_set.config.get('type')
    return DATASETS.get(kind) if isinstance(kind, str) else kind
