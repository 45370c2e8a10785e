"""Episodes of action units: onset, apex and offset of each movement."""

from dataclasses import dataclass

import numpy as np

from .lexicon import Lexicon, load_lexicon
from .values import UnitValues


@dataclass(frozen=True)
class Episode:
    """An interval in which a unit was visible.

    Attributes:
        unit: Its name.
        onset: The first frame in which it was visible.
        apex: The frame in which it was strongest, the first of several.
        offset: The last frame in which it was visible.
        strength: Its value at the apex, from 0 to 1.
        weight: Its salience: the sum of its visible values over the frames.
    """

    unit: str
    onset: int
    apex: int
    offset: int
    strength: float
    weight: float


def find_episodes(
    values: UnitValues, lexicon: Lexicon | None = None, one_each: bool = False
) -> list[Episode]:
    """Episodes in which a unit was visible, the most salient first.

    A frame without a measurement is missing, not at rest: it does not end an episode,
    and adds nothing to its weight. The most salient episode has the highest weight
    [choice]. With equal weights the stronger one comes first, then the one whose unit
    comes first.

    Args:
        values: Values of a clip.
        lexicon: States the limits of visible values; by default the shipped one.
        one_each: Whether only the most salient episode of each unit is kept.
    """
    lexicon = lexicon or load_lexicon()
    found = []
    for unit, curve in zip(values.units, values.values.T, strict=True):
        found += _runs(unit, curve, lexicon.visible)
    found.sort(key=lambda e: (-e.weight, -e.strength))
    if one_each:
        first = {}
        for episode in found:
            first.setdefault(episode.unit, episode)
        found = list(first.values())
    return found


def _runs(unit: str, curve: np.ndarray, visible: float) -> list[Episode]:
    measured = np.flatnonzero(np.isfinite(curve))
    shown = curve[measured] >= visible
    edges = np.flatnonzero(np.diff(np.concatenate([[0], shown, [0]]).astype(int)))
    episodes = []
    for start, stop in edges.reshape(-1, 2):
        frames = measured[start:stop]
        run = curve[frames]
        episodes.append(
            Episode(
                unit,
                onset=int(frames[0]),
                apex=int(frames[run.argmax()]),
                offset=int(frames[-1]),
                strength=float(run.max()),
                weight=float(run.sum()),
            )
        )
    return episodes
