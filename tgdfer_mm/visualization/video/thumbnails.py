"""Faces that are cut out of the most relevant frames."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import cv2
import numpy as np

from ...video.frames import Frame
from .timeline import NARROW, WIDE, frames_to_show, moments_to_show

SIZE = 160  # pixels; a thumbnail is an inch of a picture with 120 to 170 dots an inch
MARGIN = 0.2  # margin on each side, as a share of the box
_GROUND = (230, 230, 230)


class ThumbnailCollector:
    """Keeps the faces of a result's most relevant frames while its video is read.

    Args:
        result: A result of schema `tgdfer_mm.result/1`.

    Attributes:
        pictures: For each number of a track, its pictures (SIZE, SIZE, 3) uint8 RGB by
            their position in the lists of its frames.
    """

    def __init__(self, result: Mapping[str, Any]) -> None:
        self._wanted = defaultdict(list)
        self.pictures: dict[int, dict[int, np.ndarray]] = {}
        for track in result['tracks']:
            self.pictures[track['id']] = {}
            shown = [frames_to_show(result, track, width) for width in (WIDE, NARROW)]
            shown.append(moments_to_show(result, track))
            frames = track['frames']
            for p in set().union(*shown):
                wanted = (track['id'], p, frames['box'][p])
                self._wanted[frames['index'][p]].append(wanted)

    def add(self, frame: Frame) -> None:
        """Cuts the faces out of a frame that are needed."""
        for number, position, box in self._wanted.pop(frame.index, ()):
            box = np.array(box, dtype=float) * frame.scale
            self.pictures[number][position] = cut_face(frame.rgb, box)


def cut_face(picture: np.ndarray, box: np.ndarray) -> np.ndarray:
    """Cuts out a square around a box; the part outside the picture is grey.

    Args:
        picture: (h, w, 3) uint8 RGB.
        box: (4,) x1, y1, x2, y2 in pixels.

    Returns:
        (SIZE, SIZE, 3) uint8.
    """
    x, y = (box[:2] + box[2:]) / 2
    side = max(*(box[2:] - box[:2]), 2.0) * (1 + 2 * MARGIN)
    left, top, side = round(x - side / 2), round(y - side / 2), max(1, round(side))
    square = np.full((side, side, 3), _GROUND, np.uint8)
    height, width = picture.shape[:2]
    x1, x2 = max(left, 0), min(left + side, width)
    y1, y2 = max(top, 0), min(top + side, height)
    if x1 < x2 and y1 < y2:
        square[y1 - top : y2 - top, x1 - left : x2 - left] = picture[y1:y2, x1:x2]
    shrinks = side > SIZE
    how = cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC
    return cv2.resize(square, (SIZE, SIZE), interpolation=how)
