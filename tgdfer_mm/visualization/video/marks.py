"""Marks on the frames: box, number, label and relevance of each face."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

import numpy as np
from matplotlib import get_data_path
from PIL import Image, ImageDraw, ImageFont

from ...video.intervals import interval_at
from ..palette import ink_on
from .colors import class_colors
from .series import TrackSeries
from .words import class_of, is_sure

RELEVANCE_SHOWN = 4.0  # in units of a uniform share: the relevance that fills the bar
UNSURE = '#C4C4C4'
_WHITE, _BLACK, _TRACK = (255, 255, 255), (0, 0, 0), (60, 60, 60)


class FaceMarker:
    """Draws the tracks of a result onto its frames.

    The label is that of the interval at the frame. Outside intervals a face has only a
    box and a number. The bar below the box is the frame's relevance, with the same
    value as the curve of the timeline. The tick in the bar is a uniform share.

    Args:
        result: A result of schema `tgdfer_mm.result/1`.
        scale: Pixels of the picture for one pixel of the boxes.
    """

    def __init__(self, result: Mapping[str, Any], scale: float = 1.0) -> None:
        source, self.scale = result['source'], scale
        self._sure = is_sure(result)
        short = min(source['width'], source['height']) * scale
        self.font_size = int(np.clip(short / 22, 9, 40))
        self.line = max(1, round(short / 240))
        self._faces: dict[int, list[tuple]] = defaultdict(list)
        for track in result['tracks']:
            for index, *face in _faces(result, track):
                self._faces[index].append(face)

    def draw(self, index: int, picture: np.ndarray) -> np.ndarray:
        """Returns the frame with its faces marked.

        Args:
            index: The frame's number in the video.
            picture: (h, w, 3) uint8 RGB; it is changed.
        """
        if index not in self._faces:
            return picture
        image = Image.fromarray(picture)
        canvas = ImageDraw.Draw(image)
        for face in self._faces[index]:
            self._draw_face(canvas, image.size, *face)
        return np.asarray(image)

    def _draw_face(self, canvas, size, box, guessed, relevance, color, text) -> None:
        box = np.round(np.array(box) * self.scale).astype(int)
        x1, y1, x2, y2 = np.clip(box, 0, [*size, *size]).tolist()
        if x2 - x1 < 2 or y2 - y1 < 2:
            return
        # A dark rim on both sides keeps the box visible on every background.
        canvas.rectangle((x1 - 1, y1 - 1, x2, y2), outline=_BLACK, width=self.line + 2)
        if guessed:
            _dashed(canvas, (x1, y1, x2 - 1, y2 - 1), color, self.line)
        else:
            canvas.rectangle((x1, y1, x2 - 1, y2 - 1), outline=color, width=self.line)
        chip = _chip(text, color, self.font_size, self._sure)
        top = y1 - chip.height if y1 >= chip.height else y1
        left = max(0, min(x1, size[0] - chip.width))
        canvas._image.paste(chip, (left, top))
        if np.isfinite(relevance):
            self._draw_bar(canvas, size, (x1, x2, y2), relevance)

    def _draw_bar(self, canvas, size, place, relevance: float) -> None:
        x1, x2, top = place
        height = max(4, self.font_size // 2)
        top = min(top + 2, size[1] - height)
        filled = min(relevance / RELEVANCE_SHOWN, 1.0)
        canvas.rectangle((x1, top, x2 - 1, top + height - 1), _TRACK, _BLACK)
        end = x1 + 1 + round((x2 - x1 - 3) * filled)
        canvas.rectangle((x1 + 1, top + 1, end, top + height - 2), _WHITE)
        tick = x1 + round((x2 - x1) / RELEVANCE_SHOWN)
        canvas.line((tick, top, tick, top + height - 1), '#D55E00', max(1, self.line))


def _faces(result: Mapping[str, Any], track: Mapping[str, Any]) -> Iterator[tuple]:
    """Number of each frame of a track, and the marks of the face in it."""
    classes = list(result['model']['classes'])
    frames, series = track['frames'], TrackSeries.from_track(result, track)
    relevance = series.filled(series.relevance)
    for p, (index, time) in enumerate(
        zip(frames['index'], frames['time'], strict=True)
    ):
        color, text = '#FFFFFF', f'{track["id"]}'
        interval = interval_at(track, time)
        if interval is not None:
            emotion, score = interval['emotion'], interval['score']
            color = class_colors(classes)[class_of(emotion, classes)]
            if not is_sure(result):  # the strip above the picture gives the reason
                color = UNSURE
            text = f'{text}  {emotion} {score:.2f}'
        box, guessed = frames['box'][p], frames['interpolated'][p]
        yield index, box, guessed, relevance[p], color, text


def caption(text: str, width: int, size: int) -> np.ndarray:
    """A strip with a text above a frame, as high as its lines.

    Args:
        text: The text; it is broken into lines.
        width: Width of the strip, pixels.
        size: Size of the letters, pixels.

    Returns:
        (h, width, 3) uint8 RGB.
    """
    font, lines = _font(size), ['']
    pad = max(2, size // 3)
    for word in text.split():
        longer = f'{lines[-1]} {word}'.strip()
        if lines[-1] and font.getlength(longer) > width - 2 * pad:
            lines.append(word)
        else:
            lines[-1] = longer
    row = sum(font.getmetrics())
    strip = Image.new('RGB', (width, row * len(lines) + 2 * pad), _TRACK)
    for number, line in enumerate(lines):
        ImageDraw.Draw(strip).text((pad, pad + row * number), line, _WHITE, font)
    return np.asarray(strip)


def _font(size: int, bold: bool = True) -> ImageFont.FreeTypeFont:
    name = 'DejaVuSans-Bold' if bold else 'DejaVuSans'
    return ImageFont.truetype(f'{get_data_path()}/fonts/ttf/{name}.ttf', size)


@lru_cache(maxsize=256)
def _chip(text: str, color: str, size: int, bold: bool = True) -> Image.Image:
    """A label on a plate of its colour; plates are cached, because scores repeat."""
    font = _font(size, bold)
    left, _, right, _ = font.getbbox(text)
    ascent, descent = font.getmetrics()
    pad = max(2, size // 4)
    plate = Image.new('RGB', (right - left + 2 * pad, ascent + descent + pad), color)
    ImageDraw.Draw(plate).text((pad - left, pad // 2), text, ink_on(color), font)
    return plate


def _dashed(canvas, box: tuple[int, int, int, int], color: str, width: int) -> None:
    x1, y1, x2, y2 = box
    dash = 5 * width
    for x in range(x1, x2, 2 * dash):
        for y in (y1, y2 - width + 1):
            canvas.rectangle((x, y, min(x + dash, x2), y + width - 1), color)
    for y in range(y1, y2, 2 * dash):
        for x in (x1, x2 - width + 1):
            canvas.rectangle((x, y, x + width - 1, min(y + dash, y2)), color)
