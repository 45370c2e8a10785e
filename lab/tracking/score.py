"""Scores of tracks against the true people."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import torch
from scipy.optimize import linear_sum_assignment
from torchvision.ops import box_iou

from .scenes import HEIGHT, WIDTH, Box

MIN_OVERLAP = 0.5
MIN_INSIDE = 0.8  # share of a face in the picture for it to count


class TrackScore(NamedTuple):
    """Scores of a scene's tracks.

    Attributes:
        idf1: F1 of frames whose track is the one assigned to the person (Ristani et al.
            2016), 0..1.
        switches: Number of changes of a person's track.
        mixed: Tracks that hold frames of several people.
        tracks: Number of tracks.
    """

    idf1: float
    switches: int
    mixed: int
    tracks: int


def score_tracks(
    truth: Sequence[Mapping[int, Box]], found: Sequence[Mapping[int, Box]]
) -> TrackScore:
    """Compares tracks with the people, frame by frame.

    A face that the picture's edge cuts by more than a fifth does not count, neither as
    missing nor as wrong.

    Args:
        truth: For each frame the faces by the person's number.
        found: For each frame the faces by the track's number.
    """
    pairs, people, tracks, switches = Counter(), Counter(), Counter(), 0
    last: dict[int, int] = {}
    for ours, theirs in zip(found, truth, strict=True):
        asked = {n for n, box in theirs.items() if _inside(box) >= MIN_INSIDE}
        matched = dict(_match(theirs, ours, last))
        people.update(asked)
        idle = {t for n, t in matched.items() if n not in asked}
        tracks.update(ours.keys() - idle)
        for person, track in matched.items():
            pairs[person, track] += person in asked
            switches += last.get(person, track) != track
            last[person] = track
    right = _best_total(pairs)
    mixed = Counter(track for (_, track), count in pairs.items() if count)
    return TrackScore(
        2 * right / max(1, people.total() + tracks.total()),
        switches,
        sum(count > 1 for count in mixed.values()),
        len(tracks),
    )


def _match(
    truth: Mapping[int, Box], found: Mapping[int, Box], last: Mapping[int, int]
) -> Iterator[tuple[int, int]]:
    if not truth or not found:
        return
    boxes = [
        torch.tensor(list(b.values()), dtype=torch.float64) for b in (truth, found)
    ]
    overlap = box_iou(*boxes).numpy()
    names = list(truth), list(found)
    kept = np.array([[last.get(p) == t for t in names[1]] for p in names[0]])
    gain = overlap + 10.0 * (kept & (overlap >= MIN_OVERLAP))  # as the CLEAR metrics do
    for r, c in zip(*linear_sum_assignment(-gain), strict=True):
        if overlap[r, c] >= MIN_OVERLAP:
            yield names[0][r], names[1][c]


def _best_total(pairs: Counter) -> int:
    people = sorted({p for p, _ in pairs})
    tracks = sorted({t for _, t in pairs})
    table = np.array([[pairs[p, t] for t in tracks] for p in people]).reshape(
        len(people), len(tracks)
    )
    return int(table[linear_sum_assignment(-table)].sum())


def _inside(box: Box) -> float:
    x1, y1, x2, y2 = box
    width = min(x2, WIDTH) - max(x1, 0.0)
    height = min(y2, HEIGHT) - max(y1, 0.0)
    return max(0.0, width) * max(0.0, height) / ((x2 - x1) * (y2 - y1))
