"""Parts that all metrics over clips share: names, checked scores, an exact count."""

import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from mmengine.evaluator import BaseMetric
from mmengine.logging import print_log

NAMES_SHOWN = 5
# fields of a sample that may have the name of its clip
NAMES = ('clip', 'frame_dir', 'filename')


class NonFiniteScoreError(ValueError):
    """A prediction with NaN or infinity, from which a label would still follow."""

    exit_code = 2  # exit code of a command


def clip_name(sample: Mapping[str, Any]) -> str:
    """Returns a readable name of a clip.

    Args:
        sample: A data sample as a dict. The datasets of this package set `clip`; those
            of mmaction2 set at most the folder or the file.
    """
    for key in NAMES:
        if sample.get(key):
            return str(sample[key])
    return '<unnamed clip>'


def clip_scores(sample: Mapping[str, Any], num_classes: int) -> torch.Tensor:
    """Returns the (K,) class scores of one clip, checked.

    Args:
        sample: A data sample as a dict.
        num_classes: Number of classes K of the data set.

    Raises:
        ValueError: If the scores are absent or have another shape than (K,). The
            message names the clip.
        NonFiniteScoreError: If they are not finite. It names the clip, too.
    """
    name = clip_name(sample)
    if 'pred_score' not in sample:
        raise ValueError(
            f'clip {name}: the data sample has no `pred_score`; the evaluated model '
            "must predict (mode='predict')"
        )
    scores = torch.as_tensor(sample['pred_score']).detach().float().cpu()
    if scores.ndim != 1:
        raise ValueError(
            f'clip {name}: `pred_score` has shape {tuple(scores.shape)}, one row per '
            "view of the clip; set `average_clips='prob'` (or 'score') in the "
            "model's `cls_head` (or `test_cfg`) so that the views are averaged"
        )
    if len(scores) != num_classes:
        raise ValueError(
            f'clip {name}: the model scores {len(scores)} classes, but the data set '
            f"has {num_classes}; set `num_classes` of the model's `cls_head` to the "
            'same number'
        )
    if not torch.isfinite(scores).all():
        raise NonFiniteScoreError(
            f'clip {name}: `pred_score` is not finite ({scores.tolist()}); so its '
            'largest entry has no meaning. The weights are NaN, or too large for the '
            'precision: use an earlier checkpoint'
        )
    return scores


def single_label(sample: Mapping[str, Any], num_classes: int) -> int:
    """Returns the one true class index of a clip, checked.

    Raises:
        ValueError: If the label is absent, is not one class index, or lies
            outside the class list. The message names the clip.
    """
    name = clip_name(sample)
    if 'gt_label' not in sample:
        raise ValueError(
            f'clip {name}: the data sample has no `gt_label`; the annotation file '
            'must give every evaluated clip a label'
        )
    label = torch.as_tensor(sample['gt_label'])
    if label.numel() != 1:
        raise ValueError(
            f'clip {name}: `gt_label` has {label.numel()} entries; UAR and WAR are '
            'defined for one label per clip. For several labels use '
            "`dict(type='MultiLabelMetric')` as evaluator"
        )
    index = int(label.item())
    if not 0 <= index < num_classes:
        raise ValueError(
            f'clip {name}: label {index} is outside the {num_classes} classes of '
            'the data set'
        )
    return index


def several_labels(sample: Mapping[str, Any], num_classes: int) -> list[int]:
    """Returns the (K,) labels of a clip, each 0 or 1, checked.

    Raises:
        ValueError: If the labels are absent, not K, or other numbers than 0 and 1.
            The message names the clip.
    """
    name = clip_name(sample)
    label = torch.as_tensor(sample.get('gt_label', [])).flatten()
    if len(label) != num_classes:
        raise ValueError(
            f'clip {name}: `gt_label` has {len(label)} entries, but several labels '
            f'per clip need {num_classes} numbers, 0 or 1 for each class of the data '
            'set. For one label per clip use DFERMetric'
        )
    if not ((label == 0) | (label == 1)).all():
        raise ValueError(
            f'clip {name}: `gt_label` is {label.tolist()}, but labels for evaluation '
            'must be 0 or 1'
        )
    return label.int().tolist()


def list_damaged(results: Sequence[dict]) -> list[dict]:
    """Clip and reason of each result that has `damaged`."""
    return [dict(clip=r['name'], reason=r['damaged']) for r in results if r['damaged']]


def report_damaged(damaged: Sequence[dict], num_clips: int) -> None:
    """Logs the number and the names of clips that could not be read."""
    if not damaged:
        return
    shown = '; '.join(f'{d["clip"]} ({d["reason"]})' for d in damaged[:NAMES_SHOWN])
    rest = len(damaged) - NAMES_SHOWN
    print_log(
        f'{len(damaged)} of {num_clips} clips could not be read and count as wrong: '
        f'{shown}' + (f'; {rest} more' * (rest > 0)),
        logger='current',
        level=logging.WARNING,
    )


class ClipMetric(BaseMetric):
    """Base of metrics that need every clip of the data set exactly once.

    mmengine pads the last batch of a distributed run, and removes the padding by the
    size of the data set. This class checks that the remaining results are those of the
    data set: as many results as clips, and no clip twice.

    Each entry of `self.results` is a dict; its `clip` (a name or None) is used
    for the check.
    """

    _size: int | None = None

    @property
    def classes(self) -> tuple[str, ...]:
        """The fixed class list of the evaluated data set.

        Raises:
            ValueError: If the data set does not state its classes.
        """
        classes = (self.dataset_meta or {}).get('classes')
        if not classes:
            raise ValueError(
                f'{type(self).__name__} needs the list of classes: give the data set '
                "`metainfo=dict(classes=('happy', ...))`, in the order of its labels"
            )
        return tuple(classes)

    def evaluate(self, size: int) -> dict:
        """Evaluates all clips; see `BaseMetric.evaluate`.

        Args:
            size: Number of clips in the data set.
        """
        self._size = size
        return super().evaluate(size)

    def check_complete(self, results: Sequence[dict]) -> None:
        """Checks that `results` has each clip of the data set exactly once.

        Raises:
            ValueError: If clips are missing or occur twice. Both would change the
                denominator.
        """
        if self._size is not None and len(results) != self._size:
            raise ValueError(
                f'{len(results)} clips were evaluated but the data set has '
                f'{self._size}; the evaluation dataloader needs `drop_last=False` '
                'and `DefaultSampler`'
            )
        counts = Counter(r['clip'] for r in results if r.get('clip') is not None)
        twice = [clip for clip, count in counts.items() if count > 1]
        if twice:
            raise ValueError(
                f'{len(twice)} clips were evaluated more than once, e.g. '
                f'{", ".join(sorted(twice)[:5])}; list each clip once and use '
                '`DefaultSampler`'
            )
