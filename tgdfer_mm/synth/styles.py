"""Styles of drawn faces; all except the first are held out from training."""

from collections.abc import Callable

import cv2
import numpy as np


def drawn(frame: np.ndarray) -> np.ndarray:
    """The generator's own look."""
    return frame


def sketch(frame: np.ndarray) -> np.ndarray:
    """A pencil drawing: no colour, no even surfaces, only edges and shades."""
    grey = cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY)
    soft = cv2.GaussianBlur(255 - grey, (0, 0), frame.shape[0] / 16)
    pencil = cv2.divide(grey, 255 - soft, scale=256)
    return cv2.cvtColor(pencil, cv2.COLOR_GRAY2RGB)


STYLES: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    'drawn': drawn,
    'sketch': sketch,
}
