"""A drawn film of two people, with cuts and a shot without people.

It replaces a user's video as drawn clips replace a data set: the whole path from file
to intervals runs on it, and the truth is known.
"""

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np

from lab.video_writing import write_video
from tgdfer_mm.files import write_text
from tgdfer_mm.sound.reading import RATE, Sound
from tgdfer_mm.synth.action_units import Units, blend_units, scale_units
from tgdfer_mm.synth.clips import (
    APEX_THRESHOLD,
    EMOTIONS,
    Movement,
    personal_units,
    rise_and_fall,
)
from tgdfer_mm.synth.face import render_face
from tgdfer_mm.synth.identity import Identity, sample_identity
from tgdfer_mm.synth.nuisance import Nuisance, moving_head, sample_nuisance
from tgdfer_mm.synth.voice import check_kind, draw_voice, sample_voice

_APEX = (0.9, 2.2)  # seconds of an episode that lie above the threshold
_REST = (0.7, 1.8)  # seconds at rest around it
_RAMP = (2, 4)  # frames from the threshold down to nothing


@dataclass(frozen=True)
class FilmSpec:
    """Settings of a film.

    The film shows both people, then a room without people, then both people with
    swapped sides.

    Attributes:
        seed: Seed of people, places and movements.
        width: Width of the picture, a multiple of 32 pixels; a face takes a third of
            it.
        fps: Frames per second.
        shot: Length of each of the two shots with people, seconds.
        empty: Length of the shot without people, seconds.
        sound: One person in each shot has an artificial voice. With ``true`` it follows
            the expressions of this person, with ``other`` it follows expressions that
            are drawn independently. The pictures are the same.
    """

    seed: int = 0
    width: int = 320
    fps: int = 25
    shot: float = 10.0
    empty: float = 5.0
    sound: str | None = None

    def __post_init__(self) -> None:
        if self.width < 64 or self.width % 32:
            raise ValueError(f'width={self.width} must be a multiple of 32 from 64')
        lasts = 0 < self.shot < math.inf and 0 <= self.empty < math.inf
        if self.seed < 0 or self.fps < 1 or not lasts:
            raise ValueError(
                'seed and empty must not be negative, fps and shot positive'
            )
        if self.sound is not None:
            check_kind(self.sound)

    @property
    def height(self) -> int:
        """Height of the picture: 9/16 of the width."""
        return self.width * 9 // 16


@dataclass(frozen=True)
class Actor:
    """One person in one shot.

    Attributes:
        person: Number of the identity.
        identity: The identity.
        movements: Expressions, one after another.
        nuisances: One for each frame.
    """

    person: int
    identity: Identity
    movements: tuple[Movement, ...]
    nuisances: tuple[Nuisance, ...]

    def units(self, frame: int) -> Units:
        """The action units of a frame."""
        shown = (
            scale_units(m.units, float(m.intensity[frame])) for m in self.movements
        )
        return blend_units(*shown)


