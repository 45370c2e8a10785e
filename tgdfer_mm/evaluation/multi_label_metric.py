"""mAP, macro AUC and macro F1, for clips with several labels at once."""

from collections.abc import Sequence
from typing import Any

from mmengine.logging import print_log

from ..registry import METRICS
from .clip_metric import (
    ClipMetric,
    clip_name,
    clip_scores,
    list_damaged,
    report_damaged,
    several_labels,
)
from .scores import multi_label_scores


@METRICS.register_module()
class MultiLabelMetric(ClipMetric):
    """Mean average precision, area under the ROC curve and F1 over the classes.

    All in percent, each the mean over the classes for which it is defined: those
    with a positive clip and, for the AUC, a negative one. The others are named in the
    log. A damaged clip counts as one in which no class was found. One label a clip is
    :class:`DFERMetric`'s.

    After an evaluation, `last_result` (on the main process) is plain data: what
    :func:`~tgdfer_mm.evaluation.scores.multi_label_scores` returns, and `damaged`
    (clip and reason of each unreadable clip).

    Args:
        threshold: Score from which a class counts as predicted, for F1. 0.5 is for
            one probability per class; the probabilities of a softmax sum to 1 and
            need a lower one.
        collect_device: Where results of several processes meet: cpu or gpu.
        prefix: Put before the names of the numbers.
        collect_dir: Folder shared by the processes, for `collect_device='cpu'`.
    """

    default_prefix = 'multi'

    def __init__(
        self,
        threshold: float = 0.5,
        collect_device: str = 'cpu',
        prefix: str | None = None,
        collect_dir: str | None = None,
    ) -> None:
        super().__init__(collect_device, prefix, collect_dir)
        self.threshold = threshold
        self.last_result: dict | None = None

    def process(self, data_batch: Any, data_samples: Sequence[dict]) -> None:
        """Keeps labels and scores of a batch.

        Raises:
            ValueError: If a clip has no usable labels or scores.
        """
        num_classes = len(self.classes)
        for sample in data_samples:
            damaged = sample.get('damaged')
            scores = None if damaged else clip_scores(sample, num_classes).tolist()
            self.results.append(
                dict(
                    clip=sample.get('clip'),
                    name=clip_name(sample),
                    label=several_labels(sample, num_classes),
                    scores=scores,
                    damaged=str(damaged) if damaged else None,
                )
            )

    def compute_metrics(self, results: list[dict]) -> dict[str, float]:
        """Computes the three means and the average precision of each class.

        Raises:
            ValueError: If the results are not exactly the clips of the data set.
        """
        self.check_complete(results)
        if not results:
            raise ValueError('no clip was evaluated: the data set is empty')
        result = multi_label_scores(
            [r['label'] for r in results],
            [r['scores'] for r in results],
            self.classes,
            self.threshold,
        )
        result['damaged'] = list_damaged(results)
        self.last_result = result
        for key in ('AP', 'AUC'):
            undefined = [n for n, value in result[key].items() if value is None]
            if undefined:
                print_log(
                    f'{key} is undefined for, and its mean leaves out: '
                    f'{", ".join(undefined)}',
                    logger='current',
                )
        report_damaged(result['damaged'], result['num_clips'])
        metrics = {k: result[k] for k in ('mAP', 'macro_AUC', 'macro_F1')}
        metrics.update({f'AP_{name}': v for name, v in result['AP'].items()})
        return {name: value for name, value in metrics.items() if value is not None}
