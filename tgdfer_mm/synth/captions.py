"""Captions of generated clips, as a viewer would write them."""

import numpy as np

from .clips import EMOTIONS, Clip
from .sentences import describe


def caption_clip(clip: Clip, seed: tuple[int, ...]) -> str:
    """A sentence for a clip, in the vocabulary of the small model.

    It has the true action units at the apex. For a neutral clip it has those of the
    frame with the least movement. For a clip with two emotions it has those of the
    first frame and then of the last frame.

    Args:
        clip: The clip.
        seed: Seed for the choice of words.
    """
    rng = np.random.default_rng([*seed, 78])
    said = [describe(clip.units(i), rng) for i in _moments(clip)]
    return ', '.join(said)


def _moments(clip: Clip) -> tuple[int, ...]:
    if clip.label not in EMOTIONS:
        return 0, len(clip) - 1
    if clip.label == 'neutral':
        moving = sum((m.intensity for m in clip.movements), np.zeros(len(clip)))
        return (int(moving.argmin()),)
    return (int(clip.intensity.argmax()),)
