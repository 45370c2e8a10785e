"""UAR and WAR, the two numbers of dynamic facial expression recognition."""

import logging
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
from mmengine.logging import print_log
from sklearn.metrics import (
    accuracy_score,
    balanced_accuracy_score,
    confusion_matrix,
)

from ..registry import METRICS
from .clip_metric import ClipMetric, clip_name, clip_scores, single_label

NAMES_SHOWN = 5


@METRICS.register_module()
class DFERMetric(ClipMetric):
    """Unweighted and weighted average recall in percent, and recall per class.

    WAR is the accuracy. UAR is the mean recall of the classes that have a true
    clip; the absent ones are named in the log and have no recall. A clip whose
    data sample carries `damaged` (it could not be read) counts as wrong
    whatever was predicted, and is named at the end.

    Works with every mmaction2 recognizer that predicts `pred_score`.

    After an evaluation, `last_result` (on the main process) is plain data:
    `classes`, `columns` (the classes, then 'unreadable'), `matrix` (rows are
    truth, columns prediction; K x (K + 1) counts), `recall` (percent, None for
    an absent class), `absent`, `UAR`, `WAR`, `num_clips`, and `damaged` (clip and
    reason of each unreadable clip).

    Args:
        collect_device: Where results of several processes meet: cpu or gpu.
        prefix: Put before the names of the numbers.
        collect_dir: Folder shared by the processes, for `collect_device='cpu'`.
    """

    default_prefix = 'dfer'

    def __init__(
        self,
        collect_device: str = 'cpu',
        prefix: str | None = None,
        collect_dir: str | None = None,
    ) -> None:
        super().__init__(collect_device, prefix, collect_dir)
        self.last_result: dict | None = None

    def process(self, data_batch: Any, data_samples: Sequence[dict]) -> None:
        """Keeps truth and prediction of a batch.

        Raises:
            ValueError: If a clip has no usable label or scores.
        """
        num_classes = len(self.classes)
        for sample in data_samples:
            damaged = sample.get('damaged')
            self.results.append(
                dict(
                    clip=sample.get('clip'),
                    name=clip_name(sample),
                    label=single_label(sample, num_classes),
                    # One past the last class: never right.
                    pred=num_classes
                    if damaged
                    else int(clip_scores(sample, num_classes).argmax()),
                    damaged=str(damaged) if damaged else None,
                )
            )

    def compute_metrics(self, results: list[dict]) -> dict[str, float]:
        """Computes UAR, WAR and the recall of each class that has a true clip.

        Raises:
            ValueError: If the results are not exactly the clips of the data set.
        """
        self.check_complete(results)
        if not results:
            raise ValueError('no clip was evaluated: the data set is empty')
        classes = self.classes
        truth = [r['label'] for r in results]
        pred = [r['pred'] for r in results]

        # The row 'unreadable' that scikit-learn adds is empty: no clip's truth.
        columns = [*classes, 'unreadable']
        matrix = confusion_matrix(truth, pred, labels=range(len(columns)))[:-1]
        clips = matrix.sum(axis=1)
        present = np.flatnonzero(clips)
        recall = {classes[c]: float(100 * matrix[c, c] / clips[c]) for c in present}
        with warnings.catch_warnings():
            # Absent classes are expected here, and logged below.
            warnings.filterwarnings('ignore', 'y_pred contains classes not in y_true')
            warnings.filterwarnings('ignore', 'A single label was found')
            uar = 100.0 * balanced_accuracy_score(truth, pred)

        self.last_result = dict(
            classes=list(classes),
            columns=columns,
            matrix=matrix.tolist(),
            recall={name: recall.get(name) for name in classes},
            absent=[name for name in classes if name not in recall],
            UAR=float(uar),
            WAR=float(100.0 * accuracy_score(truth, pred)),
            num_clips=len(results),
            damaged=[
                dict(clip=r['name'], reason=r['damaged'])
                for r in results
                if r['damaged']
            ],
        )
        self._report()
        metrics = dict(UAR=self.last_result['UAR'], WAR=self.last_result['WAR'])
        metrics.update({f'recall_{name}': v for name, v in recall.items()})
        return metrics

    def _report(self) -> None:
        """Logs what the two numbers alone would hide."""
        result = self.last_result
        if result['absent']:
            print_log(
                f'UAR averages over {len(result["classes"]) - len(result["absent"])} '
                f'classes; without a true clip: {", ".join(result["absent"])}',
                logger='current',
            )
        damaged = result['damaged']
        if damaged:
            shown = '; '.join(
                f'{d["clip"]} ({d["reason"]})' for d in damaged[:NAMES_SHOWN]
            )
            rest = len(damaged) - NAMES_SHOWN
            print_log(
                f'{len(damaged)} of {result["num_clips"]} clips could not be read '
                f'and count as wrong: {shown}' + (f'; {rest} more' * (rest > 0)),
                logger='current',
                level=logging.WARNING,
            )
