"""Finds the loaders, data sets in any wrapper, metrics and hooks of a config."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

LOADERS = ('train_dataloader', 'val_dataloader', 'test_dataloader')
# Keys by which mmengine's and mmaction2's wrappers name the data sets inside.
_INSIDE = ('dataset', 'datasets')
_FOREIGN = 'cross_dataset'


class DataSet(NamedTuple):
    """The config of a data set of a run.

    Attributes:
        loader: Name of its loader, e.g. ``'train_dataloader'``.
        where: Path of keys to it.
        config: Its config, the one in the loader's: a change changes the run.
        own: False for another data set that the run is tested on (``recipe.on``).
    """

    loader: str
    where: str
    config: dict
    own: bool


def data_sets(cfg: Mapping, *loaders: str) -> Iterator[DataSet]:
    """The data sets of a run, inside wrappers that repeat, balance, concatenate.

    A data set that is already built is left out: it cannot be changed.

    Args:
        cfg: Config of a run.
        *loaders: Names of loaders, by default all three.
    """
    for loader in loaders or LOADERS:
        node = cfg.get(loader)
        if isinstance(node, Mapping):
            yield from _inside(node.get('dataset'), loader, f'{loader}.dataset', True)


def first_data_set(cfg: Mapping, *loaders: str) -> DataSet | None:
    """The first of :func:`data_sets`; None if there is none."""
    return next(data_sets(cfg, *loaders), None)


def metrics_of_test(cfg: Mapping) -> list[dict]:
    """The configs of a test's metrics, also where an evaluator maps its classes."""
    evaluator = cfg.get('test_evaluator')
    if isinstance(evaluator, Mapping) and 'metrics' in evaluator:
        evaluator = evaluator['metrics']
    if evaluator is None:
        return []
    return list(evaluator) if isinstance(evaluator, list | tuple) else [evaluator]


def kind_of(config: Mapping) -> str:
    """Name of the type of a config, without the modules or scope before it."""
    kind = config.get('type') or ''
    return (kind if isinstance(kind, str) else kind.__name__).split('.')[-1]


def hooks_of(cfg: Mapping, kind: str | None = None) -> Iterator[dict]:
    """The configs of a run's hooks, or of those of one type."""
    every = [
        *(cfg.get('default_hooks') or {}).values(),
        *(cfg.get('custom_hooks') or []),
    ]
    for hook in every:
        if isinstance(hook, Mapping) and kind in (None, kind_of(hook)):
            yield hook


def _inside(node: object, loader: str, where: str, own: bool) -> Iterator[DataSet]:
    if isinstance(node, list | tuple):
        for place, child in enumerate(node):
            yield from _inside(child, loader, f'{where}.{place}', own)
    elif isinstance(node, Mapping):
        inside = [key for key in _INSIDE if _holds_configs(node.get(key))]
        if not inside:
            yield DataSet(loader, where, node, own)
        own = own and kind_of(node) != _FOREIGN
        for key in inside:
            yield from _inside(node[key], loader, f'{where}.{key}', own)


def _holds_configs(value: object) -> bool:
    if isinstance(value, list | tuple):
        return any(map(_holds_configs, value))
    return isinstance(value, Mapping)
