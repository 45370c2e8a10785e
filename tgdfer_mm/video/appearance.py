"""The look of a face: brightness and colour, to tell two people apart."""

from collections.abc import Sequence

import cv2
import numpy as np

from .frames import Frame

_SIDE = 160  # pixels of the small picture of a face
_GRID = 20
_MARGIN = 0.1  # on each side of the face, as a share of its size
_RIM = 2  # largest shift between two faces, in cells
_LUMA = np.array([0.299, 0.587, 0.114], np.float32)  # BT.601
_CHROMA = 2.0  # weight of the colour: the light changes it less than the brightness
_SCALES = (0.84, 1.0, 1.19)  # detectors jump between sizes
ANOTHER = 0.04  # a larger difference means two people, see docs/video.md


def look_of(frame: Frame, box: Sequence[float]) -> np.ndarray:
    """Brightness and colour of a face.

    Args:
        frame: The frame.
        box: The face (x1, y1, x2, y2) in source pixels.

    Returns:
        (20, 20, 3) float32: brightness from 0 to 1 and weighted differences of blue and
        red from it, on a grid over the widened box. Outside the frame its edge is
        repeated.
    """
    picture, scale = frame.small(_SIDE)
    fine = 2 * _GRID
    share = (np.arange(fine) + 0.5) / fine * (1 + 2 * _MARGIN) - _MARGIN
    across, down = (
        (scale * (low + share * (high - low)) - 0.5).astype(np.float32)
        for low, high in ((box[0], box[2]), (box[1], box[3]))
    )
    part = cv2.remap(
        picture,
        *np.meshgrid(across, down),
        interpolation=cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    small = cv2.resize(part, (_GRID, _GRID), interpolation=cv2.INTER_AREA)
    rgb = small.astype(np.float32) / 255
    luma = rgb @ _LUMA
    colour = (rgb[..., 2] - luma, rgb[..., 0] - luma)
    return np.stack([luma, *(_CHROMA * each for each in colour)], axis=-1)


def look_apart(first: np.ndarray, second: np.ndarray) -> float:
    """The difference of two looks, where one fits the other best.

    Args:
        first: A look, see :func:`look_of`.
        second: Another one.

    Returns:
        Mean difference of their values. The second may be shifted and scaled a little,
        because the boxes of detectors are never exactly the same.
    """
    inner = first[_RIM:-_RIM, _RIM:-_RIM].transpose(2, 0, 1)
    best = 1.0
    for scale in _SCALES:
        side = round(_GRID * scale)
        other = cv2.resize(second, (side, side), interpolation=cv2.INTER_AREA)
        views = np.lib.stride_tricks.sliding_window_view(
            other, inner.shape[1:], axis=(0, 1)
        )
        best = min(best, float(np.abs(views - inner).mean((-3, -2, -1)).min()))
    return best
