"""Describes a voice in words, for captions, prompts and descriptions.

The values are those of :mod:`.stretches`, scaled by person. The words are in
``voice_words.json``.
"""

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np

from .stretches import VALUES, Stretch


@cache
def voice_table() -> dict:
    """The content of ``voice_words.json``."""
    path = Path(__file__).with_name('voice_words.json')
    return json.loads(path.read_text(encoding='utf-8'))


def value_words(scaled: Sequence[float]) -> list[str]:
    """The words for six values that are scaled by person; none for usual values.

    Args:
        scaled: Scaled values of :data:`.stretches.VALUES`, in their order.
    """
    table = voice_table()
    found = []
    for name, value in zip(VALUES, scaled, strict=True):
        word = table['words'][name][int(np.searchsorted(table['edges'], value))]
        found += [word] if word else []
    return found


def describe_stretches(
    stretches: Sequence[Stretch], scaled: np.ndarray
) -> list[tuple[float, float, str]]:
    """Each stretch in words: start and end in seconds, and the text.

    Args:
        stretches: Stretches of a clip.
        scaled: (S, 6), their values scaled by person.
    """
    form = voice_table()['stretch']
    return [
        (each.start, each.end, form.format(words=_joined(values)))
        for each, values in zip(stretches, scaled, strict=True)
    ]


def describe_voice(stretches: Sequence[Stretch], scaled: np.ndarray) -> str:
    """A clip's voice in one sentence: its mean, and its most unusual stretch.

    Args:
        stretches: Stretches of a clip.
        scaled: (S, 6), their values scaled by person.
    """
    table = voice_table()
    if not len(stretches):
        return table['silent']
    whole, part, place = summary(stretches, scaled)
    middle = (stretches[place].start + stretches[place].end) / 2
    return table['clip'].format(whole=_joined(whole), part=_joined(part), moment=middle)


def summary(
    stretches: Sequence[Stretch], scaled: np.ndarray
) -> tuple[np.ndarray, np.ndarray, int]:
    """The numbers behind :func:`describe_voice`.

    Args:
        stretches: Stretches of a clip, at least one.
        scaled: (S, 6), their values scaled by person.

    Returns:
        The mean over the stretches, weighted by their length (6,); the values of the
        most unusual stretch (6,); and its index.
    """
    lengths = np.array([s.end - s.start for s in stretches])
    whole = lengths @ scaled / lengths.sum()
    place = int(np.abs(scaled).sum(1).argmax())
    return whole, scaled[place], place


def _joined(scaled: Sequence[float]) -> str:
    return ', '.join(value_words(scaled)) or voice_table()['usual']
