"""Boxes, numbers and landmarks drawn on a frame (SoVTP's visual prompts)."""

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw

from .facts import Person

# Easy to distinguish, also for colour-blind people [choice].
COLOURS = ((230, 159, 0), (86, 180, 233), (0, 158, 115), (240, 228, 66), (213, 94, 0))


def draw_overlay(
    frame: np.ndarray,
    people: Sequence[Person],
    index: int,
    numbers: bool = False,
    landmarks: bool = False,
) -> np.ndarray:
    """Draws on a copy of a frame.

    Args:
        frame: (H, W, 3) uint8 RGB.
        people: People with boxes; a person without a box in this frame is left out.
        index: Number of the frame in its clip.
        numbers: True to write the person's number at the upper left corner of the box.
        landmarks: True to draw points of the faces, too.
    """
    picture = Image.fromarray(frame)
    pen = ImageDraw.Draw(picture)
    width = max(1, round(max(picture.size) / 160))
    for place, person in enumerate(people):
        box = person.box(index)
        if box is None:
            continue
        colour = COLOURS[place % len(COLOURS)]
        x0, x1 = sorted((box[0], box[2]))
        y0, y1 = sorted((box[1], box[3]))
        pen.rectangle((x0, y0, x1, y1), outline=colour, width=width)
        for x, y in person.points(index) if landmarks else ():
            pen.ellipse((x - width, y - width, x + width, y + width), fill=colour)
        if numbers:
            size = max(8, picture.height // 12)
            at = max(0, x0) + width, max(0, y0) + width
            shown = pen.textbbox(at, str(person.id), font_size=size)
            pen.rectangle(shown, fill=(0, 0, 0))
            pen.text(at, str(person.id), fill=colour, font_size=size)
    return np.array(picture)
