"""Evaluates a model on a data set with other classes."""

from collections.abc import Sequence
from typing import Any

from mmengine.evaluator import Evaluator
from mmengine.structures import BaseDataElement

from ..labels.label_map import load_label_map
from ..registry import EVALUATOR


@EVALUATOR.register_module()
class MappedEvaluator(Evaluator):
    """Maps the scores of the model's classes to those of the data, then evaluates.

    It changes the predictions themselves, so that metrics, written predictions and
    pictures agree: ``pred_score``, ``pred_label``, ``instance_scores`` and
    ``relevance``. It is for data sets from
    :func:`~tgdfer_mm.datasets.other_data_set.cross_dataset`.

    Args:
        label_map: See :func:`~tgdfer_mm.labels.label_map.load_label_map`.
        metrics: Configs of the metrics.
    """

    def __init__(self, label_map: str, metrics: dict | Sequence[dict]) -> None:
        super().__init__(metrics)
        self.label_map = load_label_map(label_map)

    def process(
        self, data_samples: Sequence[BaseDataElement], data_batch: Any | None = None
    ) -> None:
        """Maps the predictions of a batch, and gives them to the metrics.

        Raises:
            ValueError: The data set was not prepared for this map.
        """
        meta = self.dataset_meta or {}
        if meta.get('label_map') != self.label_map.name:
            raise ValueError(
                f'MappedEvaluator has label_map={self.label_map.name!r}, the data set '
                f'{meta.get("label_map")!r}; wrap it in dict(type="cross_dataset", '
                'label_map=..., dataset=...) with the same label_map.'
            )
        sides = list(meta['model_classes']), list(meta['classes'])
        for sample in data_samples:
            self._map(sample, *sides)
        super().process(data_samples, data_batch)

    def _map(
        self, sample: BaseDataElement, source: list[str], target: list[str]
    ) -> None:
        score = sample.pred_score
        if score.shape != (len(source),):
            raise ValueError(
                f'clip {sample.get("clip")}: the model scores {tuple(score.shape)}, '
                f'label map {self.label_map.name!r} is from {len(source)} classes'
            )
        score = self.label_map.map_scores(score, source, target)
        sample.set_metainfo(dict(num_classes=len(target)))
        sample.set_pred_score(score)
        sample.set_pred_label(score.argmax(-1, keepdim=True))
        for key, mapped in (
            ('instance_scores', self.label_map.map_scores),
            ('relevance', self.label_map.map_relevance),
        ):
            if key in sample:
                sample.set_field(mapped(sample.get(key), source, target), key)
