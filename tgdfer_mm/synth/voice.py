"""The voice of a drawn person: a synthetic sound that follows the expressions.

It has no words and no recording of a person. It is a buzzing tone in stretches of the
length of syllables, with pauses between them. Their pitch, slope of pitch, loudness and
length depend on the emotion of the face at that time (``voices.json``) and on its
intensity.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from ..sound.reading import RATE, Sound
from .clips import EMOTIONS, Clip, Movement, personal_units, rise_and_fall

SOUNDS = ('true', 'other')
PROSODY = ('pitch', 'slope', 'wobble', 'loudness', 'length', 'pause')
_HIGHEST = 4500.0  # Hz, limit of the harmonics
_LEVEL = 0.06  # root mean square of a stretch at rest
_BREATH = 0.0006  # root mean square of the background noise
_EDGE = 0.015  # seconds in which a stretch fades in and out
_STRETCH, _PAUSE = 0.13, 0.07  # seconds at rest
_LONG_PAUSE, _PHRASE = 0.25, (5, 9)  # seconds; number of stretches between two


@dataclass(frozen=True)
class Voice:
    """The lasting traits of a voice.

    Attributes:
        pitch: Pitch at rest, Hz.
        tilt: Exponent with which the harmonics become weaker with their number.
        formants: Frequencies of three resonances, Hz.
    """

    pitch: float
    tilt: float
    formants: tuple[float, float, float]


def sample_voice(seed: int, person: int) -> Voice:
    """The voice of a drawn person; the same arguments give the same voice."""
    rng = np.random.default_rng([204, seed, person])
    size = rng.uniform(0.9, 1.15)  # relative size of mouth and throat
    return Voice(
        pitch=float(np.exp(rng.uniform(np.log(95), np.log(220)))),
        tilt=rng.uniform(0.7, 1.1),
        formants=tuple(float(v * size) for v in (550.0, 1500.0, 2500.0)),
    )


def clip_sound(clip: Clip, seed: Sequence[int], kind: str, fps: float = 25) -> Sound:
    """The sound of a drawn clip, as long as its frames.

    Args:
        clip: The clip.
        seed: Seed of the data set, and number of the clip.
        kind: ``true``: the voice follows the expressions of the clip. ``other``: it
            follows other random expressions, so it has no information about the clip
            except the person.
        fps: Frames a second.

    Raises:
        ValueError: There is no such kind.
    """
    check_kind(kind)
    rng = np.random.default_rng([*seed, 205, SOUNDS.index(kind)])
    shown = clip.movements if kind == 'true' else other_movements(rng, len(clip))
    voice = sample_voice(seed[0], clip.person)
    return Sound(draw_voice(rng, voice, shown, len(clip), fps))


def check_kind(kind: str) -> None:
    """Raises ValueError for an unknown kind of sound."""
    if kind not in SOUNDS:
        raise ValueError(f'sound={kind!r}; there are {list(SOUNDS)}')


def other_movements(rng: np.random.Generator, length: int) -> tuple[Movement, ...]:
    """An expression of a random emotion, or none, in a random part of the frames."""
    emotion = EMOTIONS[rng.integers(len(EMOTIONS))]
    apex = max(1, round(rng.uniform(0.15, 0.4) * length))
    start = int(rng.integers(0, max(1, length - apex) + 1))
    if emotion == 'neutral':
        return ()
    curve = rise_and_fall(length, start, start + apex, 3, 3, rng.uniform(0.85, 1))
    return (Movement(emotion, personal_units(rng, emotion), curve),)


def draw_voice(
    rng: np.random.Generator,
    voice: Voice,
    movements: Sequence[Movement],
    length: int,
    fps: float,
) -> np.ndarray:
    """Makes the sound for the time of some frames.

    Args:
        rng: Random generator for small differences between stretches, and for the
            pauses.
        voice: The voice.
        movements: The expressions that it follows, each with its intensity by frame.
        length: Number of frames.
        fps: Frames a second.

    Returns:
        (N,) float32, 16000 samples a second, N = round(length / fps * 16000).
    """
    samples = rng.normal(0, _BREATH, round(length / fps * RATE))
    at, left = rng.uniform(0, 0.1), int(rng.integers(*_PHRASE))
    while True:
        # The expression in the middle of a stretch of usual length.
        frame = min(length - 1, int((at + _STRETCH / 2) * fps))
        now = _prosody(rng, movements, frame)
        seconds = _STRETCH * now['length']
        first, stop = (round(v * RATE) for v in (at, at + seconds))
        if stop > len(samples):
            return samples.astype(np.float32)
        samples[first:stop] += _stretch(rng, voice, now, stop - first)
        left -= 1
        at += seconds + (_PAUSE if left else _LONG_PAUSE) * now['pause']
        left = left or int(rng.integers(*_PHRASE))


@cache
def _table() -> dict:
    path = Path(__file__).with_name('voices.json')
    return json.loads(path.read_text(encoding='utf-8'))


def _prosody(
    rng: np.random.Generator, movements: Sequence[Movement], frame: int
) -> dict[str, float]:
    """The values of a stretch: from rest towards each emotion by its intensity."""
    table = _table()
    rest, spread = table['rest'], table['spread']
    now = {name: float(rest[name]) for name in PROSODY}
    for movement in movements:
        goal = table['emotions'][movement.emotion]
        for name in PROSODY:
            now[name] += (goal[name] - rest[name]) * float(movement.intensity[frame])
    for name in PROSODY:
        step = spread[name] * float(np.clip(rng.normal(), -2, 2))
        now[name] = now[name] * np.exp(step) if rest[name] == 1 else now[name] + step
    return now


def _stretch(
    rng: np.random.Generator, voice: Voice, now: dict[str, float], count: int
) -> np.ndarray:
    """One voiced stretch of `count` samples: harmonics, all rising together."""
    time = np.arange(count) / RATE
    wave = now['wobble'] * np.sin(2 * np.pi * (6 * time + rng.random()))
    semitones = now['pitch'] + now['slope'] * (time - time.mean()) + wave
    hz = voice.pitch * 2 ** (semitones / 12)
    phase = 2 * np.pi * np.cumsum(hz) / RATE
    numbers = np.arange(1, max(2, int(_HIGHEST / hz.max())) + 1)
    gains = numbers**-voice.tilt * _resonance(numbers * hz.mean(), voice.formants)
    tone = gains @ np.sin(numbers[:, None] * phase)
    edge = np.minimum(1, np.minimum(time, time[::-1]) / _EDGE)
    tone *= np.sin(edge * np.pi / 2) ** 2
    level = _LEVEL * 10 ** (now['loudness'] / 20)
    return tone * (level / np.sqrt(np.mean(tone**2)))


def _resonance(hz: np.ndarray, formants: Sequence[float]) -> np.ndarray:
    """The gain of each frequency, by the shape of mouth and throat."""
    return 0.25 + sum(1 / (1 + ((hz - f) / 120.0) ** 2) for f in formants)
