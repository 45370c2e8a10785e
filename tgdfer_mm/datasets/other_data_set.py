"""Testing on another data set than the one trained on."""

from collections import Counter
from collections.abc import Sequence

from mmengine.dataset import ConcatDataset

from ..labels.classes import load_classes
from ..labels.label_map import LabelMap, load_label_map
from ..registry import DATASETS
from .dfer_dataset import DFERDataset
from .text_files import DataError

# What the parts of a joined data set may differ in.
_OF_A_PART = ['fold', 'excluded_classes']


@DATASETS.register_module()
def cross_dataset(
    label_map: str,
    dataset: dict,
    label_order: str | None = None,
    folds: Sequence[int] | None = None,
) -> DFERDataset | ConcatDataset:
    """Makes a data set ready for a model that knows the classes of another.

    Clips of classes that the map does not lead to are excluded, and counted in the
    log: such a model cannot be right about them. The labels stay those of the data
    set. The scores are mapped by
    :class:`~tgdfer_mm.evaluation.mapped_evaluator.MappedEvaluator`.

    Args:
        label_map: See :func:`~tgdfer_mm.labels.label_map.load_label_map`.
        dataset: Config of the data set to test on.
        label_order: Order of the classes that the model was trained with, if not its
            label set's own.
        folds: The folds whose clips are tested together; by default that of `dataset`.

    Returns:
        The data set, its metainfo with ``label_map``, ``model_classes`` (what the
        model knows, in its order) and ``excluded_classes`` (clips of each); of several
        folds with ``folds`` in place of ``fold``.

    Raises:
        ValueError: The map is not of this data set.
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
    """Leaves the clips of those classes that the map leads to."""
    label_map = known.name
    label_set = getattr(built, 'label_set', None)
    if label_set != known.target or built.setting == 'multi':
        raise DataError(
            f'label map {label_map!r} leads to {known.target!r}, but the data set has '
            f'the classes of {label_set!r} (setting={built.setting!r}).'
            if label_set
            else f'{type(built).__name__} is no data set of this package.'
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
