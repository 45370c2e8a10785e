"""UAR and WAR, the two numbers of dynamic facial expression recognition."""

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
    single_label,
)
from .scores import confidence_of, single_label_scores


@METRICS.register_module()
class DFERMetric(ClipMetric):
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
            scores = None if damaged else clip_scores(sample, num_classes)
            self.results.append(
                dict(
                    clip=sample.get('clip'),
                    name=clip_name(sample),
                    label=single_label(sample, num_classes),
                    pred=None if damaged else int(scores.argmax()),
                    confidence=confidence_of(scores, num_classes),
                    damaged=str(damaged) if damaged else None,
                )
            )

    def compute_metrics(self, results: list[dict]) -> dict[str, float]:
        """Computes the numbers of all clips and of each class with a true clip.

        Raises:
            ValueError: If the results are not exactly the clips of the data set.
        """
        self.check_complete(results)
        if not results:
            raise ValueError('no clip was evaluated: the data set is empty')
        result = single_label_scores(
            *([r[key] for r in results] for key in ('label', 'pred', 'confidence')),
            self.classes,
        )
        result['damaged'] = list_damaged(results)
        self.last_result = result
        self._report()
        metrics = {k: result[k] for k in ('UAR', 'WAR', 'macro_F1', 'ECE')}
        metrics.update({f'recall_{name}': v for name, v in result['recall'].items()})
        return {name: value for name, value in metrics.items() if value is not None}

    def _report(self) -> None:
        """Logs what the numbers alone would hide."""
        result = self.last_result
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
        report_damaged(result['damaged'], result['num_clips'])
