"""Agreement of intervals of several emotions with the true episodes of films."""

from collections.abc import Sequence

import numpy as np
from mmaction.evaluation.functional.eval_detection import (
    compute_average_precision_detection,
)

from .intervals import find_hits, interval_average_precision

# thresholds of TSL-300, and those of the clips here
LOW, HIGH = (0.1, 0.2, 0.3), (0.3, 0.5, 0.7)
IOUS = tuple(sorted({*LOW, *HIGH}))

# one array for each film, (P, 4) or (G, 3): class, start, end, score
Rows = Sequence[np.ndarray]


def score_intervals(ranked: Rows, found: Rows, true: Rows, num_classes: int) -> dict:
    """All figures of some films.

    * ``mAP@t``: mean over the classes of the average precision at a temporal
      intersection over union t, not interpolated; ``mAP_low`` and ``mAP_high`` are the
      means over `LOW` and over `HIGH`.
    * ``ANet_mAP@t``: the same, but interpolated as in ActivityNet, by mmaction2's
      function. Of intervals with the same confidence it takes those of the first film
      first.
    * ``recall@t`` and ``F2@t``: of all classes together, from the intervals in
      `found`; F2 is ``5 P R / (4 P + R)``. TSL-Net's figures with these names differ:
      its precision and recall are means over all ranks.

    A class without an episode in these films is in none of the means. Intervals of such
    a class lower the precision.

    Args:
        ranked: Intervals with a confidence, for each film, in any order.
        found: The intervals that a user would see, for each film.
        true: The episodes: class, start, end.
        num_classes: Number of classes K.

    Returns:
        The figures, 0..1, and ``AP``: for each class its average precisions at `IOUS`,
        None for a class without an episode. Without any episode the figures are None,
        too.
    """
    per_class = [
        _average_precisions(_of_class(ranked, k), _of_class(true, k))
        for k in range(num_classes)
    ]
    present = [aps for aps in per_class if aps is not None]
    plain, interpolated = (
        np.mean([aps[form] for aps in present], axis=0)
        if present
        else [None] * len(IOUS)
        for form in (0, 1)
    )
    figures = {f'mAP@{iou}': value for iou, value in zip(IOUS, plain, strict=True)}
    for name, ious in (('low', LOW), ('high', HIGH)):
        values = [figures[f'mAP@{iou}'] for iou in ious]
        figures[f'mAP_{name}'] = np.mean(values) if present else None
    figures |= {
        f'ANet_mAP@{iou}': value for iou, value in zip(IOUS, interpolated, strict=True)
    }
    for iou in IOUS:
        figures[f'recall@{iou}'], figures[f'F2@{iou}'] = _recall_and_f2(
            found, true, num_classes, iou
        )
    figures = {k: None if v is None else float(v) for k, v in figures.items()}
    return figures | dict(AP=[None if aps is None else aps[0] for aps in per_class])


def _of_class(films: Rows, label: int) -> list[np.ndarray]:
    """The intervals of a class, without the class column, the most confident first."""
    own = [rows[rows[:, 0] == label, 1:] for rows in films]
    return [rows[np.argsort(-rows[:, -1], kind='stable')] for rows in own]


def _average_precisions(
    predicted: list[np.ndarray], true: list[np.ndarray]
) -> tuple[list[float], list[float]] | None:
    """Average precisions of one class at each of `IOUS`: plain and interpolated."""
    if not sum(map(len, true)):
        return None
    plain = [interval_average_precision(predicted, true, iou) for iou in IOUS]
    interpolated = compute_average_precision_detection(
        _items(true), _items(predicted), np.array(IOUS)
    )
    return plain, interpolated.tolist()


def _items(films: list[np.ndarray]) -> list[dict]:
    """Intervals in the form that mmaction2's function takes."""
    names = 't-start', 't-end', 'score'
    return [
        {'video-id': film, **dict(zip(names, row, strict=False))}
        for film, rows in enumerate(films)
        for row in rows
    ]


def _recall_and_f2(
    found: Rows, true: Rows, num_classes: int, iou: float
) -> tuple[float | None, float | None]:
    total, count = sum(map(len, true)), sum(map(len, found))
    if not total:
        return None, None
    hits = sum(
        int(find_hits(p, t, iou).sum())
        for k in range(num_classes)
        for p, t in zip(_of_class(found, k), _of_class(true, k), strict=True)
    )
    # 5 P R / (4 P + R) with P = hits / count and R = hits / total.
    return hits / total, 5 * hits / (4 * total + count)
