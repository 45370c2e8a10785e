"""Checks before the first step that data sets, metrics, hooks and model fit.

Data sets of this package state their classes, keep the names of clips and check their
labels. Those of mmaction2 do none of this, but metrics and hooks here need it: without
this check, the error would come at the end of the first or the last epoch.
"""

import numbers
from collections.abc import Iterator

import numpy as np
from mmaction.models.heads import BaseHead
from mmengine.model import is_model_wrapper
from mmengine.runner import Runner
from mmengine.runner.base_loop import BaseLoop

from ..datasets import ClipDataset
from ..evaluation import DumpPredictions
from ..evaluation.clip_metric import NAMES, ClipMetric, clip_name
from ..visualization import ConfusionMatrixHook, ExplainHook
from .recipe import RecipeError


def refuse_misfits(runner: Runner) -> None:
    """Refuses a run that would fail later on.

    Args:
        runner: The runner, before its run. In training, its test loop is built too if
            it tests during training.

    Raises:
        ValueError: If something is missing or does not fit; the message names the
            config's key.
    """
    tests = any(type(hook).__name__ == 'SelectionHook' for hook in runner.hooks)
    training = isinstance(runner._train_loop, BaseLoop)
    if training and tests and runner._test_loop is not None:
        runner.test_loop  # noqa: B018  built now
    head = getattr(_bare(runner.model), 'cls_head', None)
    count = getattr(head, 'num_classes', None)
    found: dict[str, list[str]] = {}  # problem -> its places
    for name in ('train', 'val', 'test'):
        loop = getattr(runner, f'_{name}_loop')
        if not isinstance(loop, BaseLoop):
            continue
        where = f'{name}_dataloader.dataset'
        for problem in _labels(loop.dataloader.dataset, count):
            found.setdefault(problem, []).append(where)
        if name != 'train':
            dumped = training and tests and name == 'test'
            for problem in _evaluating(runner, loop, head, dumped):
                found.setdefault(problem, []).append(where)
    if found:
        said = [f'{" and ".join(each)}: {what}' for what, each in found.items()]
        raise RecipeError('\n'.join(said))


def _evaluating(
    runner: Runner, loop: BaseLoop, head: object, dumped: bool
) -> Iterator[str]:
    """Checks the needs of the metrics and hooks of a run."""
    metrics, hooks = loop.evaluator.metrics, runner.hooks
    ours = [type(m).__name__ for m in metrics if isinstance(m, ClipMetric)]
    ours += [type(h).__name__ for h in hooks if isinstance(h, ExplainHook)]
    meta = loop.evaluator.dataset_meta or {}
    if ours and not meta.get('classes'):
        yield (
            f'{" and ".join(ours)} need the list of classes: set '
            "metainfo=dict(classes=('happy', ...)), in the order of its labels."
        )
    if dumped or any(isinstance(metric, DumpPredictions) for metric in metrics):
        yield from _names(loop.dataloader.dataset)
    for hook in hooks:
        if isinstance(hook, ConfusionMatrixHook):
            try:
                hook.find_metric(loop.evaluator)
            except ValueError as error:
                yield f'{error}; add it to the evaluator (a list of several).'
    if ours and isinstance(head, BaseHead) and head.average_clips is None:
        yield (
            "model.cls_head: set average_clips='prob', which gives each clip one row "
            f'of scores; {ours[0]} needs that.'
        )


def _names(dataset: object) -> Iterator[str]:
    """Checks that predictions can be written under their clips' names."""
    for each in _inside(dataset):
        steps = getattr(getattr(each, 'pipeline', None), 'transforms', ())
        kept = [step.meta_keys for step in steps if hasattr(step, 'meta_keys')]
        if kept and not set(kept[-1]) & set(NAMES):
            yield (
                'predictions are written under the names of their clips, which the '
                'pipeline removes: end it in PackDFERInputs, or in PackActionInputs '
                f'with meta_keys that have one of {list(NAMES)}.'
            )
            return


def _labels(dataset: object, count: object) -> Iterator[str]:
    """Checks for labels that the model, or the list of classes, does not have."""
    meta = getattr(dataset, 'metainfo', None) or {}
    classes = meta.get('model_classes') or meta.get('classes')
    if not isinstance(count, int):
        return  # another kind of model
    if classes and len(classes) != count:
        yield (
            f'it has {len(classes)} classes, but model.cls_head.num_classes={count}; '
            'set both to the same number.'
        )
        return
    for each in _inside(dataset):
        if isinstance(each, ClipDataset) or not hasattr(each, 'get_data_info'):
            continue  # data sets of this package have checked every line of their list
        for place in range(len(each)):
            info = each.get_data_info(place)
            label = info.get('label')
            if np.size(label) != 1 or label is None:
                continue  # several labels for a clip
            value = np.asarray(label).reshape(()).item()
            if not isinstance(value, numbers.Integral) or not 0 <= value < count:
                yield (
                    f'{getattr(each, "ann_file", None) or "its list"}, entry '
                    f'{place + 1}, clip {clip_name(info)}: label {value!r} is not a '
                    f'class; the {count} classes are 0 to {count - 1}.'
                )
                return


def _inside(dataset: object) -> Iterator[object]:
    """The data sets inside wrappers."""
    inner = getattr(dataset, 'datasets', None) or getattr(dataset, 'dataset', None)
    if inner is None:
        yield dataset
        return
    for each in inner if isinstance(inner, list | tuple) else [inner]:
        yield from _inside(each)


def _bare(model: object) -> object:
    return model.module if is_model_wrapper(model) else model
