"""What is drawn onto the frames: a face's box, who, what, and how much it mattered."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from matplotlib import get_data_path
from PIL import Image, ImageDraw, ImageFont

from .colors import class_colors, ink_on
from .series import TrackSeries
from .words import class_of, is_sure

RELEVANCE_SHOWN = 4.0  # times a uniform share; more than that fills the bar
UNSURE = '#C4C4C4'
_WHITE, _BLACK, _TRACK = (255, 255, 255), (0, 0, 0), (60, 60, 60)


class FaceMarker:
    """Draws the tracks of a result onto its frames.

    The label is that of the interval around the frame; in no interval a face has box
    and number only. The bar below the box is the frame's relevance, as high as the
    timeline's curve is there; the tick in it is a uniform share.

    Args:
        result: A result of schema `tgdfer_mm.result/1`.
        scale: Pixels drawn on, a pixel of the boxes.
    """

    def __init__(self, result: Mapping[str, Any], scale: float = 1.0) -> None:
        source, self.classes = result['source'], list(result['model']['classes'])
        self.colors = class_colors(self.classes)
        self._sure = is_sure(result)
        if not self._sure:  # the strip below the picture says why
            self.colors = [UNSURE] * len(self.classes)
        self.scale = scale
        short = min(source['width'], source['height']) * scale
        self.font_size = int(np.clip(short / 22, 9, 40))
        self.line = max(1, round(short / 240))
        self._tracks = [_Track(result, track) for track in result['tracks']]

    def draw(self, index: int, picture: np.ndarray) -> np.ndarray:
        """Returns the frame with its faces marked.

        Args:
            index: The frame's number in the video.
            picture: (h, w, 3) uint8 RGB, drawn upon.
        """
        found = [(t, p) for t in self._tracks if (p := t.position(index)) is not None]
        if not found:
            return picture
        image = Image.fromarray(picture)
        canvas = ImageDraw.Draw(image)
        for track, position in found:
            self._draw_face(canvas, image.size, track, position)
        return np.asarray(image)

    def _draw_face(self, canvas, size, track: '_Track', position: int) -> None:
        box = np.round(np.array(track.boxes[position]) * self.scale).astype(int)
        x1, y1, x2, y2 = np.clip(box, 0, [*size, *size]).tolist()
        interval = track.interval(position)
        color, text = '#FFFFFF', f'{track.id}'
        if interval is not None:
            color = self.colors[class_of(interval['emotion'], self.classes)]
            text = f'{track.id}  {interval["emotion"]} {interval["score"]:.2f}'
        if x2 - x1 < 2 or y2 - y1 < 2:
            return
        # A dark rim on both sides keeps the box visible on every ground.
        canvas.rectangle((x1 - 1, y1 - 1, x2, y2), outline=_BLACK, width=self.line + 2)
        if track.interpolated[position]:
            _dashed(canvas, (x1, y1, x2 - 1, y2 - 1), color, self.line)
        else:
            canvas.rectangle((x1, y1, x2 - 1, y2 - 1), outline=color, width=self.line)
        chip = _chip(text, color, self.font_size, self._sure)
        top = y1 - chip.height if y1 >= chip.height else y1
        left = max(0, min(x1, size[0] - chip.width))
        canvas._image.paste(chip, (left, top))
        relevance = track.relevance[position]
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


class _Track:
    """A track, asked frame by frame."""

    def __init__(self, result: Mapping[str, Any], track: Mapping[str, Any]) -> None:
        frames, series = track['frames'], TrackSeries.from_track(result, track)
        self.id, self.boxes = track['id'], frames['box']
        self.relevance = series.filled(series.relevance)
        self.interpolated, self.time = frames['interpolated'], frames['time']
        self.intervals: Sequence[Mapping] = track['intervals']
        self._positions = {index: p for p, index in enumerate(frames['index'])}

    def position(self, index: int) -> int | None:
        return self._positions.get(index)

    def interval(self, position: int) -> Mapping[str, Any] | None:
        time = self.time[position]
        around = (i for i in self.intervals if i['start'] <= time < i['end'])
        return next(around, None)


def caption(text: str, width: int, size: int) -> np.ndarray:
    """A strip with a text, for below a frame, as high as its lines need.

    Args:
        text: Broken where a line is full.
        width: Pixels of the strip.
        size: Of the letters, pixels.

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
    """A label on a plate of its colour; scores repeat, so plates are kept."""
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
