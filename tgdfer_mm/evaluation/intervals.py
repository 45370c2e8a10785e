"""Intervals in a clip, cut from the values of its frames, and their average precision.

The unit of time is one frame of the clip; frame i lasts from i to i + 1.
"""

from collections.abc import Sequence

import numpy as np
from mmaction.evaluation.functional import pairwise_temporal_iou


def true_intervals(expressive: np.ndarray) -> np.ndarray:
    """The longest runs of expressive frames.

    Args:
        expressive: One boolean per frame of the whole clip.

    Returns:
        (G, 2) first frame, and the frame after the last.
    """
    return np.array(_runs(expressive), dtype=float).reshape(-1, 2)


def cut_intervals(values: np.ndarray, inds: np.ndarray, length: int) -> np.ndarray:
    """Finds the intervals in which the values of the sampled frames are high.

    1. A sampled frame stands for the time up to half-way to its neighbours. The first
       and last one reach to the clip's ends. The order in the sample does not matter.
       A frame that was sampled several times has the mean of its values.
    2. The value of each frame is used as a threshold. The candidates are all runs of
       frames that reach such a threshold.
    3. The confidence of a candidate is ``(a - b) sqrt(p (1 - p))`` with the mean value
       a inside, the mean value b outside, and the share p of the sampled frames
       inside. Otsu's threshold maximises this, without the sign. It is 0 for the whole
       clip. [choice: ``a - b`` alone prefers the top of a smooth curve to the whole
       hump]
    4. The most confident one is kept, then the next one that overlaps no kept one, and
       so on. With equal confidence the longer one, then the earlier one, comes first.

    There is nothing to set. If all values of a clip are equal, the interval is the
    whole clip. The intervals do not depend on the unit and offset of the values; only
    the confidence does.

    Args:
        values: (n,) values of the sampled frames.
        inds: (n,) indices of these frames in the clip.
        length: Number of frames of the clip.

    Returns:
        (P, 3) start, end and confidence, the most confident first. They do not overlap.
    """
    frames, place = np.unique(inds, return_inverse=True)
    values = np.bincount(place, values) / np.bincount(place)
    edges = np.concatenate([[0], (frames[1:] + frames[:-1] + 1) / 2, [length]])
    candidates = {run for level in values for run in _runs(values >= level)}
    ranked = sorted(
        (-_separation(values, first, stop), edges[first] - edges[stop], first, stop)
        for first, stop in candidates
    )
    taken = np.zeros(len(values), bool)
    kept = []
    for negative, _, first, stop in ranked:
        if not taken[first:stop].any():
            taken[first:stop] = True
            kept.append((edges[first], edges[stop], -negative))
    return np.array(kept)


def interval_average_precision(
    predicted: Sequence[np.ndarray], true: Sequence[np.ndarray], iou: float
) -> float | None:
    """Average precision of the predicted intervals of all clips of a class.

    In a clip, the predicted intervals are matched in turn, the most confident first.
    Each one gets the true interval that it fits best among those that are still free,
    if their temporal intersection over union reaches `iou`. Then the intervals of all
    clips are ranked by confidence. Intervals with the same confidence enter together,
    so that the order of the clips does not matter. The precision is not interpolated.

    Args:
        predicted: (P, 3) for each clip, as from :func:`cut_intervals`.
        true: (G, 2) for each clip.
        iou: Smallest intersection over union of a hit.

    Returns:
        0..1; None if no clip has a true interval.
    """
    from sklearn.metrics import average_precision_score  # slow to import

    total = sum(map(len, true))
    if not total:
        return None
    hits = np.concatenate(
        [find_hits(p, t, iou) for p, t in zip(predicted, true, strict=True)]
    )
    if not hits.any():
        return 0.0
    confidence = np.concatenate([p[:, 2] for p in predicted])
    # scikit-learn assumes that all true intervals were found.
    return float(average_precision_score(hits, confidence) * hits.sum() / total)


def find_hits(predicted: np.ndarray, true: np.ndarray, iou: float) -> np.ndarray:
    """Whether each interval of a clip is matched with a true one, in their order.

    Args:
        predicted: (P, 2) or more columns: start, end.
        true: (G, 2).
        iou: Smallest intersection over union of a hit.

    Returns:
        (P,) booleans.
    """
    hits = np.zeros(len(predicted), bool)
    if not len(true):
        return hits
    fits = pairwise_temporal_iou(predicted[:, :2], true).T  # (P, G)
    for i, fit in enumerate(fits):
        best = fit.argmax()
        if fit[best] >= np.float32(iou):  # in the precision of `fits`
            hits[i] = True
            fits[:, best] = -1  # found
    return hits


def _separation(values: np.ndarray, first: int, stop: int) -> float:
    inside, outside = values[first:stop], np.delete(values, slice(first, stop))
    if not len(outside):
        return 0.0
    share = len(inside) / len(values)
    return float((inside.mean() - outside.mean()) * np.sqrt(share * (1 - share)))


def _runs(flags: np.ndarray) -> list[tuple[int, int]]:
    """First index of each run of True, and the index after its last."""
    steps = np.flatnonzero(np.diff(np.concatenate([[0], flags, [0]]).astype(int)))
    return [(int(a), int(b)) for a, b in steps.reshape(-1, 2)]
