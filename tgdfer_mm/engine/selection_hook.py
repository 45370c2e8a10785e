"""Selects the epoch that is the result of a run, and tests it."""

import json
import math
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mmengine.dist import is_main_process, master_only
from mmengine.hooks import CheckpointHook, Hook
from mmengine.runner import EpochBasedTrainLoop, Runner
from mmengine.runner.base_loop import BaseLoop

from ..evaluation import DumpPredictions, MultiLabelMetric
from ..evaluation.clip_metric import NonFiniteScoreError
from ..features.processes import as_one
from ..files import read_json, replacing, write_text
from ..plain_checkpoints import ForbiddenPickleError, MissingCheckpointError
from ..recipe.recipe import RULES, Recipe
from ..recipe.selection import METRIC, VAL_PART, describe_rule
from ..registry import HOOKS
from .checkpoint import module_to_fill

RECORD = 'selection.json'
BEST = 'best_epoch_{}.pth'


class SelectionError(ValueError):
    """The rule cannot be followed in this run; the user can correct it."""

    exit_code = 2  # exit code of a command


@HOOKS.register_module()
class SelectionHook(Hook):
    """Tests the epoch that a rule selects, and also the last one.

    Afterwards the work folder has three files: ``predictions.jsonl`` (with its
    ``.meta.json``) of the selected epoch, ``predictions_last.jsonl`` of the last epoch
    unless the rule is ``last``, and ``selection.json`` with the rule, the metrics of
    each epoch on the data for selection, and the test metrics of both epochs.

    The hook tests a checkpoint file. The best one is kept as ``best_epoch_<n>.pth``. A
    run that is killed and resumed selects the same epoch as an uninterrupted one: if an
    evaluation was interrupted, it is repeated.

    :func:`~tgdfer_mm.recipe.selection.apply_selection` sets `rule`, and gives the
    run the data that it needs.

    Args:
        rule: ``last``, ``val`` or ``test``.
        metric: The metric that is largest in the best epoch. WAR [choice]: the
            literature selects by it, and UAR depends strongly on the few validation
            clips of the rarest class.
        val_part: Share of the training fold that is used for validation.
        ties: The best one of equal epochs: the ``first`` or the ``last``. With few
            clips, epochs are soon equal, long before training has had its effect.

    Raises:
        SelectionError: The rule or `ties` is unknown.
    """

    priority = 'VERY_LOW'

    def __init__(
        self,
        rule: str = 'last',
        metric: str = METRIC,
        val_part: float = VAL_PART,
        ties: str = 'first',
    ) -> None:
        if rule not in RULES:
            raise SelectionError(f'rule must be one of {list(RULES)}, not {rule!r}.')
        if ties not in ('first', 'last'):
            raise SelectionError(f'ties must be first or last, not {ties!r}.')
        self.rule = rule
        self.ties = ties
        self.metric = metric
        self.val_part = val_part
        # metrics of the selected epoch's test
        self.metrics: dict[str, float] | None = None
        self._evaluated: dict[int, float] = {}
        self._training = False

    @property
    def description(self) -> str:
        """The rule in words."""
        return describe_rule(self.rule, self.metric, self.val_part)

    # Keeping the best epoch.

    def before_train(self, runner: Runner) -> None:
        """Reads the record of an interrupted run."""
        self._check(runner)
        path = Path(runner.work_dir, RECORD)
        record = as_one(_read_record, path) if runner.epoch else None
        if record is not None and record['rule'] != self.rule:
            raise SelectionError(
                f'{path}: this run was started with '
                f'selection={record["rule"]!r} and cannot go on with {self.rule!r}. '
                'Use the same rule, or another work folder.'
            )
        entries = (record or {}).get('evaluated', {})
        self._evaluated = {
            int(epoch): value
            for epoch, value in entries.items()
            if math.isfinite(value)  # by an earlier version
        }
        self._training = True
        self._write(runner)
        if self.rule == 'last' or not runner.epoch:
            return
        due = [e for e in range(1, runner.epoch + 1) if _is_evaluated(runner, e)]
        lost = [e for e in due if e not in self._evaluated and e != runner.epoch]
        if lost:
            raise SelectionError(
                f'{runner.work_dir}: selection={self.rule!r} compares all epochs, but '
                f'{RECORD} has no metrics of epochs {lost}. Train again from the '
                'start.'
            )
        if runner.epoch in due and runner.epoch not in self._evaluated:
            runner.val_loop.run()

    def after_val_epoch(self, runner: Runner, metrics: dict | None = None) -> None:
        """Keeps the checkpoint of the epoch if it is the best one so far."""
        if self.rule == 'last' or not self._training or not runner.epoch:
            return
        if self.metric not in (metrics or {}):
            raise SelectionError(
                f'selection by {self.metric!r}: the evaluation has only '
                f'{sorted(metrics or {})}. Set default_hooks.selection.metric to one '
                'of them.'
            )
        value = float(metrics[self.metric])
        if not math.isfinite(value):
            raise NonFiniteScoreError(
                f'epoch {runner.epoch} has {self.metric}={value}: no epoch can be '
                'selected by a value that is not a number. Lower the learning rate, '
                'or select by another metric.'
            )
        self._evaluated[runner.epoch] = value
        if is_main_process():
            self._keep_best(runner)

    def _keep_best(self, runner: Runner) -> None:
        best = self._best()
        checkpoints = _checkpoint_hook(runner)
        folder = Path(checkpoints.out_dir)
        if best == runner.epoch:
            name = checkpoints.filename_tmpl.format(best)
            _link(folder / name, folder / BEST.format(best))
        # The record comes first, so that the file that it names is there whenever it is
        # read.
        self._write(runner)
        for path in folder.glob(BEST.format('*')):
            if path.name != BEST.format(best):
                path.unlink()

    def _best(self) -> int:
        sign = 1 if self.ties == 'last' else -1
        reached = self._evaluated
        return max(reached, key=lambda epoch: (reached[epoch], sign * epoch))

    # Testing.

    def after_train(self, runner: Runner) -> None:
        """Tests the selected epoch and the last one."""
        self._training = False
        if runner._test_loop is None:
            runner.logger.info('No test data: the selected epoch is not tested.')
            return
        checkpoints = _checkpoint_hook(runner)
        folder = Path(checkpoints.out_dir or runner.work_dir)
        by_epoch = isinstance(runner.train_loop, EpochBasedTrainLoop)
        step = runner.epoch if checkpoints.by_epoch and by_epoch else runner.iter
        newest = folder / checkpoints.filename_tmpl.format(step)
        result = dict(epoch=runner.epoch) if by_epoch else dict(iteration=runner.iter)
        if self.rule == 'last':
            # The model in memory may differ in buffers that ranks have averaged.
            self._load(runner, newest)
            self.metrics = self._test(runner, 'predictions.jsonl', 'last', result)
        else:
            self._load(runner, newest)
            last = self._test(runner, 'predictions_last.jsonl', 'last', result)
            epoch = self._best()
            self._load(runner, folder / BEST.format(epoch))
            best = dict(epoch=epoch)
            self.metrics = self._test(runner, 'predictions.jsonl', self.rule, best)
            result = dict(best, last=dict(result, test=last))
        self._write(runner, **result, test=self.metrics)
        self._report(runner, result)

    def _test(self, runner: Runner, out: str, rule: str, step: dict) -> dict:
        text = describe_rule(rule, self.metric, self.val_part)
        if 'iteration' in step:
            text = text.replace('epoch', 'iteration')
        selection = dict(rule=rule, **step, description=text)
        if rule != 'last':
            selection['metric'] = self.metric
        if self.rule == 'val':
            # the last epoch was trained without it
            selection['val_part'] = self.val_part
        said = dict(selection=selection, recipe=Recipe.of(runner.cfg).facts())
        with _noting(runner.test_loop, str(Path(runner.work_dir, out)), said):
            metrics = runner.test_loop.run()
        return {name: float(value) for name, value in metrics.items()}

    def _load(self, runner: Runner, path: Path) -> None:
        if module_to_fill(runner) is None:
            return
        if path.is_file():
            try:
                runner.load_checkpoint(str(path))
            except ForbiddenPickleError as error:  # written by mmengine's own hook
                if self.rule != 'last':
                    raise
                runner.logger.warning(f'The weights in memory are tested: {error}')
        elif self.rule != 'last':
            raise MissingCheckpointError(
                f'{path}: the checkpoint to test is missing. If the run was resumed '
                'from an epoch before the best one, and not exactly, train it again '
                'from the start.'
            )

    # Saying it.

    @master_only
    def _write(self, runner: Runner, **result) -> None:
        said = self.description
        if not isinstance(runner.train_loop, EpochBasedTrainLoop):
            said = said.replace('epoch', 'iteration')
        record = dict(rule=self.rule, description=said)
        record['recipe'] = Recipe.of(runner.cfg).facts()
        if self.rule != 'last':
            values = {str(e): self._evaluated[e] for e in sorted(self._evaluated)}
            record.update(metric=self.metric, evaluated=values)
        if self.rule == 'val':
            record['val_part'] = self.val_part
        text = json.dumps(record | result, indent=2) + '\n'
        write_text(Path(runner.work_dir, RECORD), text)

    def _report(self, runner: Runner, result: dict) -> None:
        ours = _headline(self.metrics)
        if 'iteration' in result:
            name = f'iteration {result["iteration"]} (last iteration)'
        else:
            name = f'epoch {result["epoch"]} ({self.description})'
        count = len(runner.test_loop.dataloader.dataset)
        clips = f'{count} clip' + 's' * (count != 1)
        lines = [f'Test, {name}, {clips}: {_show(ours)}']
        if 'last' in result:
            last = _headline(result['last']['test'])
            gain = {name: ours[name] - last[name] for name in ours if name in last}
            lines += [
                f'Test, epoch {result["last"]["epoch"]} (last epoch): {_show(last)}',
                f'Difference by selecting the epoch: {_show(gain, "+")}',
            ]
        runner.logger.info('\n'.join(lines))

    def _check(self, runner: Runner) -> None:
        """Checks before training everything that would fail after it."""
        stated = Recipe.of(runner.cfg).selection
        if stated not in (None, self.rule):
            raise SelectionError(
                f'selection={stated!r} in the config has not been applied (the hook '
                f'has rule={self.rule!r}): start with `tgdfer train`, or build the '
                'runner with RUNNERS.build(cfg).'
            )
        runner.test_loop  # noqa: B018  built now, where its data may be found missing
        if self.rule == 'last':
            return
        if module_to_fill(runner) is None or not isinstance(
            runner.train_loop, EpochBasedTrainLoop
        ):
            raise SelectionError(
                f'selection={self.rule!r} works with epochs and whole checkpoints: '
                'with mmengine.Runner, or with WholeFSDPStrategy.'
            )
        if _checkpoint_hook(runner).interval != 1:
            raise SelectionError(
                f'selection={self.rule!r} needs a checkpoint of each epoch: set '
                'default_hooks.checkpoint.interval=1.'
            )


