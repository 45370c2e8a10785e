"""Computes the metrics of a protocol from written predictions."""

import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..evaluation import read_predictions
from ..evaluation.dump import DIGEST, digest_of
from ..evaluation.scores import confidence_of, multi_label_scores, single_label_scores
from ..files import DamagedFileError, read_json

SCHEMA = 'tgdfer_mm.protocol/1'
SINGLE = ('UAR', 'WAR', 'macro_F1', 'ECE')
SEVERAL = ('mAP', 'macro_AUC', 'macro_F1')
# Facts that must be the same in all runs, so that their numbers can be compared.
SAME = ('dataset', 'classes', 'setting', 'pixel_version')
THRESHOLD = 0.5  # threshold of predictions that do not state it


@dataclass(frozen=True)
class Result:
    """Predictions of one run, and the facts about them.

    Attributes:
        name: Name of the run, e.g. ``seed0/fold1``.
        seed: Its seed.
        fold: Its fold, None for data without folds.
        predictions: A dict for each clip, see ``read_predictions``.
        meta: Meta information of the test clips, and ``selection``.
    """

    name: str
    seed: int
    fold: int | None
    predictions: list[dict]
    meta: dict


def load_result(
    path: str | Path, name: str = '', seed: int = 0, fold: int | None = None
) -> Result:
    """Reads a file of predictions and the ``.meta.json`` next to it.

    Raises:
        FileNotFoundError: One of the two is absent.
        ValueError: A line is not a prediction, there is no prediction, or the files
            were changed after they were written.
    """
    path = Path(path)
    predictions = read_predictions(path)
    if not predictions:
        raise ValueError(
            f'{path} has no prediction; write it again with `tgdfer test --dump`'
        )
    unlabelled = [line['clip'] for line in predictions if line['label'] is None]
    if unlabelled:
        raise ValueError(
            f'{path}: clip {unlabelled[0]} has no label; test with an annotation file '
            'that has labels'
        )
    meta_file = path.with_suffix('.meta.json')
    if not meta_file.is_file():
        raise FileNotFoundError(
            f'{meta_file}: there is no such file, so the classes in {path.name} are '
            'unknown; DumpPredictions writes both files'
        )
    meta = read_json(meta_file, 'classes')
    noted = meta.pop(DIGEST, None)  # predictions may come from other people
    if noted not in (None, digest_of(path.read_text(encoding='utf-8'), meta)):
        raise ValueError(
            f'{path} and {meta_file.name} were damaged or changed after they were '
            f'written. If this is intended, delete {DIGEST!r} from {meta_file.name}.'
        )
    problem = _problem(meta, predictions)
    if problem:
        raise DamagedFileError(
            f'{meta_file} has another form than expected: {problem}.'
        )
    if fold is None:
        fold = meta.get('fold')
    return Result(name or str(path), seed, fold, predictions, meta)


def _problem(meta: dict, predictions: Sequence[dict]) -> str | None:
    """The fault of the meta information; None if it has none."""
    classes, selection = meta['classes'], meta.get('selection') or {}
    if not isinstance(classes, list | tuple) or not all(
        isinstance(name, str) for name in classes
    ):
        return 'its classes are not a list of names'
    for line in predictions:
        label = line['label']
        if isinstance(label, int) and not 0 <= label < len(classes):
            return (
                f'it has {len(classes)} classes, but clip {line["clip"]} has another '
                'one'
            )
    if not isinstance(meta.get('fold'), int | None):
        return 'its fold is not a number'
    if not isinstance(selection, dict) or not isinstance(
        selection.get('description'), str | None
    ):
        return 'its selection is not a rule with a description'
    if not isinstance(meta.get('threshold', THRESHOLD), int | float):
        return 'its threshold is not a number'
    return None


def numbers_of(
    predictions: Sequence[dict], classes: Sequence[str], threshold: float = THRESHOLD
) -> dict:
    """The metrics of some clips, with one label or several labels each.

    Args:
        predictions: A dict for each clip.
        classes: The K class names.
        threshold: Smallest score of a predicted class, for F1 with several labels.

    Returns:
        See :mod:`~tgdfer_mm.evaluation.scores`.
    """
    truth = [line['label'] for line in predictions]
    scores = [line['score'] for line in predictions]
    if isinstance(truth[0], list):
        return multi_label_scores(truth, scores, classes, threshold)
    pred = [line['pred'] for line in predictions]
    confidence = [confidence_of(s, len(classes)) for s in scores]
    return single_label_scores(truth, pred, confidence, classes)


