"""Drawn scenes with a known place of every face."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from tgdfer_mm.synth.face import render_face
from tgdfer_mm.synth.identity import Identity, sample_identity
from tgdfer_mm.synth.nuisance import plain_nuisance

KINDS = ('crossing', 'quiet cuts', 'swaying', 'fast')
RATES = (10, 15, 24, 25, 30, 50, 60)
SPEEDS = (75.0, 250.0)  # pixels a second
WIDTH, HEIGHT, TILE = 640, 360, 280
# Box of a head in the tile, in shares of it, as dlib finds a drawn frontal face.
_HEAD = (0.17, 0.23, 0.85, 0.91)

Path = Callable[[float], tuple[float, float]]
Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Person:
    """One person of one shot.

    Attributes:
        identity: The identity.
        path: Function of time: centre of the head, in pixels.
    """

    identity: Identity
    path: Path

    def box(self, time: float) -> Box:
        """The face (x1, y1, x2, y2) at a time."""
        x, y = self.path(time)
        half = TILE * (_HEAD[2] - _HEAD[0]) / 2
        return (x - half, y - half, x + half, y + half)


@dataclass(frozen=True)
class Shot:
    """People who are visible together, the last one in front."""

    seconds: float
    people: tuple[Person, ...]


class Scene:
    """A scene that is drawn frame by frame; the same seed gives the same scene.

    Args:
        seed: From 0; the kinds of scenes take turns.
    """

    def __init__(self, seed: int) -> None:
        rng = np.random.default_rng([seed, 17])
        self.kind = KINDS[seed % len(KINDS)]
        self.fps = int(rng.choice(RATES))
        self.background = rng.integers(90, 200, 3).astype(np.uint8)
        people = (sample_identity('clips', 3000 + seed, n) for n in range(9))
        self.shots = _SHOTS[self.kind](rng, people)

    def frames(self) -> Iterator[tuple[np.ndarray, dict[int, Box]]]:
        """Pictures (H, W, 3) with the faces in them by the person's number.

        A person of another shot is another one. Faces that the edge of the picture
        cuts have their whole box.
        """
        first = 0
        for shot in self.shots:
            sprites = [_sprite(p.identity) for p in shot.people]
            count = round(shot.seconds * self.fps)
            for i in range(count):
                picture = np.tile(self.background, (HEIGHT, WIDTH, 1))
                faces = {}
                for n, (person, sprite) in enumerate(
                    zip(shot.people, sprites, strict=True)
                ):
                    box = person.box(i / self.fps)
                    _paste(picture, sprite, person.path(i / self.fps))
                    if 0 < box[2] and box[0] < WIDTH:
                        faces[first + n] = box
                yield picture, faces
            first += len(shot.people)


def _crossing(rng, people) -> tuple[Shot, ...]:
    ours, theirs = rng.uniform(*SPEEDS, 2)
    seconds = min(6.0, (WIDTH - 160) / max(75.0, min(ours, theirs)))
    y = HEIGHT / 2 + rng.uniform(-15, 15, 2)
    meet = rng.uniform(0.4, 0.6) * seconds
    middle = WIDTH / 2 + rng.uniform(-60, 60)
    return (
        Shot(
            seconds,
            (
                Person(next(people), _line(middle, y[0], ours, meet)),
                Person(next(people), _line(middle, y[1], -theirs, meet)),
            ),
        ),
    )


def _quiet_cuts(rng, people) -> tuple[Shot, ...]:
    shots = []
    for _ in range(3):
        x, y = WIDTH / 2 + rng.uniform(-12, 12), HEIGHT / 2 + rng.uniform(-8, 8)
        person = Person(next(people), _line(x, y, 0.0, 0.0))
        shots.append(Shot(rng.uniform(1.2, 2.5), (person,)))
    return tuple(shots)


def _swaying(rng, people) -> tuple[Shot, ...]:
    def sway(middle: float) -> Path:
        reach, period = rng.uniform(40, 80), rng.uniform(1.6, 3.0)
        phase, y = rng.uniform(0, 2 * np.pi), HEIGHT / 2 + rng.uniform(-15, 15)
        return lambda t: (middle + reach * np.sin(2 * np.pi * t / period + phase), y)

    middles = (WIDTH * 0.25 + 10, WIDTH * 0.75 - 10)
    return (Shot(5.0, tuple(Person(next(people), sway(m)) for m in middles)),)


def _fast(rng, people) -> tuple[Shot, ...]:
    """One person walks fast across and back, and passes a person who stands."""
    speed, y = rng.uniform(180, SPEEDS[1]), HEIGHT / 2
    left, right = 90.0, WIDTH - 90.0

    def walk(t: float) -> tuple[float, float]:
        along = (speed * t) % (2 * (right - left))
        return (left + min(along, 2 * (right - left) - along), y + 12.0)

    still = _line(WIDTH / 2 + rng.uniform(-40, 40), y - 12.0, 0.0, 0.0)
    return (Shot(5.0, (Person(next(people), still), Person(next(people), walk))),)


_SHOTS = dict(zip(KINDS, (_crossing, _quiet_cuts, _swaying, _fast), strict=True))


def _line(x: float, y: float, speed: float, meet: float) -> Path:
    return lambda t: (x + speed * (t - meet), y)


def _sprite(identity: Identity) -> tuple[np.ndarray, np.ndarray]:
    """The person without background: picture and where the person is."""
    views = [
        render_face(
            identity,
            {},
            replace(plain_nuisance(), background=np.full((2, 2, 3), grey, np.uint8)),
            TILE,
        )
        for grey in (60, 200)
    ]
    same = np.abs(views[0].astype(int) - views[1]).max(-1) < 40
    return views[0], same


def _paste(picture: np.ndarray, sprite: tuple, centre: tuple[float, float]) -> None:
    view, there = sprite
    left = round(centre[0] - TILE * (_HEAD[0] + _HEAD[2]) / 2)
    top = round(centre[1] - TILE * (_HEAD[1] + _HEAD[3]) / 2)
    x1, x2 = max(0, left), min(WIDTH, left + TILE)
    y1, y2 = max(0, top), min(HEIGHT, top + TILE)
    if x1 >= x2 or y1 >= y2:
        return
    part = (slice(y1 - top, y2 - top), slice(x1 - left, x2 - left))
    picture[y1:y2, x1:x2][there[part]] = view[part][there[part]]
