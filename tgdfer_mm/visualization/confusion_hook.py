"""A hook that draws the confusion matrix at the end of testing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from mmengine.dist import master_only
from mmengine.evaluator import Evaluator
from mmengine.hooks import Hook
from mmengine.logging import print_log
from mmengine.runner import Runner
from mmengine.runner.base_loop import BaseLoop

from ..evaluation import DFERMetric, MultiLabelMetric
from ..files import replacing, write_text
from ..registry import HOOKS
from .confusion_figure import draw_confusion
from .hook_parts import describe_data, evaluation_loop, is_last_validation

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@HOOKS.register_module()
class ConfusionMatrixHook(Hook):
    """Writes `confusion_matrix.png` and `.json` after testing and the last validation.

    A test without training writes `confusion_matrix_test.*`, so that it does not
    overwrite the picture of the training.

    The numbers come from the `DFERMetric` among the evaluators. Clips with several
    labels (`MultiLabelMetric`) have no such matrix, and nothing is written.

    Args:
        out_dir: Folder of the two files, the work folder by default.
    """

    def __init__(self, out_dir: str | None = None) -> None:
        self.out_dir = out_dir

    def _before_epoch(self, runner: Runner, mode: str = 'train') -> None:
        """Fails at the start if there is no `DFERMetric`."""
        if mode != 'train':
            self.find_metric(evaluation_loop(runner, mode).evaluator)

    def _after_epoch(self, runner: Runner, mode: str = 'train') -> None:
        """Writes the picture after testing and the last validation."""
        if mode == 'test' or (mode == 'val' and is_last_validation(runner)):
            stem = 'confusion_matrix'
            trained = isinstance(getattr(runner, '_train_loop', None), BaseLoop)
            if mode == 'test' and not trained and not self.out_dir:
                # do not overwrite the picture of a training in the same folder
                stem += '_test'
            self._write(runner, evaluation_loop(runner, mode).evaluator, stem)

    @staticmethod
    def find_metric(evaluator: Evaluator) -> DFERMetric | None:
        """The metric whose numbers are drawn; None if clips have several labels.

        Raises:
            ValueError: There is no such metric.
        """
        for metric in evaluator.metrics:
            if isinstance(metric, DFERMetric):
                return metric
        if any(isinstance(metric, MultiLabelMetric) for metric in evaluator.metrics):
            return None
        raise ValueError(
            "ConfusionMatrixHook needs `dict(type='DFERMetric')` in the evaluator, "
            f'which has only {[type(m).__name__ for m in evaluator.metrics]}'
        )

    @master_only
    def _write(self, runner: Runner, evaluator: Evaluator, stem: str) -> None:
        metric = self.find_metric(evaluator)
        if metric is None:
            return
        folder = Path(self.out_dir or runner.work_dir)
        figure = draw_last_result(metric)
        with replacing(folder / f'{stem}.png') as path:
            figure.savefig(path, format='png')
        text = json.dumps(metric.last_result, allow_nan=False, indent=2) + '\n'
        write_text(folder / f'{stem}.json', text)
        print_log(f'confusion matrix in {folder / f"{stem}.png"}', logger='current')


def draw_last_result(metric: DFERMetric) -> Figure:
    """The confusion matrix of a metric's last evaluation."""
    result = metric.last_result
    return draw_confusion(
        np.asarray(result['matrix']),
        result['classes'],
        title='Which class is taken for which?\n'
        f'UAR {result["UAR"]:.2f} %, WAR {result["WAR"]:.2f} %, '
        f'{result["num_clips"]} clips',
        note=describe_data(metric.dataset_meta),
    )