def aggregate(results: Sequence[Result]) -> dict:
    """The metrics of a protocol, as plain data.

    For each seed every number is computed in two ways: ``mean_of_folds`` is the plain
    mean of the folds' numbers; ``pooled`` is the number for all clips of all folds
    together. The result has the mean over the seeds, the standard deviation (n - 1;
    None for a single seed) and n. All numbers are in percent.

    Args:
        results: Every fold of every seed.

    Raises:
        ValueError: The runs do not belong together, a seed lacks a fold, or a clip is
            tested twice.
    """
    results = sorted(results, key=lambda r: (r.seed, r.fold or 0))
    _check_same(results)
    meta = results[0].meta
    classes = list(meta['classes'])
    threshold = meta.get('threshold', THRESHOLD)
    several = isinstance(results[0].predictions[0]['label'], list)
    names = SEVERAL if several else SINGLE
    by_class = ('AP', 'AUC', 'F1') if several else ('recall', 'F1')
    runs, seeds = [], []
    for seed in sorted({r.seed for r in results}):
        own = [r for r in results if r.seed == seed]
        folds = [numbers_of(r.predictions, classes, threshold) for r in own]
        clips = [line for r in own for line in r.predictions]
        pooled = numbers_of(clips, classes, threshold)
        seeds.append(
            dict(
                seed=seed,
                mean_of_folds={n: _mean(f[n] for f in folds) for n in names},
                pooled={n: pooled[n] for n in names},
                whole=pooled,
            )
        )
        for r, numbers in zip(own, folds, strict=True):
            runs.append(
                dict(
                    *[dict(run=r.name, seed=seed, fold=r.fold)],
                    epoch=r.meta.get('selection', {}).get('epoch'),
                    num_clips=len(r.predictions),
                    num_damaged=sum(bool(line['damaged']) for line in r.predictions),
                    numbers={n: numbers[n] for n in names},
                )
            )
    whole = [s.pop('whole') for s in seeds]
    report = dict(
        schema=SCHEMA,
        **{key: meta.get(key) for key in SAME},
        selection=_rule(meta),
        folds=sorted({r.fold for r in results} - {None}) or None,
        seeds=[s['seed'] for s in seeds],
        num_clips=whole[0]['num_clips'],
        summary={
            way: {n: spread(s[way][n] for s in seeds) for n in names}
            for way in ('mean_of_folds', 'pooled')
        },
        per_class=[
            {
                'class': name,
                'clips': _clips_of(whole[0], c, name),
                **{key: spread(w[key][name] for w in whole) for key in by_class},
            }
            for c, name in enumerate(classes)
        ],
        by_seed=seeds,
        runs=runs,
    )
    if several:
        report['threshold'] = threshold  # for F1
    else:
        # Pooled over the folds, and summed over the seeds.
        report['confusion'] = sum(np.array(w['matrix']) for w in whole).tolist()
    return report


def spread(values: Iterable[float | None]) -> dict | None:
    """Mean, standard deviation (n - 1) and n; None if a value is None."""
    values = list(values)
    if any(value is None for value in values):
        return None
    std = statistics.stdev(values) if len(values) > 1 else None
    return dict(mean=_mean(values), std=std, n=len(values))


def difference(ours: dict, theirs: dict) -> dict:
    """The differences of the means of two reports, first minus second."""
    return {
        way: {
            name: None
            if value is None or theirs['summary'][way][name] is None
            else value['mean'] - theirs['summary'][way][name]['mean']
            for name, value in numbers.items()
        }
        for way, numbers in ours['summary'].items()
    }


def _mean(values: Iterable[float | None]) -> float | None:
    values = list(values)
    return None if None in values else float(np.mean(values))


def _rule(meta: dict) -> dict | None:
    selection = meta.get('selection')
    return selection and {k: v for k, v in selection.items() if k != 'epoch'}


def _clips_of(whole: dict, index: int, name: str) -> int:
    return whole['positives'][name] if 'AP' in whole else sum(whole['matrix'][index])


def _check_same(results: Sequence[Result]) -> None:
    def differing(key: str, of: Callable[[Result], object]) -> None:
        first = results[0]
        for other in results[1:]:
            if of(other) != of(first):
                raise ValueError(
                    f'the runs do not belong together: {key} is {of(first)!r} in '
                    f'{first.name} and {of(other)!r} in {other.name}'
                )

    if not results:
        raise ValueError('there is no run: give at least one seed and fold')
    for key in (*SAME, 'threshold'):
        differing(key, lambda r, key=key: r.meta.get(key))
    differing('the selection rule', lambda r: _rule(r.meta))
    first_run: dict[tuple, str] = {}
    labels: dict[tuple, dict] = {}
    folds: dict[int, list] = {}
    for r in results:
        folds.setdefault(r.seed, []).append(r.fold)
        for line in r.predictions:
            key = (r.seed, line['clip'])
            if key in first_run:
                raise ValueError(
                    f'clip {line["clip"]} is tested in {first_run[key]} and again in '
                    f'{r.name}: folds must not share clips. If the clips were changed '
                    'after the first fold, run all folds again in a new work folder '
                    '(--work-dir).'
                )
            first_run[key] = r.name
        truth = {line['clip']: line['label'] for line in r.predictions}
        if labels.setdefault(r.fold, truth) != truth:
            raise ValueError(
                f'{r.name} tests other clips or labels than the other seeds of fold '
                f'{r.fold}; run all seeds again in a new work folder (--work-dir)'
            )
    if len({tuple(f) for f in folds.values()}) > 1:
        raise ValueError(
            f'the seeds have different folds: {folds}; run the missing ones'
        )
