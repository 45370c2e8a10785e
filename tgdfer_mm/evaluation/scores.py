"""The numbers of an evaluation, computed only from true classes and predictions.

Metrics call these functions while a model runs. `tgdfer_mm.protocol` calls them again
with written predictions.
"""

import warnings
from collections.abc import Sequence

import numpy as np

BINS = 15


def expected_calibration_error(
    confidence: Sequence[float], correct: Sequence[bool], bins: int = BINS
) -> float:
    """The expected calibration error: mean gap between confidence and accuracy.

    The gap of a bin is between its mean confidence and its accuracy. The bins have
    equal width, and their weights are the numbers of their clips. Only the last bin
    includes its upper edge.

    Args:
        confidence: Probability of the predicted class, of each clip.
        correct: Whether the prediction is right.
        bins: Number of bins.
    """
    confidence = np.asarray(confidence, dtype=float)
    gap = confidence - np.asarray(correct, dtype=float)
    edges = np.linspace(0, 1, bins + 1)[1:-1]
    sums = np.bincount(
        np.searchsorted(edges, confidence, side='right'), weights=gap, minlength=bins
    )
    return float(np.abs(sums).sum() / len(gap))


def confidence_of(scores: Sequence[float] | None, num_classes: int) -> float | None:
    """The probability of the highest class, as the model states it.

    Args:
        scores: (K,) scores of a clip; None for a clip that could not be read. Such a
            clip gets the confidence 1 / K, as if nothing were known [choice].
        num_classes: Number of classes K.

    Returns:
        The probability; None if the scores are not probabilities.

    Raises:
        ValueError: A score is not finite.
    """
    if scores is None:
        return 1 / num_classes
    scores = _finite(scores)
    # tolerance for the rounding of bfloat16
    if scores.min() < 0 or abs(scores.sum() - 1) > 0.01:
        return None
    return float(min(scores.max(), 1.0))


def single_label_scores(
    truth: Sequence[int],
    pred: Sequence[int | None],
    confidence: Sequence[float | None],
    classes: Sequence[str],
) -> dict:
    """The metrics for one label per clip, in percent.

    Args:
        truth: True class of each clip; at least one clip.
        pred: Predicted class, None for a clip that could not be read, which counts as
            wrong.
        confidence: Confidence of each clip, see :func:`confidence_of`.
        classes: The K class names.

    Returns:
        `classes`, `columns` (the classes, then 'unreadable'), `matrix` (rows are truth,
        columns prediction; K x (K + 1) counts), `recall` and `F1` (by class, None for a
        class without a true clip), `absent` (those classes), `UAR`, `WAR`, `macro_F1`
        (UAR and macro F1 are means over the classes that are not absent), `ECE` (None
        unless every clip has a confidence) and `num_clips`.
    """
    from sklearn import metrics  # slow to import

    num = len(classes)
    truth = np.asarray(truth)
    # The index after the last class is never right.
    pred = np.asarray([num if p is None else p for p in pred])
    # The row 'unreadable' that scikit-learn adds is empty, because it is no true class.
    matrix = metrics.confusion_matrix(truth, pred, labels=range(num + 1))[:-1]
    clips = matrix.sum(axis=1)
    present = np.flatnonzero(clips)
    f1 = metrics.f1_score(truth, pred, labels=present, average=None, zero_division=0)
    recall = {c: float(100 * matrix[c, c] / clips[c]) for c in present}
    with warnings.catch_warnings():
        # Classes may be absent here.
        warnings.filterwarnings('ignore', 'y_pred contains classes not in y_true')
        warnings.filterwarnings('ignore', 'A single label was found')
        uar = metrics.balanced_accuracy_score(truth, pred)
    stated = all(c is not None for c in confidence)
    ece = expected_calibration_error(confidence, truth == pred) if stated else None
    f1_of = dict(zip(present, 100 * f1, strict=True))
    return dict(
        classes=list(classes),
        columns=[*classes, 'unreadable'],
        matrix=matrix.tolist(),
        recall={name: recall.get(c) for c, name in enumerate(classes)},
        F1={
            name: float(f1_of[c]) if c in f1_of else None
            for c, name in enumerate(classes)
        },
        absent=[name for c, name in enumerate(classes) if c not in recall],
        UAR=float(100 * uar),
        WAR=float(100 * metrics.accuracy_score(truth, pred)),
        macro_F1=float(100 * f1.mean()),
        ECE=None if ece is None else 100 * ece,
        num_clips=len(truth),
    )


def multi_label_scores(
    truth: Sequence[Sequence[int]],
    scores: Sequence[Sequence[float] | None],
    classes: Sequence[str],
    threshold: float,
) -> dict:
    """The metrics for several labels per clip, in percent.

    Args:
        truth: (K,) of 0 and 1, of each clip.
        scores: (K,) scores, None for a clip that could not be read. All its classes
            then get the lowest score, so that none of its labels is found.
        classes: The K class names.
        threshold: Smallest score of a predicted class, for F1.

    Returns:
        `AP`, `AUC` and `F1` (by class, None if undefined: without a positive clip or,
        for AUC, without a negative one), `mAP`, `macro_AUC`, `macro_F1` (means over the
        classes with a value; None if there are none), `positives` (by class), `absent`,
        `classes`, `threshold` and `num_clips`.

    Raises:
        ValueError: A score is not finite.
    """
    from sklearn import metrics

    truth = np.asarray(truth, dtype=int)
    lowest = np.full(len(classes), -np.inf)
    scores = np.array([lowest if s is None else _finite(s) for s in scores])
    readable = scores[np.isfinite(scores)]
    # scikit-learn needs finite numbers; only their order matters.
    floor = min(readable.min(initial=0.0), threshold) - 1.0
    scores = np.where(np.isfinite(scores), scores, floor)
    positives = truth.sum(axis=0)
    result = dict(AP={}, AUC={}, F1={})
    for c, name in enumerate(classes):
        some = positives[c] > 0
        both = 0 < positives[c] < len(truth)
        ours = (truth[:, c], scores[:, c])
        found = ours[1] >= threshold
        f1 = metrics.f1_score(ours[0], found, zero_division=0) if some else None
        for key, value in (
            ('AP', metrics.average_precision_score(*ours) if some else None),
            ('AUC', metrics.roc_auc_score(*ours) if both else None),
            ('F1', f1),
        ):
            result[key][name] = None if value is None else float(100 * value)
    return dict(
        result,
        mAP=_mean(result['AP']),
        macro_AUC=_mean(result['AUC']),
        macro_F1=_mean(result['F1']),
        positives=dict(zip(classes, positives.tolist(), strict=True)),
        absent=[n for n, p in zip(classes, positives, strict=True) if not p],
        classes=list(classes),
        threshold=threshold,
        num_clips=len(truth),
    )


def _finite(scores: Sequence[float]) -> np.ndarray:
    scores = np.asarray(scores, dtype=float)
    if not np.isfinite(scores).all():
        raise ValueError(f'scores are not finite: {scores.tolist()}')
    return scores


def _mean(by_class: dict[str, float | None]) -> float | None:
    values = [value for value in by_class.values() if value is not None]
    return float(np.mean(values)) if values else None
