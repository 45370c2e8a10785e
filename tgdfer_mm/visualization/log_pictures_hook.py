"""A hook that gives the pictures of an evaluation to the loggers of a run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from mmengine.dist import all_gather_object, is_main_process
from mmengine.runner import BaseLoop, Runner
from mmengine.visualization import LocalVisBackend
from mmengine.visualization.vis_backend import BaseVisBackend

from ..evaluation import DFERMetric
from ..registry import HOOKS
from .confusion_hook import draw_last_result
from .explain_hook import ExplainHook
from .hook_parts import evaluation_loop

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@HOOKS.register_module()
class LogPicturesHook(ExplainHook):
    """Logs the confusion matrix and explained clips as images, and the test metrics.

    It logs them after every validation and test, so that a logger shows how the
    pictures change from epoch to epoch. It has an effect only if the visualizer has a
    backend other than `LocalVisBackend`. For that one `ConfusionMatrixHook` and
    `ExplainHook` already write files.

    mmengine's `LoggerHook` gives the backends the numbers of training and validation,
    but not those of a test. They are logged here as `test/<metric>`.

    Args:
        clips: Names of the clips to draw; by default `num` clips that cover the
            classes, the first ones of the data set.
        num: Number of clips if `clips` is not given; 0 draws none.
        confusion: Whether the confusion matrix is logged.
        when: The evaluations that are logged: `test`, `val` or `both`.
        note: Printed under each clip; by default the name of the data set.

    Raises:
        ValueError: If `when` is unknown.
    """

    def __init__(
        self,
        clips: Sequence[str] | None = None,
        num: int = 4,
        confusion: bool = True,
        when: str = 'both',
        note: str | None = None,
    ) -> None:
        super().__init__(clips, num, when=when, note=note)
        self.confusion = confusion
        self._pictures: dict[str, np.ndarray] = {}

    def _due(self, runner: Runner, mode: str) -> bool:
        return bool(other_backends(runner))

    def _keep(self, runner: Runner, name: str, figure: Figure) -> None:
        """Keeps the picture of a clip until the evaluation is over."""
        self._pictures[name] = pixels(figure)

    def after_val_epoch(self, runner: Runner, metrics: dict | None = None) -> None:
        """Logs the pictures of a validation."""
        self._log(runner, 'val')

    def after_test_epoch(self, runner: Runner, metrics: dict | None = None) -> None:
        """Logs the pictures and the numbers of a test."""
        self._log(runner, 'test', metrics)

    def _log(self, runner: Runner, mode: str, metrics: dict | None = None) -> None:
        drawn, self._pictures, self._chosen = self._pictures, {}, set()
        if self.when not in (mode, 'both') or not other_backends(runner):
            return
        # Each process has only the clips that it evaluated.
        gathered = all_gather_object(drawn)
        if not is_main_process():
            return
        loop = evaluation_loop(runner, mode)
        pictures = {}
        matrices = [m for m in loop.evaluator.metrics if isinstance(m, DFERMetric)]
        if self.confusion and matrices:
            pictures['confusion_matrix'] = pixels(draw_last_result(matrices[0]))
        for part in gathered:
            pictures.update(
                {f'explained/{name}': image for name, image in part.items()}
            )
        numbers = {f'{mode}/{name}': float(v) for name, v in (metrics or {}).items()}
        step = epoch_of(runner, loop)
        for backend in other_backends(runner):
            if numbers:
                backend.add_scalars(numbers, step=step)
            for name in sorted(pictures):
                backend.add_image(f'{mode}/{name}', pictures[name], step=step)


def other_backends(runner: Runner) -> list[BaseVisBackend]:
    """The backends of a run's visualizer other than `LocalVisBackend`."""
    backends = runner.visualizer._vis_backends.values()  # mmengine has no list of them
    return [each for each in backends if not isinstance(each, LocalVisBackend)]


def epoch_of(runner: Runner, loop: BaseLoop) -> int:
    """The epoch whose weights were evaluated; 0 without training."""
    selected = (loop.evaluator.dataset_meta or {}).get('selection', {})
    if 'epoch' in selected:
        return int(selected['epoch'])
    trained = isinstance(getattr(runner, '_train_loop', None), BaseLoop)
    return runner.epoch if trained else 0


def pixels(figure: Figure) -> np.ndarray:
    """Draws a figure into an array.

    Args:
        figure: A figure on an Agg canvas.

    Returns:
        (H, W, 3) uint8 RGB.
    """
    figure.canvas.draw()
    return np.asarray(figure.canvas.buffer_rgba())[..., :3].copy()
