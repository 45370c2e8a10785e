"""Frames of a question, written as small JPEG pictures in text."""

import base64
import io

import numpy as np
from PIL import Image

_START = 'data:image/jpeg;base64,'


def to_text(frame: np.ndarray, side: int = 448, quality: int = 90) -> str:
    """A frame as a ``data:`` address.

    Args:
        frame: (H, W, 3) uint8 RGB.
        side: Largest length of the longer side, pixels; a larger frame is made smaller.
        quality: Quality of the JPEG file, 1 to 95.
    """
    picture = Image.fromarray(frame)
    picture.thumbnail((side, side), Image.Resampling.LANCZOS)
    file = io.BytesIO()
    picture.save(file, 'JPEG', quality=quality)
    return _START + base64.b64encode(file.getvalue()).decode('ascii')


def from_text(text: str) -> Image.Image:
    """The picture that :func:`to_text` has written."""
    file = io.BytesIO(base64.b64decode(text.removeprefix(_START)))
    return Image.open(file).convert('RGB')
