"""Metrics for groups of test clips, such as the scenes of FERV39k."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from ..registry import METRICS
from .clip_metric import clip_name
from .dfer_metric import DFERMetric


@METRICS.register_module()
class GroupedDFERMetric(DFERMetric):
    """:class:`DFERMetric`, with UAR and WAR also for each group of clips.

    A group's numbers are called ``<group>/UAR`` and ``<group>/WAR``. Its UAR is the
    mean over the classes that have a true clip in the group. These can be fewer than
    the classes of all clips, and a small group gives a noisy value.

    `last_result` also has `groups`: for each group the result of
    :func:`~tgdfer_mm.evaluation.scores.single_label_scores`.

    Args:
        group_by: Field of the data sample that names the group, e.g. ``'scene'`` or
            ``'scenario'`` of FERV39k.
        **kwargs: Arguments of :class:`DFERMetric`.
    """

    def __init__(self, group_by: str, **kwargs) -> None:
        super().__init__(**kwargs)
        self.group_by = group_by

    def process(self, data_batch: Any, data_samples: Sequence[dict]) -> None:
        """Keeps true classes, predictions and groups of a batch.

        Raises:
            ValueError: If a clip has no usable label or scores, or no group.
        """
        start = len(self.results)
        super().process(data_batch, data_samples)
        for result, sample in zip(self.results[start:], data_samples, strict=True):
            if sample.get(self.group_by) is None:
                raise ValueError(
                    f'clip {clip_name(sample)} has no {self.group_by!r}: the data set '
                    'must give it, and `meta_keys` of the packing transform must '
                    'have it'
                )
            result['group'] = str(sample[self.group_by])

    def compute_metrics(self, results: list[dict]) -> dict[str, float]:
        """Computes the metrics of all clips, then those of each group."""
        metrics = super().compute_metrics(results)
        by_group = defaultdict(list)
        for result in results:
            by_group[result['group']].append(result)
        groups = self.last_result['groups'] = {}
        for name, members in sorted(by_group.items()):
            groups[name] = self.judge(members)
            for key in ('UAR', 'WAR'):
                metrics[f'{name}/{key}'] = groups[name][key]
        return metrics
