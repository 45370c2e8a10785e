"""When which unit moved: its onset, apex and offset."""

from dataclasses import dataclass

import numpy as np

from .lexicon import Lexicon, load_lexicon
from .values import UnitValues


@dataclass(frozen=True)
class Episode:
    """A unit that was seen for a while.

    Attributes:
        unit: Its name.
        onset: The first frame in which it was visible.
        apex: The frame in which it was strongest, the first of several.
        offset: The last frame in which it was visible.
        strength: Its value at the apex, from 0 to 1.
        weight: How much it stands out: the sum of its visible values, over the frames.
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
    """Stretches in which a unit was visible, the most salient first.

    A frame without a measurement neither ends a stretch nor counts for it: it is
    missing, not at rest. The most salient stretch is the one with the highest weight
    [choice]; of equal ones the stronger, then the one that the units' order names
    first.

    Args:
        values: Of a clip.
        lexicon: Says what is visible; by default the shipped one.
        one_each: Whether only the most salient stretch of each unit is kept.
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