@contextmanager
def _noting(loop: BaseLoop, out_file: str, said: dict) -> Iterator[None]:
    """Adds the dump of predictions; rule and recipe go with the facts of the data."""
    evaluator = loop.evaluator
    meta, metrics = evaluator.dataset_meta, evaluator.metrics
    evaluator.metrics = [*metrics, DumpPredictions(out_file)]
    # With the threshold, so that the metrics can be computed again from the
    # predictions.
    limits = [m.threshold for m in metrics if isinstance(m, MultiLabelMetric)]
    stated = dict(threshold=limits[0]) if limits else {}
    evaluator.dataset_meta = dict(meta or {}, **said, **stated)
    try:
        yield
    finally:
        evaluator.dataset_meta, evaluator.metrics = meta, metrics


def _is_evaluated(runner: Runner, epoch: int) -> bool:
    loop = runner.train_loop
    return epoch >= loop.val_begin and (
        epoch % loop.val_interval == 0 or epoch == loop.max_epochs
    )


def _checkpoint_hook(runner: Runner) -> CheckpointHook:
    for hook in runner.hooks:
        if isinstance(hook, CheckpointHook):
            return hook
    raise SelectionError(
        'SelectionHook needs a checkpoint hook: add one as default_hooks.checkpoint.'
    )


def _link(source: Path, target: Path) -> None:
    """Gives a file a second name; copies it if the file system cannot do that."""
    with replacing(target) as temporary:
        try:
            os.link(source, temporary)
        except OSError:
            shutil.copyfile(source, temporary)


def _read_record(path: Path) -> dict | None:
    return read_json(path, 'rule') if path.is_file() else None


def _headline(metrics: dict[str, float]) -> dict[str, float]:
    parts = ('recall_', 'AP_')  # the metrics of single classes
    return {
        name: value
        for name, value in metrics.items()
        if not name.split('/')[-1].startswith(parts)
    }


def _show(metrics: dict[str, float], sign: str = '') -> str:
    return '  '.join(f'{name} {value:{sign}.2f}' for name, value in metrics.items())
