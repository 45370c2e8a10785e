"""Nuisance: changes of a picture that leave the expression unchanged."""

from dataclasses import dataclass, replace

import numpy as np


@dataclass(frozen=True)
class Nuisance:
    """Pose, camera and light of one picture.

    Attributes:
        background: Coarse grid of colours (h, w, 3), uint8, stretched over the
            picture.
        yaw: Turn to the side, radians.
        pitch: Nod, radians, positive looks up.
        roll: Tilt, radians.
        zoom: Factor of the face's size in the picture.
        shift: Offset of the face (right, down) as a share of the picture.
        light_angle: Direction of the light, radians.
        light_strength: Brightness difference over half the picture.
        brightness: Factor of the whole picture.
        warmth: Reddish (> 0) or bluish (< 0) light.
        blur: Gaussian blur, as a share of the picture's width.
        noise: Standard deviation of the sensor noise, grey levels.
        noise_seed: Seed of that noise.
    """

    background: np.ndarray
    yaw: float = 0.0
    pitch: float = 0.0
    roll: float = 0.0
    zoom: float = 1.0
    shift: tuple[float, float] = (0.0, 0.0)
    light_angle: float = 0.0
    light_strength: float = 0.0
    brightness: float = 1.0
    warmth: float = 0.0
    blur: float = 0.0
    noise: float = 0.0
    noise_seed: int = 0


def plain_nuisance() -> Nuisance:
    """A frontal face in even light on a grey background, for figures and tests."""
    return Nuisance(background=np.full((2, 2, 3), 150, np.uint8))


def sample_nuisance(rng: np.random.Generator, strength: float = 1.0) -> Nuisance:
    """Draw pose, camera and light of a picture.

    Args:
        rng: Random generator.
        strength: Factor of pose, light, blur and noise; 0 is a studio portrait.
    """
    base = rng.uniform(40, 210) + rng.normal(0, 22, 3)
    grid = base + rng.normal(0, 26, (4, 4, 1)) + rng.normal(0, 8, (4, 4, 3))
    grid = np.clip(grid, 0, 255).astype(np.uint8)
    s = strength
    return Nuisance(
        background=grid,
        yaw=s * rng.uniform(-0.32, 0.32),
        pitch=s * rng.uniform(-0.2, 0.2),
        roll=s * rng.uniform(-0.16, 0.16),
        zoom=1 + s * rng.uniform(-0.1, 0.1),
        shift=(s * rng.uniform(-0.045, 0.045), s * rng.uniform(-0.045, 0.045)),
        light_angle=rng.uniform(0, 2 * np.pi),
        light_strength=s * rng.uniform(0, 0.4),
        brightness=1 + s * rng.uniform(-0.3, 0.2),
        warmth=s * rng.uniform(-0.08, 0.08),
        blur=s * rng.uniform(0, 0.011),
        noise=s * rng.uniform(0, 6),
        noise_seed=int(rng.integers(2**31)),
    )


def moving_head(
    base: Nuisance,
    yaw: np.ndarray,
    pitch: np.ndarray,
    roll: np.ndarray,
    right: np.ndarray,
    down: np.ndarray,
    zoom: np.ndarray,
) -> tuple[Nuisance, ...]:
    """A nuisance for each frame: the head moves, and each frame has new noise.

    Args:
        base: The nuisance to which the movement is added.
        yaw: (n,) radians, added to that of the base; the others are added in their
            units.
        pitch: See yaw.
        roll: See yaw.
        right: (n,) added to the shift.
        down: (n,) added to the shift.
        zoom: (n,) added to the zoom.
    """
    return tuple(
        replace(
            base,
            yaw=base.yaw + yaw[t],
            pitch=base.pitch + pitch[t],
            roll=base.roll + roll[t],
            shift=(base.shift[0] + right[t], base.shift[1] + down[t]),
            zoom=base.zoom + zoom[t],
            noise_seed=base.noise_seed + t,
        )
        for t in range(len(yaw))
    )
