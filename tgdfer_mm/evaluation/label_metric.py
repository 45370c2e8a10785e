"""Parts that the metrics of labels share: facts of each clip, and one result."""

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any

import torch

from .clip_metric import (
    ClipMetric,
    clip_name,
    clip_scores,
    list_damaged,
    report_damaged,
)


class LabelMetric(ClipMetric):
    """Base of metrics that compare the labels of all clips with their scores.

    Args:
        **kwargs: Arguments of mmengine's ``BaseMetric``: `collect_device` (the device
            on which results of several processes are collected: cpu or gpu), `prefix`
            (a text before the names of the numbers), `collect_dir` (a folder that the
            processes share, for ``collect_device='cpu'``).

    Attributes:
        MEANS: Keys of the numbers over all classes in the result.
        BY_CLASS: Key of the numbers by class that are returned, too.
        last_result: Plain data, in the main process, after an evaluation.
    """

    MEANS: tuple[str, ...] = ()
    BY_CLASS = ''
    last_result: dict | None = None

    def process(self, data_batch: Any, data_samples: Sequence[dict]) -> None:
        """Keeps the facts about the clips of a batch.

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
                    damaged=str(damaged) if damaged else None,
                    **self.read(sample, scores, num_classes),
                )
            )

    @abstractmethod
    def read(
        self, sample: dict, scores: torch.Tensor | None, num_classes: int
    ) -> dict[str, Any]:
        """Label and prediction of a clip.

        Args:
            sample: A data sample as a dict.
            scores: (K,) its scores, None if it could not be read.
            num_classes: Number of classes K.
        """

    @abstractmethod
    def judge(self, results: list[dict]) -> dict:
        """The metrics of some clips, as plain data; None if not defined."""

    @abstractmethod
    def remark(self, result: dict) -> None:
        """Logs facts that the metrics do not show."""

    def compute_metrics(self, results: list[dict]) -> dict[str, float]:
        """Computes the metrics of all clips, and those of each class that has a clip.

        Raises:
            ValueError: If the results are not exactly the clips of the data set.
        """
        self.check_complete(results)
        if not results:
            raise ValueError(
                'no clip was evaluated, because the data set is empty: give an '
                'annotation file with clips'
            )
        result = dict(self.judge(results), damaged=list_damaged(results))
        self.last_result = result
        self.remark(result)
        report_damaged(result['damaged'], result['num_clips'])
        metrics = {name: result[name] for name in self.MEANS}
        by_class = result[self.BY_CLASS].items()
        metrics.update({f'{self.BY_CLASS}_{name}': value for name, value in by_class})
        return {name: value for name, value in metrics.items() if value is not None}
