"""Evaluates the current model, and stores its metrics."""

import json
from pathlib import Path

import torch
from mmengine.dist import is_main_process
from mmengine.hooks import Hook
from mmengine.runner import BaseLoop, Runner
from mmengine.runner.amp import autocast

from ..files import write_text
from ..random_state import random_state_kept
from ..recipe.recipe import Recipe
from ..registry import HOOKS


@torch.no_grad()
def evaluate(runner: Runner, loop: BaseLoop | None = None) -> dict[str, float]:
    """Evaluates the current model.

    Unlike ``runner.val()`` it calls no hook, so it is not counted as the evaluation of
    an epoch by schedulers, averaged weights or the choice of the best checkpoint. The
    random states do not change.

    Args:
        runner: A runner with a ``val_dataloader`` and a ``val_evaluator``.
        loop: The validation or test loop whose data and evaluator are used, by default
            the validation loop.

    Returns:
        The metrics, the same on every rank.
    """
    loop = loop or runner.val_loop
    training = runner.model.training
    runner.model.eval()
    with random_state_kept():
        for batch in loop.dataloader:
            with autocast(enabled=loop.fp16):
                outputs = runner.model.val_step(batch)
            loop.evaluator.process(data_samples=outputs, data_batch=batch)
        metrics = loop.evaluator.evaluate(len(loop.dataloader.dataset))
    runner.model.train(training)
    return {name: float(value) for name, value in metrics.items()}


def write_metrics(path: Path, metrics: dict) -> None:
    """Writes metrics as JSON, only in the main process."""
    if is_main_process():
        write_text(path, json.dumps(metrics, indent=2) + '\n')


@HOOKS.register_module()
class EvaluateBeforeTrainHook(Hook):
    """Evaluates the model before training.

    The metrics are logged and written to ``<work_dir>/<name>.json``. A resumed run
    keeps the metrics of its start.

    Args:
        name: Name of the result.
    """

    def __init__(self, name: str = 'zero-shot') -> None:
        self.name = name

    def path(self, runner: Runner) -> Path:
        """The file of the metrics."""
        return Path(runner.work_dir, f'{self.name}.json')

    def before_train(self, runner: Runner) -> None:
        """Evaluates once."""
        if runner._resume:
            return
        if runner.val_loop is None:
            runner.logger.info(
                f'{self.name}: no validation data, so nothing is evaluated.'
            )
            return
        # These numbers are compared with test metrics, so they need the test clips too.
        on_test = Recipe.of(runner.cfg).selection == 'val'
        metrics = evaluate(runner, runner.test_loop if on_test else None)
        write_metrics(self.path(runner), metrics)
        shown = '  '.join(f'{name}: {value:.4g}' for name, value in metrics.items())
        runner.logger.info(f'{self.name} (before training)  {shown}')
