"""A metric of the agreement between a model's relevance and the expressive frames."""

import logging
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from mmengine.logging import print_log
from torch import Tensor

from ..registry import METRICS
from .clip_metric import ClipMetric, NonFiniteScoreError, single_label
from .frame_sources import SOURCES, PredictedClip
from .frame_truth import FrameTruth
from .intervals import cut_intervals, interval_average_precision, true_intervals

IOUS = (0.3, 0.5, 0.7)


def pointing_hit(values: np.ndarray, expressive: np.ndarray) -> float:
    """Probability that the best frame is an expressive one [from the pointing game].

    If several frames are best, each of them has the same probability.

    Args:
        values: (n,) values of the frames.
        expressive: (n,) booleans.
    """
    return float(expressive[values == values.max()].mean())


@METRICS.register_module()
class FrameRelevanceMetric(ClipMetric):
    """Compares the ranking of a clip's frames with the truly expressive frames.

    A frame is expressive if its true intensity reaches the file's `apex_threshold`. The
    metric uses the value of the labelled class in each valid sampled frame.

    * `AUROC`, `AP` and `pointing`: area under the ROC curve, average precision and
      pointing game (:func:`pointing_hit`) per clip, averaged over clips. A clip whose
      sampled frames are all expressive, or all not, has no ranking. It is counted in
      the log, but is not part of the average.
    * `mAP@0.3`, `mAP@0.5`, `mAP@0.7`: for each class, the average precision of the
      intervals cut from the values of its clips (:func:`cut_intervals`) against the
      runs of expressive frames in the whole clip, at that temporal intersection over
      union; mean over the classes that have a true interval. All readable clips
      count.

    All numbers are in 0..1. Unreadable clips are counted in the log.

    After an evaluation, `last_result` (in the main process) holds the source, these
    numbers (None if no clip or class could be scored), the number of `scored` clips,
    the numbers of `skipped` clips by reason, and `interval_AP` per class (three
    numbers, None without a true interval).

    Args:
        ann_file: The true intensities; see :class:`FrameTruth`.
        source: The source of the values, a key of `SOURCES`: `relevance` (weight of the
            instance in the class's visual prompt), `instance_scores` (probability of
            the class per instance), or one of the baselines `uniform`,
            `frame_difference` and `attention`. For several sources list the metric
            several times.
        prefix: Text before the names of the numbers. By default it is the source, and
            `instance` for `instance_scores`.
        **kwargs: Arguments of mmengine's ``BaseMetric``.

    Raises:
        FileNotFoundError: If `ann_file` does not exist.
        ValueError: If `ann_file` is not such a file, or `source` is unknown.
    """

    def __init__(
        self,
        ann_file: str,
        source: str = 'relevance',
        prefix: str | None = None,
        **kwargs,
    ) -> None:
        if source not in SOURCES:
            raise ValueError(f'source={source!r} must be in {list(SOURCES)}')
        prefix = prefix or ('instance' if source == 'instance_scores' else source)
        super().__init__(prefix=prefix, **kwargs)
        self.source = source
        self.truth = FrameTruth(ann_file)
        self.last_result: dict | None = None

    def process(self, data_batch: Any, data_samples: Sequence[dict]) -> None:
        """Scores the clips of a batch.

        Raises:
            ValueError: If a clip is not in the file or disagrees with it, or the
                prediction lacks the values of the source.
        """
        inputs = data_batch.get('inputs') if isinstance(data_batch, Mapping) else None
        if not isinstance(inputs, Sequence | Tensor):  # no input, or several modalities
            inputs = [None] * len(data_samples)
        for sample, frames in zip(data_samples, inputs, strict=True):
            self.results.append(
                dict(clip=sample.get('clip'), **self._score(sample, frames))
            )

    def _score(self, sample: dict, frames: Any) -> dict:
        from sklearn.metrics import average_precision_score, roc_auc_score

        if sample.get('damaged'):
            return dict(skipped='unreadable', intervals=None)
        label = single_label(sample, len(self.classes))
        clip = PredictedClip(sample, frames, label, len(self.classes))
        values = SOURCES[self.source](clip)
        if not np.isfinite(values).all():
            raise NonFiniteScoreError(
                f'clip {clip.name}: `{self.source}` is not finite: {values}'
            )
        inds = clip.frame_inds[: len(values)]
        truth = self.truth.expressive(clip.name, self.classes[label], inds)
        predicted = cut_intervals(values, inds, len(truth))
        intervals = dict(label=label, predicted=predicted, true=true_intervals(truth))
        expressive = truth[inds]
        if expressive.all() or not expressive.any():
            kind = 'all' if expressive.all() else 'no'
            return dict(
                skipped=f'{kind} sampled frames expressive', intervals=intervals
            )
        return dict(
            skipped=None,
            intervals=intervals,
            AUROC=float(roc_auc_score(expressive, values)),
            AP=float(average_precision_score(expressive, values)),
            pointing=pointing_hit(values, expressive),
        )

    def compute_metrics(self, results: list[dict]) -> dict[str, float]:
        """Averages over the clips and classes that could be scored.

        Returns:
            The numbers; those that could not be scored are left out.
        """
        self.check_complete(results)
        scored = [r for r in results if r['skipped'] is None]
        reasons = [r['skipped'] for r in results if r['skipped'] is not None]
        skipped = {reason: reasons.count(reason) for reason in sorted(set(reasons))}
        metrics = {
            name: float(np.mean([r[name] for r in scored])) if scored else None
            for name in ('AUROC', 'AP', 'pointing')
        }
        per_class = self._interval_ap([r['intervals'] for r in results])
        present = [aps for aps in per_class.values() if aps is not None]
        for i, iou in enumerate(IOUS):
            metrics[f'mAP@{iou}'] = (
                float(np.mean([aps[i] for aps in present])) if present else None
            )
        self.last_result = dict(
            source=self.source,
            **metrics,
            scored=len(scored),
            skipped=skipped,
            interval_AP=per_class,
        )
        left_out = ''.join(f', {n} left out ({why})' for why, n in skipped.items())
        print_log(
            f'frame relevance ({self.source}): {len(scored)} of {len(results)} clips '
            f'scored{left_out}; intervals in {len(present)} of {len(per_class)} '
            'classes',
            logger='current',
            level=logging.INFO if scored else logging.WARNING,
        )
        return {name: value for name, value in metrics.items() if value is not None}

    def _interval_ap(self, clips: list[dict | None]) -> dict[str, list[float] | None]:
        """The average precisions at `IOUS`, by class."""
        per_class = {}
        for label, name in enumerate(self.classes):
            own = [c for c in clips if c is not None and c['label'] == label]
            aps = [
                interval_average_precision(
                    [c['predicted'] for c in own], [c['true'] for c in own], iou
                )
                for iou in IOUS
            ]
            per_class[name] = None if None in aps else aps
        return per_class
