"""The true landmarks of a drawn face."""

from collections.abc import Mapping

import numpy as np

from . import face
from .action_units import ACTION_UNITS
from .canvas import Canvas
from .identity import Identity
from .nuisance import Nuisance

# Points of the curves that draw a part of the face: index of the filled curve, and
# indices of its points.
_BROW = ((0, (0, 4, 8)),)
_EYE = ((0, (0, 7, 14, 22)),)
_LIPS = ((-2, (0, 7, 14, 22)), (-1, (7, 22)))


def face_landmarks(
    identity: Identity, aus: Mapping[str, float], nuisance: Nuisance, size: int
) -> np.ndarray:
    """Points of brows, eyes and lips, moved by the pose.

    Args:
        identity: Traits of the person.
        aus: See :func:`~tgdfer_mm.synth.face.render_face`.
        nuisance: The pose; blur, light and noise do not move points.
        size: Width and height of the picture, pixels.

    Returns:
        (20, 2), x and y in pixels: three points of each brow and four of each eye,
        those on the left of the picture first, then six of the lips.
    """
    au = {name: float(aus.get(name, 0.0)) for name in ACTION_UNITS}
    found = []
    for side in (-1, 1):
        gain = 1 + side * identity.asymmetry
        half = {name: min(1.0, v * gain) for name, v in au.items()}
        for draw, wanted in ((face.draw_brow, _BROW), (face.draw_eye, _EYE)):
            canvas = Canvas(nuisance, size)
            draw(canvas, identity, half, side)
            found += _points(canvas, wanted)
    canvas = Canvas(nuisance, size)
    face.draw_mouth(canvas, identity, au)
    return np.concatenate([*found, *_points(canvas, _LIPS)])


def _points(canvas: Canvas, wanted: tuple) -> list[np.ndarray]:
    filled = canvas.filled()
    return [filled[curve][list(places)] for curve, places in wanted]
