"""A canvas on which a head in a pose is drawn, in face units."""

from collections.abc import Sequence
from functools import cache
from itertools import accumulate

import cv2
import numpy as np

from .identity import Colour
from .nuisance import Nuisance

_SHIFT = 4  # OpenCV's fixed point: coordinates in 1/16 pixel
_FACE_SHARE = 0.43  # face unit as a share of the picture
_DEPTH = 0.7  # how far the face bulges towards the camera, face units


def mix(a: Colour, b: Colour, share: float) -> Colour:
    """Mix two colours: ``share`` of the second in the first."""
    share = min(max(share, 0.0), 1.0)
    r, g, b_ = (round(x + (y - x) * share) for x, y in zip(a, b, strict=True))
    return r, g, b_


def shade(colour: Colour, factor: float) -> Colour:
    """Darken (factor < 1) or lighten a colour."""
    r, g, b = (min(255, round(v * factor)) for v in colour)
    return r, g, b


@cache
def ramp(n: int) -> np.ndarray:
    """Numbers (n,) from -1 to 1."""
    return np.linspace(-1, 1, n)


@cache
def circle(n: int) -> np.ndarray:
    """Points (n, 2) of the unit circle, clockwise from the right."""
    t = np.linspace(0, 2 * np.pi, n, endpoint=False)
    return np.stack([np.cos(t), np.sin(t)], axis=1)


def bow(x0: float, x1: float, y_ends: float, y_mid: float, n: int = 15) -> np.ndarray:
    """A parabola from (x0, y_ends) through its middle height to (x1, y_ends).

    Returns:
        Points (n, 2).
    """
    u = ramp(n)
    points = np.empty((n, 2))
    points[:, 0] = (x0 + x1) / 2 + (x1 - x0) / 2 * u
    points[:, 1] = y_mid + (y_ends - y_mid) * u**2
    return points


class Canvas:
    """Draws curves given on the face into a supersampled picture.

    Face units: x to the picture's right, y down, origin in the middle of the
    head, which is about two units high. Points on the face lie on an ellipsoid
    that pose turns (orthographic view), so features shift and shorten as on a
    real head; points of the outline (``flat=True``) do not.

    Args:
        nuisance: Pose and background.
        size: Width and height of the finished picture, pixels.
    """

    def __init__(self, nuisance: Nuisance, size: int) -> None:
        self.size = size
        self.factor = 4 if size <= 80 else 2
        self._nuisance = nuisance
        self._unit = size * self.factor * _FACE_SHARE * nuisance.zoom
        self._shapes: list[tuple[np.ndarray, Colour, int, bool]] = []

    def fill(self, points: np.ndarray, colour: Colour, flat: bool = False) -> None:
        """Fill a polygon (n, 2)."""
        self._shapes.append((points, colour, 0, flat))

    def stroke(self, points: np.ndarray, colour: Colour, width: float) -> None:
        """Draw a curve (n, 2); ``width`` in face units."""
        self._shapes.append((points, colour, max(1, round(width * self._unit)), False))

    def ellipse(
        self,
        centre: Sequence[float],
        radii: Sequence[float],
        colour: Colour,
        flat: bool = False,
    ) -> None:
        """Fill an axis-parallel ellipse of the face."""
        self.fill(circle(20) * radii + centre, colour, flat)

    def filled(self) -> list[np.ndarray]:
        """The filled curves (n, 2) in their order, in pixels of the picture."""
        scale = 2**_SHIFT * self.factor
        return [
            points / scale
            for points, (_, _, width, _) in zip(
                self._project(), self._shapes, strict=True
            )
            if not width
        ]

    def _project(self) -> list[np.ndarray]:
        """All shapes in fixed-point pixels, int32; one call for all is faster."""
        points = np.concatenate([shape[0] for shape in self._shapes])
        lengths = [len(shape[0]) for shape in self._shapes]
        flat = np.repeat([shape[3] for shape in self._shapes], lengths)
        x, y = points[:, 0], points[:, 1]
        n = self._nuisance
        z = _DEPTH * np.sqrt(np.maximum(1 - x**2 - (y / 1.3) ** 2, 0))
        turned = np.empty_like(points)
        turned[:, 0] = np.where(flat, x, x * np.cos(n.yaw) + z * np.sin(n.yaw))
        turned[:, 1] = np.where(flat, y, y * np.cos(n.pitch) - z * np.sin(n.pitch))
        s, c = np.sin(n.roll), np.cos(n.roll)
        pixels = turned @ np.array([[c, s], [-s, c]]) * self._unit
        pixels += self.size * self.factor * (0.5 + np.array(n.shift))
        fixed = np.round(pixels * 2**_SHIFT).astype(np.int32)
        ends = list(accumulate(lengths))
        return [fixed[e - k : e] for e, k in zip(ends, lengths, strict=True)]

    def _draw(self) -> np.ndarray:
        side = self.size * self.factor
        # Stretch the coarse background smoothly over the picture.
        pixels = cv2.resize(
            self._nuisance.background, (side, side), interpolation=cv2.INTER_LINEAR
        )
        for points, (_, colour, width, _) in zip(
            self._project(), self._shapes, strict=True
        ):
            if width:
                cv2.polylines(
                    pixels, [points], False, colour, width, cv2.LINE_8, _SHIFT
                )
            else:
                cv2.fillPoly(pixels, [points], colour, cv2.LINE_8, _SHIFT)
        return pixels

    def finish(self) -> np.ndarray:
        """Draw, average down, then apply light, blur and noise.

        Returns:
            The picture (size, size, 3), uint8 RGB.
        """
        n, nuisance = self.size, self._nuisance
        picture = cv2.resize(self._draw(), (n, n), interpolation=cv2.INTER_AREA)
        picture = picture.astype(np.float32)
        if nuisance.blur * n > 0.15:
            picture = cv2.GaussianBlur(picture, (0, 0), nuisance.blur * n)
        axis = ramp(n).astype(np.float32)
        right, down = np.cos(nuisance.light_angle), np.sin(nuisance.light_angle)
        slope = float(right) * axis[None, :] + float(down) * axis[:, None]
        light = nuisance.brightness * (1 + nuisance.light_strength * slope)
        tint = np.array([1 + nuisance.warmth, 1, 1 - nuisance.warmth], np.float32)
        picture *= light[:, :, None] * tint
        if nuisance.noise > 0:
            rng = np.random.default_rng(nuisance.noise_seed)
            picture += nuisance.noise * rng.standard_normal(
                picture.shape, dtype=np.float32
            )
        return cv2.convertScaleAbs(np.maximum(picture, 0, out=picture))
