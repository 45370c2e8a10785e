"""Objects that cover a part of a face for a while."""

from dataclasses import dataclass

import cv2
import numpy as np


@dataclass(frozen=True)
class Occluder:
    """A flat blob in front of the face.

    Attributes:
        centre: Right and down, shares of the picture.
        radius: Half width and half height, shares of the picture.
        angle: Tilt, degrees.
        colour: RGB.
        first: First frame in which it is there.
        last: The frame after the last one.
    """

    centre: tuple[float, float]
    radius: tuple[float, float]
    angle: float
    colour: tuple[int, int, int]
    first: int
    last: int

    def cover(self, picture: np.ndarray) -> np.ndarray:
        """Draw the blob onto a copy of a (S, S, 3) picture."""
        size = picture.shape[0]
        centre = tuple(round(size * v) for v in self.centre)
        radius = tuple(max(1, round(size * v)) for v in self.radius)
        return cv2.ellipse(
            picture.copy(), centre, radius, self.angle, 0, 360, self.colour, -1
        )


def sample_occluder(rng: np.random.Generator, length: int) -> Occluder:
    """Draw a hand-sized blob over the eyes, a cheek or the mouth.

    Args:
        rng: Random generator.
        length: Number of frames of the clip; a quarter to all of them are covered.
    """
    span = max(1, round(length * rng.uniform(0.25, 1.0)))
    first = int(rng.integers(0, length - span + 1))
    return Occluder(
        centre=(rng.uniform(0.3, 0.7), rng.choice([0.42, 0.55, 0.68])),
        radius=(rng.uniform(0.1, 0.18), rng.uniform(0.05, 0.1)),
        angle=float(rng.uniform(-40, 40)),
        colour=tuple(int(v) for v in rng.integers(20, 230, 3)),
        first=first,
        last=first + span,
    )
