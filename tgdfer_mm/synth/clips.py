"""Clips of one drawn person: neutral, onset, apex, offset, and distractors."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from .action_units import Units, blend_units, emotion_prototypes, scale_units
from .face import render_face
from .identity import Identity, sample_identity
from .landmarks import face_landmarks
from .nuisance import Nuisance, moving_head, sample_nuisance
from .occlusion import Occluder
from .styles import STYLES

EMOTIONS = ('happy', 'sad', 'neutral', 'angry', 'surprise', 'disgust', 'fear')
APEX_THRESHOLD = 0.5  # smallest intensity of an expressive frame
APEX_SHARE = (0.15, 0.40)  # share of the clip's frames
LENGTHS = (24, 44)  # frames, both included
_RAMP = (2, 4)  # frames from the threshold down to zero
_DISTRACTOR = (3, 6)  # frames


@dataclass(frozen=True)
class Movement:
    """One expression of the face, with its intensity over time.

    Attributes:
        emotion: Its name.
        units: Action units at full intensity.
        intensity: Activation 0..1 in every frame of the clip (L,).
    """

    emotion: str
    units: Units
    intensity: np.ndarray


@dataclass(frozen=True)
class Clip:
    """A clip that has not been drawn yet.

    Attributes:
        label: The emotion that names the clip.
        person: Number of the identity.
        identity: Traits of the drawn person.
        intensity: Intensity of the labelled emotion in each frame (L,), 0..1. In a
            neutral clip it is zero everywhere.
        movements: The labelled movement, if not neutral, then the distractors.
        blink: Activation of the blink per frame (L,).
        nuisances: One per frame.
        occluder: The object that covers a part of the face for a while, or None.
        style: Key of ``STYLES``.
        jpeg_quality: JPEG quality of its frames.
    """

    label: str
    person: int
    identity: Identity
    intensity: np.ndarray
    movements: tuple[Movement, ...]
    blink: np.ndarray
    nuisances: tuple[Nuisance, ...]
    occluder: Occluder | None = None
    style: str = 'drawn'
    jpeg_quality: int = 95

    def __len__(self) -> int:
        return len(self.intensity)

    def units(self, frame: int) -> Units:
        """Action units of a frame."""
        return blend_units(
            {'AU45': float(self.blink[frame])},
            *(scale_units(m.units, float(m.intensity[frame])) for m in self.movements),
        )

    def draw(self, frame: int, size: int) -> np.ndarray:
        """Draw one frame: a (size, size, 3) uint8 RGB picture."""
        picture = render_face(
            self.identity, self.units(frame), self.nuisances[frame], size
        )
        hidden = self.occluder
        if hidden and hidden.first <= frame < hidden.last:
            picture = hidden.cover(picture)
        return STYLES[self.style](picture)

    def landmarks(self, size: int) -> np.ndarray:
        """Points of brows, eyes and lips in each frame: (L, 20, 2), pixels x and y."""
        return np.stack(
            [
                face_landmarks(self.identity, self.units(i), self.nuisances[i], size)
                for i in range(len(self))
            ]
        )

    def frames(self, size: int) -> Iterator[np.ndarray]:
        """Draw all frames, one after another."""
        return (self.draw(frame, size) for frame in range(len(self)))


def make_clip(
    seed: int, number: int, label: str, person: int, space: str = 'clips'
) -> Clip:
    """Plan a clip; the same arguments always give the same clip.

    Args:
        seed: Seed of the data set.
        number: Number of the clip in it.
        label: One of ``EMOTIONS``.
        person: Number of the identity in its space.
        space: The identity space, see :func:`sample_identity`.

    Raises:
        ValueError: If the label or the space is unknown.
    """
    if label not in EMOTIONS:
        raise ValueError(f'unknown emotion {label!r}; known: {", ".join(EMOTIONS)}')
    rng = np.random.default_rng([seed, number, EMOTIONS.index(label)])
    identity = sample_identity(space, seed, person)
    length = int(rng.integers(LENGTHS[0], LENGTHS[1] + 1))
    start, stop, ramp_in, ramp_out = _plan_apex(rng, length)
    peak = rng.uniform(0.85, 1.0)
    curve = rise_and_fall(length, start, stop, ramp_in, ramp_out, peak)
    if label == 'neutral':
        curve = np.zeros(length)
        own = ()
    else:
        own = (Movement(label, personal_units(rng, label), curve),)
    # Distractors are in frames where the labelled expression is not visible.
    free = [(0, start - ramp_in), (stop + ramp_out, length)]
    distractors = _distractors(rng, label, length, free, stop - start)
    return Clip(
        label=label,
        person=person,
        identity=identity,
        intensity=curve,
        movements=own + distractors,
        blink=blinks(rng, length),
        nuisances=drift(rng, length),
    )


def _plan_apex(rng: np.random.Generator, length: int) -> tuple[int, int, int, int]:
    """First apex frame, the frame after the last one, and lengths of the two ramps."""
    low = int(np.ceil(APEX_SHARE[0] * length))
    high = int(np.floor(APEX_SHARE[1] * length))
    # An apex is longer than the shortest distractor can be.
    apex = int(rng.integers(max(low, _DISTRACTOR[0] + 1), high + 1))
    ramps = rng.integers(_RAMP[0], _RAMP[1] + 1, 2)
    # Leave room for one distractor before or after.
    spare = length - apex - int(ramps.sum())
    before = int(rng.integers(0, spare + 1))
    room = _DISTRACTOR[1] + 1
    if max(before, spare - before) < room:
        before = room if rng.random() < 0.5 else spare - room
    before = min(max(before, 0), spare)
    start = before + int(ramps[0])
    return start, start + apex, int(ramps[0]), int(ramps[1])


def rise_and_fall(
    length: int, start: int, stop: int, ramp_in: int, ramp_out: int, peak: float
) -> np.ndarray:
    """A curve that reaches the threshold exactly in the frames start..stop-1."""
    rise = min(2.0, (stop - start) / 3)
    knots = [
        (start - ramp_in - 0.5, 0.0),
        (start - 0.5, APEX_THRESHOLD),
        (start - 0.5 + rise, peak),
        (stop - 0.5 - rise, peak),
        (stop - 0.5, APEX_THRESHOLD),
        (stop - 0.5 + ramp_out, 0.0),
    ]
    x, y = zip(*knots, strict=True)
    return np.interp(np.arange(length), x, y, left=0.0, right=0.0)


def half_wave(length: int, first: int, width: int) -> np.ndarray:
    """A curve (length,) that rises and falls in the `width` frames from `first` on."""
    curve = np.zeros(length)
    curve[first : first + width] = np.sin(np.pi * (np.arange(width) + 1) / (width + 1))
    return curve


def personal_units(rng: np.random.Generator, emotion: str) -> Units:
    """A variant of the emotion, with this person's emphasis."""
    variants = emotion_prototypes()[emotion]
    units = variants[rng.integers(len(variants))]
    return {
        name: float(np.clip(v * rng.uniform(0.8, 1.15), 0, 1))
        for name, v in units.items()
    }