class Film:
    """A film that is drawn frame by frame; the same spec gives the same film.

    Args:
        spec: Settings of the film.
    """

    def __init__(self, spec: FilmSpec) -> None:
        self.spec = spec
        rng = np.random.default_rng([spec.seed, 7])
        shot, empty = round(spec.shot * spec.fps), round(spec.empty * spec.fps)
        self._room = rng.integers(40, 210, (4, 4, 3)).astype(np.uint8)
        first = tuple(_actor(rng, spec, person, shot) for person in (0, 1))
        second = tuple(_actor(rng, spec, person, shot) for person in (1, 0))
        shots = [(shot, first), (empty, ()), (shot, second)]
        self.shots = [(length, actors) for length, actors in shots if length]

    def __len__(self) -> int:
        return sum(length for length, _ in self.shots)

    def frames(self) -> Iterator[np.ndarray]:
        """Draws all frames: (height, width, 3) uint8 RGB."""
        for length, actors in self.shots:
            for frame in range(length):
                yield self._draw(actors, frame)

    def sound(self) -> Sound | None:
        """The sound, as long as the film; silence where nobody is visible."""
        spec, parts, start = self.spec, [], 0
        if spec.sound is None:
            return None
        for number, (length, actors) in enumerate(self.shots):
            stop = start + length
            count = round(stop / spec.fps * RATE) - round(start / spec.fps * RATE)
            start, part = stop, np.zeros(count, np.float32)
            if actors:
                actor = actors[self._speaker(number)]
                rng = np.random.default_rng([spec.seed, 9, number])
                shown = actor.movements
                if spec.sound == 'other':
                    shown = tuple(_movements(rng, spec.fps, length))
                voice = sample_voice(1000 + spec.seed, actor.person)
                spoken = draw_voice(rng, voice, shown, length, spec.fps)[:count]
                part[: len(spoken)] = spoken
            parts.append(part)
        return Sound(np.concatenate(parts))

    def _speaker(self, shot: int) -> int:
        """The side of the person who speaks in a shot."""
        rng = np.random.default_rng([self.spec.seed, 8, shot])
        return int(rng.integers(len(self.shots[shot][1])))

    def truth(self) -> dict:
        """Positions and expressions of the people, as plain data; times in seconds."""
        spec, tracks, start = self.spec, [], 0
        tile = spec.width // 2
        for shot, (length, actors) in enumerate(self.shots):
            for place, actor in enumerate(actors):
                track = dict(
                    person=actor.person,
                    start=start / spec.fps,
                    end=(start + length) / spec.fps,
                    box=[place * tile, 0, (place + 1) * tile, spec.height],
                    episodes=[_episode(m, start, spec.fps) for m in actor.movements],
                )
                if spec.sound is not None:
                    track['speaks'] = self._speaker(shot) == place
                tracks.append(track)
            start += length
        return dict(
            notice='SYNTHETIC: drawn people, nobody was filmed',
            fps=spec.fps,
            frames=len(self),
            tracks=tracks,
        )

    def _draw(self, actors: tuple[Actor, ...], frame: int) -> np.ndarray:
        spec = self.spec
        if not actors:
            size = spec.width, spec.height
            return cv2.resize(self._room, size, interpolation=cv2.INTER_LINEAR)
        return np.concatenate([self.portrait(a, frame) for a in actors], axis=1)

    def portrait(self, actor: Actor, frame: int) -> np.ndarray:
        """Draws one person's half of a frame of a shot: (height, width / 2, 3)."""
        tile = self.spec.width // 2
        nuisance = actor.nuisances[frame]
        picture = render_face(actor.identity, actor.units(frame), nuisance, tile)
        above, below = self.spec.height - tile, 0  # shoulders at the lower edge
        return cv2.copyMakeBorder(picture, above, below, 0, 0, cv2.BORDER_REPLICATE)


def write_film(path: str | Path, spec: FilmSpec) -> dict:
    """Draws a film into an MP4 file, with its truth in ``<name>.truth.json``.

    Args:
        path: File to write.
        spec: Settings of the film.

    Returns:
        The truth, see :meth:`Film.truth`.
    """
    film, path = Film(spec), Path(path)
    write_video(path, film.frames(), spec.fps, sound=film.sound())
    truth = film.truth()
    write_text(path.with_suffix('.truth.json'), json.dumps(truth, indent=1) + '\n')
    return truth


def _episode(movement: Movement, start: int, fps: int) -> dict:
    shown = np.flatnonzero(movement.intensity >= APEX_THRESHOLD)
    return dict(
        emotion=movement.emotion,
        start=(start + int(shown[0])) / fps,
        end=(start + int(shown[-1]) + 1) / fps,
    )


def _actor(rng: np.random.Generator, spec: FilmSpec, person: int, length: int) -> Actor:
    nuisances = _wander(rng, spec, length)
    return Actor(
        person,
        sample_identity('clips', 1000 + spec.seed, person),
        tuple(_movements(rng, spec.fps, length)),
        nuisances,
    )


def _movements(rng: np.random.Generator, fps: int, length: int) -> Iterator[Movement]:
    """Episodes with rests between, none cut off by the shot's ends."""
    emotions = [e for e in EMOTIONS if e != 'neutral']
    at = round(rng.uniform(*_REST) * fps)
    last = None
    while True:
        apex = round(rng.uniform(*_APEX) * fps)
        ramp_in, ramp_out = (int(v) for v in rng.integers(_RAMP[0], _RAMP[1] + 1, 2))
        start = at + ramp_in
        stop = start + apex
        if stop + ramp_out > length:
            return
        choice = [e for e in emotions if e != last]
        last = choice[rng.integers(len(choice))]
        curve = rise_and_fall(
            length, start, stop, ramp_in, ramp_out, rng.uniform(0.85, 1.0)
        )
        yield Movement(last, personal_units(rng, last), curve)
        at = stop + ramp_out + round(rng.uniform(*_REST) * fps)


def _wander(
    rng: np.random.Generator, spec: FilmSpec, length: int
) -> tuple[Nuisance, ...]:
    """A head that moves slowly; mild light, so that the face can be found."""
    base = replace(sample_nuisance(rng, 0.5), blur=0.0)
    seconds = np.arange(length) / spec.fps

    def wander(reach: float) -> np.ndarray:
        rate, offset = rng.uniform(0.3, 1.2), rng.uniform(0, 2 * np.pi)
        return rng.uniform(0, reach) * np.sin(rate * seconds * 2 + offset)

    yaw, pitch, roll = wander(0.1), wander(0.06), wander(0.05)
    right, down, zoom = wander(0.02), wander(0.02), wander(0.03)
    return moving_head(base, yaw, pitch, roll, right, down, zoom)
