"""What somebody who has seen a generated clip would say of it."""

import numpy as np

from .clips import EMOTIONS, Clip
from .sentences import describe


def caption_clip(clip: Clip, seed: tuple[int, ...]) -> str:
    """A sentence of its own for each clip, in the vocabulary of the small model.

    It tells the true action units at the apex, or where least moves in a neutral clip;
    of a clip of two emotions those of the first frame and then of the last.

    Args:
        clip: The clip.
        seed: Chooses the words.
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