def _distractors(
    rng: np.random.Generator,
    label: str,
    length: int,
    free: list[tuple[int, int]],
    apex: int,
) -> tuple[Movement, ...]:
    """One or two weak movements, shorter than the apex, in the free frames."""
    others = [e for e in EMOTIONS if e not in (label, 'neutral')]
    spans = sorted(free, key=lambda span: span[0] - span[1])  # widest first
    movements = []
    for start, stop in spans[: int(rng.integers(1, 3))]:
        longest = min(_DISTRACTOR[1], apex - 1, stop - start)
        if longest < _DISTRACTOR[0]:
            continue
        width = int(rng.integers(_DISTRACTOR[0], longest + 1))
        first = int(rng.integers(start, stop - width + 1))
        bump = half_wave(length, first, width)
        emotion = others[rng.integers(len(others))]
        strength = rng.uniform(0.3, 0.6)
        movements.append(
            Movement(emotion, personal_units(rng, emotion), strength * bump)
        )
    return tuple(movements)


def blinks(rng: np.random.Generator, length: int) -> np.ndarray:
    """Activation of the blink per frame (length,); most clips have none."""
    blink = np.zeros(length)
    if rng.random() < 0.4:
        middle = int(rng.integers(1, length - 1))
        blink[middle - 1 : middle + 2] = (0.5, 1.0, 0.5)
    return blink


def drift(
    rng: np.random.Generator, length: int, strength: float = 1.0
) -> tuple[Nuisance, ...]:
    """A head that moves slowly, with a fixed background and constant light."""
    base = sample_nuisance(rng, strength)
    phase = np.arange(length) / length * 2 * np.pi

    def wander(reach: float) -> np.ndarray:
        rate, offset = rng.uniform(0.4, 1.6), rng.uniform(0, 2 * np.pi)
        return rng.uniform(0, reach) * np.sin(rate * phase + offset)

    yaw, pitch, roll = wander(0.12), wander(0.08), wander(0.06)
    right, down, zoom = wander(0.02), wander(0.02), wander(0.03)
    return moving_head(base, yaw, pitch, roll, right, down, zoom)
