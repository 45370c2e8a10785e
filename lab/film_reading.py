"""Results of a model on drawn films: each is drawn once, and read once for each
setting.
"""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np

from tgdfer_mm.apis import DFERInferencer
from tgdfer_mm.files import write_text
from tgdfer_mm.video.intervals import IntervalRule, find_intervals

from .film import FilmSpec, write_film


def find_again(
    result: dict,
    rule: IntervalRule,
    change: Callable[[np.ndarray], np.ndarray] = lambda scores: scores,
) -> None:
    """Computes the intervals of a result again from its scores of frames.

    Args:
        result: The result; its intervals are replaced.
        rule: Rule for intervals.
        change: Applied to the scores (n, K) of a track first, NaN where unknown.
    """
    classes = result['model']['classes']
    for track in result['tracks']:
        frames = track['frames']
        unknown = [np.nan] * len(classes)
        scores = np.array([row or unknown for row in frames['scores']])
        track['intervals'] = find_intervals(
            np.array(frames['time']), change(scores), classes, rule, track['end']
        )


def read_film(inferencer: DFERInferencer, seed: int, cache: Path) -> tuple[dict, dict]:
    """The result and the truth of a film; it is drawn and read if they are missing."""
    cache.mkdir(parents=True, exist_ok=True)
    film = cache / f'{seed}.mp4'
    truth = film.with_suffix('.truth.json')
    if not truth.exists():
        write_film(film, FilmSpec(seed=seed))
    way = inferencer.settings.nested() | dict(
        intervals=None, model=inferencer.about['sha256']
    )
    key = hashlib.sha256(json.dumps(way, sort_keys=True).encode()).hexdigest()[:8]
    kept = cache / f'{seed}.{key}.json'
    if not kept.exists():
        [result] = inferencer.iterate(film)
        write_text(kept, json.dumps(result))
    return tuple(json.loads(p.read_text(encoding='utf-8')) for p in (kept, truth))
