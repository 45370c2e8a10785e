"""Tests on another data set than the training data set."""

from collections import Counter
from collections.abc import Sequence

from mmengine.dataset import ConcatDataset

from ..labels.classes import load_classes
from ..labels.label_map import LabelMap, load_label_map
from ..registry import DATASETS
from .dfer_dataset import DFERDataset
from .text_files import DataError

# Keys in which the parts of a joined data set may differ.
_OF_A_PART = ['fold', 'excluded_classes']


@DATASETS.register_module()
def cross_dataset(
    label_map: str,
    dataset: dict,
    label_order: str | None = None,
    folds: Sequence[int] | None = None,
) -> DFERDataset | ConcatDataset:
    """Builds a data set for a model with the classes of another data set.

    Clips of classes that the map does not reach are excluded, and counted in the log,
    because the model cannot predict them. The labels stay those of the data set. The
    scores are mapped by
    :class:`~tgdfer_mm.evaluation.mapped_evaluator.MappedEvaluator`.

    Args:
        label_map: See :func:`~tgdfer_mm.labels.label_map.load_label_map`.
        dataset: Config of the data set to test on.
        label_order: Order of the classes with which the model was trained; by default
            the label set's own.
        folds: The folds whose test clips are joined; by default that of `dataset`.

    Returns:
        The data set, its metainfo with ``label_map``, ``model_classes`` (the model's
        classes, in its order) and ``excluded_classes`` (number of clips of each). For
        several folds it has ``folds`` in place of ``fold``.

    Raises:
        ValueError: If the map does not belong to this data set.
    """
    known = load_label_map(label_map)
    if folds is None:
        return _keep_known(known, DATASETS.build(dataset), label_order)
    parts = [
        _keep_known(known, DATASETS.build({**dataset, 'fold': fold}), label_order)
        for fold in folds
    ]
    joined = ConcatDataset(parts, ignore_keys=_OF_A_PART)
    excluded = sum((Counter(p.metainfo['excluded_classes']) for p in parts), Counter())
    joined._metainfo.pop('fold', None)
    joined._metainfo.update(folds=list(folds), excluded_classes=dict(excluded))
    return joined


def _keep_known(
    known: LabelMap, built: DFERDataset, label_order: str | None
) -> DFERDataset:
    """Keeps the clips of classes that the map reaches."""
    label_map = known.name
    label_set = getattr(built, 'label_set', None)
    if label_set != known.target or built.setting == 'multi':
        raise DataError(
            f'label map {label_map!r} leads to {known.target!r}, but the data set has '
            f'the classes of {label_set!r} (setting={built.setting!r}).'
            if label_set
            else f'{type(built).__name__} is not a data set of this package.'
        )
    names = [built.classes[built.get_cat_ids(i)[0]] for i in range(len(built))]
    kept = [i for i, name in enumerate(names) if name in known.reached]
    excluded = Counter(name for name in names if name not in known.reached)
    if not kept:
        raise DataError(
            f'{built.split_file}: no clip is of a class that label map {label_map!r} '
            f'leads to, {sorted(known.reached)}.'
        )
    if excluded:
        counts = ', '.join(f'{name} {n}' for name, n in excluded.most_common())
        built.warn(
            f'{sum(excluded.values())} of the {len(names)} clips in '
            f'{built.split_file} are excluded: label map {label_map!r} leads to none '
            f'of their classes ({counts}). {len(kept)} clips are tested.'
        )
        built.get_subset_(kept)
    built.say(f'Label map {label_map!r}: {known.without_counterpart}.')
    if known.warning:
        built.warn(f'Label map {label_map!r}: {known.warning}')
    built._metainfo.update(
        label_map=label_map,
        model_classes=load_classes(known.source, label_order),
        excluded_classes=dict(excluded),
    )
    return built
