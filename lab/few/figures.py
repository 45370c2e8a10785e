"""Figures with intervals, from the predictions of the trainings."""

from pathlib import Path

import numpy as np

from tgdfer_mm.files import read_json
from tgdfer_mm.protocol.compare import compare
from tgdfer_mm.protocol.contenders import Contender
from tgdfer_mm.protocol.results import load_result

from ..evidence.train import RESULT
from .study import FIGURES, Run

DRAWS = 10_000


def contender(
    plan: dict, recipes: dict, arm: str, level: str, clips: int, root: Path
) -> Contender:
    """The predictions of all repeats, which test on different folds, as one model."""
    results = []
    for repeat in range(plan['repeats']):
        run = Run(arm, level, clips, repeat, FIGURES, recipes[arm])
        path = root / run.name / 'predictions.jsonl'
        results.append(load_result(path, run.name, seed=0, fold=repeat + 1))
    return Contender(arm, results)


def uar_with_interval(
    side: Contender, draws: int = DRAWS
) -> tuple[float, float, float]:
    """UAR in percent, the mean over the repeats, and its 95 % bootstrap interval.

    A draw takes repeats with replacement, one fewer than there are, since n draws from
    n spread too little. Within each repeat, it takes clips of each class with
    replacement. The interval is rather wide, since the spread of the repeats already
    contains that of their clips.
    """
    recalls, counts = [], []
    for result in side.results:
        label = np.array([line['label'] for line in result.predictions])
        right = label == [line['pred'] for line in result.predictions]
        classes = range(len(result.meta['classes']))
        recalls.append([right[label == c].mean() for c in classes])
        counts.append([(label == c).sum() for c in classes])
    recalls, counts = np.array(recalls), np.array(counts)
    rng = np.random.default_rng(0)
    taken = rng.integers(0, len(recalls), (draws, max(1, len(recalls) - 1)))
    drawn = rng.binomial(counts[taken], recalls[taken]) / counts[taken]
    low, high = np.percentile(100 * drawn.mean(axis=(1, 2)), [2.5, 97.5])
    return 100 * float(recalls.mean()), float(low), float(high)


def figure_rows(plan: dict, recipes: dict, root: Path) -> list[dict]:
    """Rows for each arm, level and number of clips.

    Returns:
        Rows with ``arm``, ``level``, ``clips``, ``UAR`` (value, low, high) and, except
        for the reference, ``against`` it (the result of
        :func:`~tgdfer_mm.protocol.compare.compare` for UAR, corrected by Holm over the
        arms).
    """
    rows = []
    for level, facts in plan['levels'].items():
        for clips in [0, *facts['clips']]:
            arms = [a for a in facts['arms'] if clips or a in plan['zero_shot']]
            arms.sort(key=lambda a: a != plan['reference'])
            sides = [contender(plan, recipes, a, level, clips, root) for a in arms]
            pairs = compare(sides)['comparisons'] if len(sides) > 1 else []
            against = [None, *(pair['UAR'] for pair in pairs)]
            for side, difference in zip(sides, against, strict=True):
                rows.append(
                    dict(
                        arm=side.name,
                        level=level,
                        clips=clips,
                        UAR=uar_with_interval(side),
                        against=difference,
                    )
                )
    return rows


def mean_of_runs(runs: list[Run], root: Path) -> float:
    """Mean UAR of some finished trainings, in percent."""
    found = [read_json(root / run.name / RESULT, 'UAR')['UAR'] for run in runs]
    return sum(found) / len(found)
