"""Matches the faces of a new frame with the known tracks."""

from collections.abc import Sequence

import numpy as np

from .appearance import ANOTHER, look_apart

Box = tuple[float, float, float, float]

_LOOKS_WEIGH = 7.0  # overlap that is worth as much as a difference of 1 between looks
_NEW = 1.0  # cost of a face that starts another track, as overlap
_STALE = 0.5  # cost of a second without detection, as overlap
_SAME = 1.6 * ANOTHER  # a face that comes out from behind another one is partly hidden
_REACH = 1.5  # largest distance from the expected place, in sizes of the face


def match_faces(
    places: Sequence[Sequence[Box]],
    looks: Sequence[np.ndarray],
    ages: Sequence[float],
    boxes: Sequence[Box],
    found: Sequence[np.ndarray],
    min_overlap: float,
) -> dict[int, int]:
    """Assigns faces to tracks.

    A face may belong to a track if it overlaps one of the places where the track is
    expected, or if it is near such a place and looks the same. The best assignment has
    large overlaps, small differences of looks, and tracks that were detected recently.

    Args:
        places: For each track, boxes where its face may be now.
        looks: The look of each track, see :func:`~tgdfer_mm.video.appearance.look_of`.
        ages: For each track, seconds since its face was detected.
        boxes: The box of each face.
        found: The look of each face.
        min_overlap: Smallest intersection over union of boxes that overlap.

    Returns:
        For each matched track its number, and the number of its face.
    """
    if not places or not boxes:
        return {}
    overlap = np.array([overlaps(expected, boxes).max(0) for expected in places])
    joins = overlap >= min_overlap
    near = np.array([[_near(expected, b) for b in boxes] for expected in places])
    if not (near & ~joins).any() and _no_choice(joins):  # the usual case
        return dict(np.argwhere(joins).tolist())
    value = np.full(overlap.shape, np.nan)
    for t, f in np.argwhere(joins | near):
        apart = look_apart(looks[t], found[f])
        if joins[t, f] or apart < _SAME:
            value[t, f] = overlap[t, f] - _LOOKS_WEIGH * apart - _STALE * ages[t]
    possible = ~np.isnan(value)
    if _no_choice(possible):
        return dict(np.argwhere(possible).tolist())
    from scipy.optimize import linear_sum_assignment  # slow to import

    gain = np.where(possible, _NEW + value, 0.0)
    rows, columns = linear_sum_assignment(gain, maximize=True)
    return {
        int(r): int(c) for r, c in zip(rows, columns, strict=True) if possible[r, c]
    }


def _no_choice(possible: np.ndarray) -> bool:
    return bool(np.all(possible.sum(0) <= 1) and np.all(possible.sum(1) <= 1))


def overlaps(ours: Sequence[Box], theirs: Sequence[Box]) -> np.ndarray:
    """Intersection over union of each pair of boxes; 0 for two empty boxes."""
    a, b = np.asarray(ours, float)[:, None], np.asarray(theirs, float)[None]
    sides = np.minimum(a[..., 2:], b[..., 2:]) - np.maximum(a[..., :2], b[..., :2])
    common = sides.clip(0).prod(-1)
    areas = [(x[..., 2:] - x[..., :2]).prod(-1) for x in (a, b)]
    union = areas[0] + areas[1] - common
    return np.divide(common, union, out=np.zeros_like(common), where=union != 0)


def _near(places: Sequence[Box], box: Box) -> bool:
    x1, y1, x2, y2 = box
    reach = _REACH * max(x2 - x1, y2 - y1)
    return any(
        np.hypot(x1 + x2 - p[0] - p[2], y1 + y2 - p[1] - p[3]) / 2 < reach
        for p in places
    )
