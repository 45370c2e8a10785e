"""Compares a result with the truth of a drawn film."""

from collections.abc import Sequence

import numpy as np


def score_film(result: dict, truth: dict, least: float = 0.5) -> dict:
    """Compares the tracks and intervals found in a film with those that were drawn.

    A true track is found if a predicted one covers more than half of its time, and most
    centres of the predicted boxes are inside the true boxes. An episode is found if an
    interval of the same emotion, in a track of the same person and shot, overlaps it by
    at least `least`. Each interval counts for one episode.

    Args:
        result: A result of ``DFERInferencer``.
        truth: The file ``<name>.truth.json`` of a drawn film.
        least: Smallest intersection over union of a hit.

    Returns:
        ``tracks`` and ``tracks_found``, ``episodes`` and ``episodes_found``,
        ``intervals`` and ``false_intervals`` (those without an episode), and two lists:
        ``missed``, the episodes that were not found, and ``false``, the false
        intervals.
    """
    counts = dict(tracks=0, tracks_found=0, episodes=0, episodes_found=0)
    missed, hits = [], []
    for true in truth['tracks']:
        own = [t for t in result['tracks'] if _is_of(t, true)]
        counts['tracks'] += 1
        covered = sum(_overlap(_span(t), _span(true)) for t in own)
        counts['tracks_found'] += covered > 0.5 * (true['end'] - true['start'])
        intervals = [i for t in own for i in t['intervals']]
        for episode in true['episodes']:
            counts['episodes'] += 1
            fit = [i for i in intervals if _iou(i, episode) >= least]
            same = [i for i in fit if i['emotion'] == episode['emotion']]
            if same:
                intervals.remove(same[0])
                hits.append(same[0])
            else:
                missed.append(episode)
    every = [i for t in result['tracks'] for i in t['intervals']]
    false = [i for i in every if not any(i is hit for hit in hits)]
    return counts | dict(
        episodes_found=len(hits),
        intervals=len(every),
        false_intervals=len(false),
        missed=missed,
        false=false,
    )


def _is_of(track: dict, true: dict) -> bool:
    if _overlap(_span(track), _span(true)) <= 0:
        return False
    x1, y1, x2, y2 = true['box']
    boxes = np.array(track['frames']['box'])
    x, y = boxes[:, [0, 2]].mean(1), boxes[:, [1, 3]].mean(1)
    return bool(((x1 <= x) & (x <= x2) & (y1 <= y) & (y <= y2)).mean() > 0.5)


def _span(part: dict) -> Sequence[float]:
    return part['start'], part['end']


def _overlap(a: Sequence[float], b: Sequence[float]) -> float:
    return max(0.0, min(a[1], b[1]) - max(a[0], b[0]))


def _iou(interval: dict, episode: dict) -> float:
    a, b = _span(interval), _span(episode)
    both = _overlap(a, b)
    return both / (a[1] - a[0] + b[1] - b[0] - both)
