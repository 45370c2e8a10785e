"""UAR and WAR, the two main metrics of dynamic facial expression recognition."""

from typing import Any

import torch
from mmengine.logging import print_log

from ..registry import METRICS
from .clip_metric import single_label
from .label_metric import LabelMetric
from .scores import confidence_of, single_label_scores


@METRICS.register_module()
class DFERMetric(LabelMetric):
    """Unweighted and weighted average recall, macro F1, ECE and recall per class.

    All metrics are in percent. WAR is the accuracy. UAR and macro F1 are means over the
    classes that have a true clip. The log names the other classes, which have no
    recall. ECE, the expected calibration error (15 bins of equal width), is left out if
    the scores are not probabilities. A clip whose data sample has `damaged` could not
    be read. It always counts as wrong, and the log names it at the end.

    It works with every mmaction2 recognizer that predicts `pred_score`. For several
    labels per clip use :class:`MultiLabelMetric`.

    After an evaluation, `last_result` (in the main process) is plain data: the result
    of :func:`~tgdfer_mm.evaluation.scores.single_label_scores`, and `damaged` (clip and
    reason of each unreadable clip).

    The arguments are those of :class:`LabelMetric`.
    """

    default_prefix = 'dfer'
    MEANS = ('UAR', 'WAR', 'macro_F1', 'ECE')
    BY_CLASS = 'recall'

    def read(
        self, sample: dict, scores: torch.Tensor | None, num_classes: int
    ) -> dict[str, Any]:
        """True class, predicted class and confidence of a clip."""
        return dict(
            label=single_label(sample, num_classes),
            pred=None if scores is None else int(scores.argmax()),
            confidence=confidence_of(scores, num_classes),
        )

    def judge(self, results: list[dict]) -> dict:
        """The metrics of some clips; None for those that are not defined."""
        columns = ('label', 'pred', 'confidence')
        return single_label_scores(
            *([r[key] for r in results] for key in columns), self.classes
        )

    def remark(self, result: dict) -> None:
        """Logs facts that the metrics do not show."""
        if result['ECE'] is None:
            print_log(
                'no calibration error: the scores of some clips are not '
                'probabilities (they do not sum to 1)',
                logger='current',
            )
        if result['absent']:
            print_log(
                f'UAR averages over {len(result["classes"]) - len(result["absent"])} '
                f'classes; without a true clip: {", ".join(result["absent"])}',
                logger='current',
            )
