"""UAR and WAR, the two numbers of dynamic facial expression recognition."""

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

    All in percent. WAR is the accuracy. UAR and macro F1 are means over the classes
    that have a true clip; the absent ones are named in the log and have no recall.
    ECE, the expected calibration error (15 bins of equal width), is left out if the
    scores are no probabilities. A clip whose data sample carries `damaged` (it could
    not be read) counts as wrong whatever was predicted, and is named at the end.

    Works with every mmaction2 recognizer that predicts `pred_score`. Several labels a
    clip are :class:`MultiLabelMetric`'s.

    After an evaluation, `last_result` (on the main process) is plain data: what
    :func:`~tgdfer_mm.evaluation.scores.single_label_scores` returns, and `damaged`
    (clip and reason of each unreadable clip).

    The arguments are those of :class:`LabelMetric`.
    """

    default_prefix = 'dfer'
    MEANS = ('UAR', 'WAR', 'macro_F1', 'ECE')
    BY_CLASS = 'recall'

    def read(
        self, sample: dict, scores: torch.Tensor | None, num_classes: int
    ) -> dict[str, Any]:
        """Truth, prediction and confidence of a clip."""
        return dict(
            label=single_label(sample, num_classes),
            pred=None if scores is None else int(scores.argmax()),
            confidence=confidence_of(scores, num_classes),
        )

    def judge(self, results: list[dict]) -> dict:
        """The numbers of some clips; None for what is not defined."""
        columns = ('label', 'pred', 'confidence')
        return single_label_scores(
            *([r[key] for r in results] for key in columns), self.classes
        )

    def remark(self, result: dict) -> None:
        """Logs what the numbers alone would hide."""
        if result['ECE'] is None:
            print_log(
                'no calibration error: the scores of some clips are no probabilities '
                '(they do not sum to 1)',
                logger='current',
            )
        if result['absent']:
            print_log(
                f'UAR averages over {len(result["classes"]) - len(result["absent"])} '
                f'classes; without a true clip: {", ".join(result["absent"])}',
                logger='current',
            )
