"""Clips of the SynthDFER benchmark, by level of difficulty."""

import zlib
from dataclasses import replace

import numpy as np

from .clips import (
    Clip,
    Movement,
    blinks,
    drift,
    half_wave,
    personal_units,
    rise_and_fall,
)
from .identity import sample_identity
from .levels import DYNAMICS, Level, sample_length
from .occlusion import sample_occluder

EXPRESSIONS = ('happy', 'sad', 'angry', 'surprise', 'disgust', 'fear')
_SHORTEST_APEX = 2  # smallest number of frames, for any share


def make_benchmark_clip(
    level: Level,
    seed: int,
    number: int,
    label: str,
    person: int,
    *,
    lengths: str = 'ferv39k',
    style: str = 'drawn',
) -> Clip:
    """Plan a clip; the same arguments always give the same clip.

    Another style changes only the drawing of the clip.

    Args:
        level: Its difficulty.
        seed: Seed of the data set.
        number: Number of the clip in it.
        label: One of ``level.classes``.
        person: Number of the identity.
        lengths: Benchmark whose distribution of lengths is used.
        style: Key of ``STYLES``.

    Raises:
        ValueError: If the level has no such class.
    """
    if label not in level.classes:
        raise ValueError(f'level {level.name} has no {label!r}, only {level.classes}')
    # The two of a dynamics pair are drawn from the same distribution, then reversed.
    own = list(level.classes).index(label)
    rng = np.random.default_rng([zlib.crc32(level.name.encode()), seed, number, own])
    length = sample_length(rng, lengths)
    movements, curve = (
        _apex_movements if level.label_set == 'dfew' else _order_movements
    )(rng, level, label, length)
    occluder = None
    if rng.random() < level.occlusion:
        occluder = sample_occluder(rng, length)
    return Clip(
        label=label,
        person=person,
        identity=sample_identity('clips', seed, person),
        intensity=curve,
        movements=movements,
        blink=blinks(rng, length),
        nuisances=drift(rng, length, level.nuisance),
        occluder=occluder,
        style=style,
        jpeg_quality=int(
            rng.integers(level.jpeg_quality[0], level.jpeg_quality[1] + 1)
        ),
    )


def _apex_movements(
    rng: np.random.Generator, level: Level, label: str, length: int
) -> tuple[tuple[Movement, ...], np.ndarray]:
    """The labelled emotion once, and distractors outside its frames."""
    share = rng.uniform(*level.apex_share)
    apex = max(_SHORTEST_APEX, round(share * length))
    ramps = rng.integers(1, 4, 2)
    ramps = np.minimum(ramps, max(1, (length - apex) // 4))
    start = int(ramps[0] + rng.integers(0, length - apex - ramps.sum() + 1))
    curve = rise_and_fall(
        length, start, start + apex, int(ramps[0]), int(ramps[1]), rng.uniform(0.85, 1)
    )
    taken = np.zeros(length, bool)
    taken[start - ramps[0] : start + apex + ramps[1]] = True
    others = [e for e in EXPRESSIONS if e != label]
    distractors = _distract(rng, level, others, taken, apex - 1)
    if label == 'neutral':
        return distractors, np.zeros(length)
    own = Movement(label, personal_units(rng, label), curve)
    return (own, *distractors), curve


def _distract(
    rng: np.random.Generator,
    level: Level,
    others: list[str],
    taken: np.ndarray,
    longest: int,
) -> tuple[Movement, ...]:
    """Other emotions of at most `longest` frames each, without overlap."""
    movements = []
    taken = taken.copy()
    for _ in range(int(rng.integers(level.distractors[0], level.distractors[1] + 1))):
        width = int(rng.integers(1, max(1, min(longest, 6)) + 1))
        fits = np.flatnonzero(
            [not taken[i : i + width].any() for i in range(len(taken) - width + 1)]
        )
        if not len(fits):
            break
        first = int(rng.choice(fits))
        bump = half_wave(len(taken), first, width)
        bump /= bump.max()
        # One frame between two movements separates them.
        taken[max(0, first - 1) : first + width + 1] = True
        emotion = others[rng.integers(len(others))]
        strength = rng.uniform(*level.distractor_strength)
        units = personal_units(rng, emotion)
        movements.append(Movement(emotion, units, strength * bump))
    return tuple(movements)


def _order_movements(
    rng: np.random.Generator, level: Level, label: str, length: int
) -> tuple[tuple[Movement, ...], np.ndarray]:
    """Two halves, each at rest or with one emotion; a short change between them."""
    pair = DYNAMICS[label]
    backwards = list(DYNAMICS).index(label) % 2 == 1
    if backwards:  # planned as its partner, then reversed
        pair = pair[::-1]
    middle = length * rng.uniform(0.35, 0.65)
    change = max(1.0, length * rng.uniform(0.05, 0.2))
    second = np.clip((np.arange(length) - middle) / change + 0.5, 0, 1)
    movements = []
    for emotion, curve in zip(pair, (1 - second, second), strict=True):
        if emotion:
            strength = rng.uniform(0.85, 1)
            units = personal_units(rng, emotion)
            movements.append(Movement(emotion, units, strength * curve))
    others = [e for e in EXPRESSIONS if e not in pair]
    nothing = np.zeros(length, bool)
    movements += _distract(rng, level, others, nothing, max(1, length // 8))
    if backwards:
        movements = [replace(m, intensity=m.intensity[::-1]) for m in movements]
    own = [m.intensity for m in movements if m.emotion in pair]
    return tuple(movements), np.max(own, axis=0)
