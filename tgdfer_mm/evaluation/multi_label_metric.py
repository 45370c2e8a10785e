"""mAP, macro AUC and macro F1, for clips with several labels at once."""

from typing import Any

import torch
from mmengine.logging import print_log

from ..registry import METRICS
from .clip_metric import several_labels
from .label_metric import LabelMetric
from .scores import multi_label_scores


@METRICS.register_module()
class MultiLabelMetric(LabelMetric):
    """Mean average precision, area under the ROC curve and F1 over the classes.

    All metrics are in percent. Each is the mean over the classes for which it is
    defined: classes with a positive clip and, for the AUC, also a negative one. The log
    names the other classes. A damaged clip counts as one in which no class was found.
    For one label per clip use :class:`DFERMetric`.

    After an evaluation, `last_result` (in the main process) is plain data: the result
    of :func:`~tgdfer_mm.evaluation.scores.multi_label_scores`, and `damaged` (clip and
    reason of each unreadable clip).

    Args:
        threshold: Smallest score of a predicted class, for F1. 0.5 is right for one
            sigmoid per class. The probabilities of a softmax sum to 1 and need a lower
            threshold.
        **kwargs: Arguments of :class:`LabelMetric`.
    """

    default_prefix = 'multi'
    MEANS = ('mAP', 'macro_AUC', 'macro_F1')
    BY_CLASS = 'AP'

    def __init__(self, threshold: float = 0.5, **kwargs) -> None:
        super().__init__(**kwargs)
        self.threshold = threshold

    def read(
        self, sample: dict, scores: torch.Tensor | None, num_classes: int
    ) -> dict[str, Any]:
        """Labels and scores of a clip."""
        return dict(
            label=several_labels(sample, num_classes),
            scores=None if scores is None else scores.tolist(),
        )

    def judge(self, results: list[dict]) -> dict:
        """The metrics of some clips; None for those that are not defined."""
        truth, scores = ([r[key] for r in results] for key in ('label', 'scores'))
        return multi_label_scores(truth, scores, self.classes, self.threshold)

    def remark(self, result: dict) -> None:
        """Logs facts that the metrics do not show."""
        for key in ('AP', 'AUC'):
            undefined = [n for n, value in result[key].items() if value is None]
            if undefined:
                print_log(
                    f'{key} is undefined for these classes, and its mean leaves them '
                    f'out: {", ".join(undefined)}',
                    logger='current',
                )
