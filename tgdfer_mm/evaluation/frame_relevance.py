"""Does the model look at the frames that show the expression?"""

import json
import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from mmengine.logging import print_log
from sklearn.metrics import average_precision_score, roc_auc_score

from ..registry import METRICS
from .clip_metric import ClipMetric, clip_name, single_label


def frame_values(
    values: np.ndarray, num_valid: int, frames_per_instance: int = 1
) -> np.ndarray:
    """Spreads per-instance values over the valid frames: each takes its instance's.

    The truth is known per frame, so the values go to the frames and not the
    truth to the instances, where "expressive" would need another threshold.
    [choice]

    Args:
        values: (M,) one value per instance.
        num_valid: Number of valid frames n.
        frames_per_instance: Number of consecutive frames g of an instance.

    Returns:
        (n,) one value per valid frame.
    """
    return np.repeat(values, frames_per_instance)[:num_valid]


@METRICS.register_module()
class FrameRelevanceMetric(ClipMetric):
    """Ranks the frames of a clip and compares with the truly expressive ones.

    Per clip, the labelled class's value of each valid sampled frame is compared
    with whether that frame's true intensity reaches the file's `apex_threshold`:
    area under the ROC curve and average precision, each averaged over clips, in
    0..1. A clip of which all or no sampled frames are expressive has no ranking
    to judge; it is counted in the log, not averaged. So are unreadable clips.

    After an evaluation, `last_result` (on the main process) holds `AUROC` and
    `AP` (None if no clip could be scored), the number of `scored` clips and
    the numbers `skipped` by reason.

    Args:
        ann_file: JSON of true intensities: `{"apex_threshold": float, "clips":
            {name: {"label": class, "intensity": [0..1 per frame of the clip]}}}`.
        source: Which prediction to judge: `relevance` (weight of the instance in
            the class's visual prompt) or `instance_scores` (probability of the
            class per instance, which a high logit scale saturates, so that
            frames tie). List the metric twice to see both.
        collect_device: Where results of several processes meet: cpu or gpu.
        prefix: Put before the names of the numbers; by default `relevance` or
            `instance`, after the source.
        collect_dir: Folder shared by the processes, for `collect_device='cpu'`.

    Raises:
        FileNotFoundError: If `ann_file` does not exist.
        ValueError: If `ann_file` is not such a file, or `source` is unknown.
    """

    PREFIXES: ClassVar[dict[str, str]] = {  # source -> default prefix
        'relevance': 'relevance',
        'instance_scores': 'instance',
    }

    def __init__(
        self,
        ann_file: str,
        source: str = 'relevance',
        collect_device: str = 'cpu',
        prefix: str | None = None,
        collect_dir: str | None = None,
    ) -> None:
        if source not in self.PREFIXES:
            raise ValueError(f'source={source!r} must be in {list(self.PREFIXES)}')
        super().__init__(collect_device, prefix or self.PREFIXES[source], collect_dir)
        self.source = source
        self.ann_file = Path(ann_file)
        self.threshold, self.clips = self._load(self.ann_file)
        self.last_result: dict | None = None

    @staticmethod
    def _load(path: Path) -> tuple[float, dict]:
        if not path.is_file():
            raise FileNotFoundError(
                f'{path}: no such file of true intensities. Synthetic data come with '
                'one; for data without it, remove FrameRelevanceMetric from the '
                'evaluators'
            )
        try:
            content = json.loads(path.read_text(encoding='utf-8'))
            return float(content['apex_threshold']), dict(content['clips'])
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(
                f'{path}: expected {{"apex_threshold": ..., "clips": {{...}}}}: '
                f'{type(error).__name__}: {error}'
            ) from error

    def process(self, data_batch: Any, data_samples: Sequence[dict]) -> None:
        """Scores the clips of a batch.

        Raises:
            ValueError: If a clip is not in the file, disagrees with it, or the
                prediction lacks what is judged.
        """
        for sample in data_samples:
            self.results.append(dict(clip=sample.get('clip'), **self._score(sample)))

    def _score(self, sample: Mapping[str, Any]) -> dict:
        if sample.get('damaged'):
            return dict(skipped='unreadable')
        label = single_label(sample, len(self.classes))
        values = self._values(sample, label)
        inds = np.asarray(sample['frame_inds'])[: len(values)]
        expressive = self._expressive(clip_name(sample), label, inds)
        if expressive.all() or not expressive.any():
            kind = 'all' if expressive.all() else 'no'
            return dict(skipped=f'{kind} sampled frames expressive')
        return dict(
            skipped=None,
            auroc=float(roc_auc_score(expressive, values)),
            ap=float(average_precision_score(expressive, values)),
        )

    def _values(self, sample: Mapping[str, Any], label: int) -> np.ndarray:
        """The (n,) values of the labelled class on the valid frames."""
        name = clip_name(sample)
        if self.source not in sample:
            raise ValueError(
                f'clip {name}: the prediction has no `{self.source}`; only models '
                'with per-instance output (TextGuidedRecognizer) can be judged by '
                'FrameRelevanceMetric'
            )
        if 'frame_inds' not in sample:
            raise ValueError(
                f'clip {name}: no `frame_inds`; add it to `meta_keys` of '
                'PackActionInputs'
            )
        values = sample[self.source].detach().float().cpu().numpy()
        num_frames = len(sample['frame_inds'])
        g = int(sample.get('frames_per_instance', 1))
        if values.shape != (num_frames // g, len(self.classes)):
            raise ValueError(
                f'clip {name}: `{self.source}` has shape {values.shape}, expected '
                f'{(num_frames // g, len(self.classes))} for {num_frames} frames, '
                f'{g} per instance'
            )
        num_valid = int(sample.get('num_valid', num_frames))
        values = frame_values(values[:, label], num_valid, g)
        if not np.isfinite(values).all():
            raise ValueError(f'clip {name}: `{self.source}` is not finite: {values}')
        return values

    def _expressive(self, clip: str, label: int, inds: np.ndarray) -> np.ndarray:
        """Whether each sampled frame truly shows the labelled expression, (n,)."""
        if clip not in self.clips:
            raise ValueError(f'{self.ann_file}: clip {clip} is not in the file')
        entry = self.clips[clip]
        truth, true_class = np.asarray(entry['intensity']), self.classes[label]
        # FERV39k's files write `Happy` where the class list says `happy`.
        if entry['label'].casefold() != true_class.casefold():
            raise ValueError(
                f'{self.ann_file}: clip {clip} is labelled {entry["label"]!r} there '
                f'and {true_class!r} in the data set'
            )
        if inds.max() >= len(truth):
            raise ValueError(
                f'{self.ann_file}: clip {clip} has {len(truth)} intensities, but '
                f'frame {inds.max()} was sampled'
            )
        return truth[inds] >= self.threshold

    def compute_metrics(self, results: list[dict]) -> dict[str, float]:
        """Averages over the clips that could be scored.

        Returns:
            `AUROC` and `AP` in 0..1; empty, with a warning, if no clip was scored.
        """
        self.check_complete(results)
        scored = [r for r in results if r['skipped'] is None]
        reasons = [r['skipped'] for r in results if r['skipped'] is not None]
        skipped = {reason: reasons.count(reason) for reason in sorted(set(reasons))}
        metrics = {}
        if scored:
            metrics = dict(
                AUROC=float(np.mean([r['auroc'] for r in scored])),
                AP=float(np.mean([r['ap'] for r in scored])),
            )
        self.last_result = dict(
            source=self.source,
            AUROC=metrics.get('AUROC'),
            AP=metrics.get('AP'),
            scored=len(scored),
            skipped=skipped,
        )
        left_out = ''.join(f', {n} left out ({why})' for why, n in skipped.items())
        print_log(
            f'frame relevance ({self.source}): {len(scored)} of {len(results)} clips '
            f'scored{left_out}',
            logger='current',
            level=logging.INFO if scored else logging.WARNING,
        )
        return metrics
