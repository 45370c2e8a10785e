"""Trains a second config after the first one, and prints one table of both."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mmengine.config import Config
from mmengine.dist import is_main_process
from mmengine.hooks import Hook
from mmengine.logging import MessageHub, MMLogger
from mmengine.registry import RUNNERS, DefaultScope
from mmengine.runner import Runner
from mmengine.visualization import Visualizer
from rich.table import Table

from ..paths import config_dir
from ..recipe.apply import apply_recipe
from ..recipe.fold import fold_of
from ..recipe.recipe import Recipe
from ..recipe.work_folder import note_work_folder
from ..registry import HOOKS
from ..run_config.files import read_config
from ..terminal import Terminal
from .evaluation import EvaluateBeforeTrainHook, write_metrics
from .selection_hook import SelectionHook

_SHARED = {'randomness', 'train_cfg', 'auto_scale_lr', 'runner_type'}
# Part of the recipe: the other model may have no frozen tower.
_NOT_SHARED = ('cache_features', 'views', 'feature_dtype', 'feature_precision')


class _KeepMetrics(Hook):
    """Keeps the metrics of the last evaluation of a run."""

    metrics: dict | None = None

    def after_val_epoch(self, runner: Runner, metrics: dict | None = None) -> None:
        self.metrics = {k: float(v) for k, v in (metrics or {}).items()}

    def last(self, runner: Runner) -> dict | None:
        """The metrics of the run's result.

        These are the metrics of the tested epoch, or without a `SelectionHook` the last
        ones. If a resumed run had no epoch left, it evaluates again.
        """
        for hook in runner.hooks:
            if isinstance(hook, SelectionHook) and hook.metrics is not None:
                return hook.metrics
        if self.metrics is None and runner.val_loop is not None:
            runner.val_loop.run()
        return self.metrics


@HOOKS.register_module()
class CompareRunHook(_KeepMetrics):
    """Trains another config after this one, and prints the metrics of both.

    The other run takes place in the same process, in ``<work_dir>/<name>``. The table
    has a column for each run and one for the metrics of
    :class:`EvaluateBeforeTrainHook`. All metrics are written to
    ``<work_dir>/summary.json``. If the other run was interrupted, it goes on when this
    run is resumed.

    Some settings are always taken from this run, so that the two can be compared: the
    number of epochs, the seed, the precision and the evaluations. So are the
    ``--cfg-options`` whose keys the other config has.

    Args:
        config: The other config: a file (a relative path starts at the folder of this
            run's config, or else at the package's configs), or a dict of changes to
            this run's config.
        name: Name of the other run.
        own_name: Name of this run.
        metrics: The metrics in the table.
    """

    priority = 'LOWEST'

    def __init__(
        self,
        config: str | dict,
        name: str,
        own_name: str = 'this run',
        metrics: Sequence[str] = (
            'dfer/UAR',
            'dfer/WAR',
            'relevance/AUROC',
            'instance/AUROC',
        ),
    ) -> None:
        self.config = config
        self.name = name
        self.own_name = own_name
        self.shown = tuple(metrics)

    def before_train(self, runner: Runner) -> None:
        """Reads the other config at the start, to find its mistakes before training."""
        self._other = self._other_config(runner)

    def after_train(self, runner: Runner) -> None:
        """Trains the other config, prints and writes the comparison."""
        results = {}
        for hook in runner.hooks:
            if isinstance(hook, EvaluateBeforeTrainHook) and hook.path(runner).exists():
                results[hook.name] = json.loads(hook.path(runner).read_text())
        results[self.own_name] = self.last(runner)
        with current_instances_kept():
            other = RUNNERS.build(self._other)
            keeper = _KeepMetrics()
            other.register_hook(keeper)
            other.train()
            results[self.name] = keeper.last(other)
        write_metrics(Path(runner.work_dir, 'summary.json'), results)
        if is_main_process():
            info = getattr(runner.train_dataloader.dataset, 'metainfo', {})
            rules = [
                h.description for h in runner.hooks if isinstance(h, SelectionHook)
            ]
            title = ', '.join(filter(None, [info.get('dataset'), *rules]))
            Terminal().print(self._table(results, title))

    def _other_config(self, runner: Runner) -> Config:
        if isinstance(self.config, str):
            cfg = read_config(_find(self.config, runner.cfg))
            left_out = _run_alike(cfg, runner.cfg)
            if 'cfg_options' not in runner.cfg:
                runner.logger.warning(
                    'This run was not started by `tgdfer train`, so changes from its '
                    f'command line are unknown, and {self.name} runs without them.'
                )
            if left_out:
                runner.logger.warning(
                    f'{self.name} runs without --cfg-options {" ".join(left_out)}: '
                    f'{cfg.filename} does not have these keys.'
                )
        else:
            cfg = Config(runner.cfg.to_dict(), filename=runner.cfg.filename)
            cfg.custom_hooks = [
                hook
                for hook in cfg.get('custom_hooks') or []
                if hook['type'] != type(self).__name__
            ]
            cfg.merge_from_dict(dict(self.config))
        # The time alone would not separate two runs in the same second.
        cfg.experiment_name = f'{runner.experiment_name}_{self.name}'
        cfg.launcher = runner.launcher
        cfg.load_from, cfg.resume = None, runner._resume
        apply_recipe(cfg)  # now, so that it refuses wrong settings before training
        note_work_folder(cfg, Path(runner.work_dir, self.name))
        return cfg

    def _table(self, results: dict[str, dict | None], title: str | None) -> Table:
        table = Table(title=title)
        table.add_column('')
        for name in results:
            table.add_column(name, justify='right')
        for metric in self.shown:
            values = [(result or {}).get(metric) for result in results.values()]
            if any(value is not None for value in values):
                cells = ('-' if v is None else f'{v:.4g}' for v in values)
                table.add_row(metric, *cells)
        return table


def _find(config: str, own: Config) -> Path:
    folders = (Path(own.filename or '.').parent, config_dir())
    for folder in folders:
        if (folder / config).is_file():
            return folder / config
    raise FileNotFoundError(
        f'CompareRunHook: there is no {config} in {" or ".join(map(str, folders))}.'
    )


def _run_alike(other: Config, own: Config) -> list[str]:
    """Applies the options of `own` to `other`; lists those that it cannot take."""
    left_out = []
    for key, value in own.get('cfg_options', {}).items():
        if _has_place(other, own, key.split('.')):
            other.merge_from_dict({key: value})
        else:
            left_out.append(key)
    for key in _SHARED & set(own.keys()):
        other[key] = own[key]
    if own.get('val_cfg') is None:
        other.val_cfg = other.val_dataloader = other.val_evaluator = None
    recipe = Recipe.of(own).stated()
    other.recipe = {k: v for k, v in recipe.items() if k not in _NOT_SHARED}
    fold = fold_of(own)
    if fold is not None and fold_of(other) is not None:
        other.recipe['fold'] = fold
    return left_out


def _has_place(other: Config, own: Config, path: list[str]) -> bool:
    """Whether the other config has the key, in a part of the same type."""
    parents = [_look_up(cfg, path[:-1]) for cfg in (other, own)]
    if _look_up(other, path) is not None or parents[0] is None:
        return parents[0] is not None
    return len({parent.get('type') for parent in parents}) == 1


def _look_up(node: Any, path: list[str]) -> Any:
    """The part of a config below a path; None if there is none."""
    for part in path:
        if isinstance(node, list | tuple):
            node = {str(i): item for i, item in enumerate(node)}.get(part)
        else:
            node = node.get(part) if hasattr(node, 'get') else None
    return node


@contextmanager
def current_instances_kept() -> Iterator[None]:
    """Keeps the current logger, message hub, visualizer and scope current.

    In mmengine the object that was created last is the current one. After a second
    runner in the same process, parts of the first runner would write to those of the
    second.
    """
    managers = (MMLogger, MessageHub, Visualizer, DefaultScope)
    kept = {manager: list(manager._instance_dict.items()) for manager in managers}
    try:
        yield
    finally:
        for manager, items in kept.items():
            manager._instance_dict.clear()
            manager._instance_dict.update(items)
