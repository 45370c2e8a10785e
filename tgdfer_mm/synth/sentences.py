"""Sentences that describe the action units of a face."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import numpy as np

VISIBLE = 0.2  # weaker activations are not described


@cache
def vocabulary() -> dict:
    """Read the phrases of ``sentences.json``."""
    path = Path(__file__).with_name('sentences.json')
    return json.loads(path.read_text(encoding='utf-8'))


def describe(aus: Mapping[str, float], rng: np.random.Generator) -> str:
    """Describe a face, each time in other words.

    Moving parts are usually described, with an adverb of the intensity. Parts at rest
    are sometimes described, and always if nothing moves.

    Args:
        aus: Activation 0..1 of each action unit; missing ones are 0.
        rng: Random generator for the words, parts and order.
    """
    words = vocabulary()
    moving, resting = [], []
    for movements in words['regions'].values():
        strength, phrase = _seen(movements, aus, rng)
        if strength is None:
            resting.append(phrase)
        else:
            moving.append(phrase.format(_adverb(strength, rng)))
    said = [phrase for phrase in moving if rng.random() < 0.9]
    if moving:
        said = said or [moving[rng.integers(len(moving))]]
        said += [phrase for phrase in resting if rng.random() < 0.08]
    else:
        count = int(rng.integers(2, 5))
        said = [resting[i] for i in rng.permutation(len(resting))[:count]]
    if rng.random() < 0.5:
        said = [said[i] for i in rng.permutation(len(said))]
    text = ', '.join(said)
    if len(said) > 1 and rng.random() < 0.3:
        text = f'{", ".join(said[:-1])} and {said[-1]}'
    return text


def _seen(
    movements: list[dict], aus: Mapping[str, float], rng: np.random.Generator
) -> tuple[float | None, str]:
    """The first movement of a region with all its units visible."""
    for movement in movements:
        phrases = movement['phrases']
        phrase = phrases[rng.integers(len(phrases))]
        if not movement['needs']:
            return None, phrase
        values = [aus.get(name, 0.0) for name in movement['needs']]
        if min(values) >= VISIBLE:
            return float(np.mean(values)), phrase
    raise AssertionError('every region must end with its phrases at rest')


def _adverb(strength: float, rng: np.random.Generator) -> str:
    level = 'weak' if strength < 0.45 else 'medium' if strength < 0.75 else 'strong'
    # Weak movements always get an adverb; without it they would read like full ones.
    if level != 'weak' and rng.random() < 0.6:
        return ''
    options = vocabulary()['adverbs'][level]
    return options[rng.integers(len(options))] + ' '
