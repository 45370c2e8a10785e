"""The timeline of one track: relevance, probabilities, intervals and best frames."""

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.artist import setp
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from ...video.clock import clock
from ..palette import FAINT, SHADE
from ..style import FONT, Sheet, draw_bars, text_width
from . import curves
from .colors import class_colors
from .series import TrackSeries, pick_frames
from .short_names import with_short_names
from .strip import draw_frames
from .words import (
    CAUTION,
    calibration_in_short,
    class_of,
    is_sure,
    model_note,
    verdict,
)

WIDE = 12.0  # inches: for a desktop
NARROW = 4.6  # a phone
MAX_BANDS = 9  # if there are more classes, the others share one band
MAX_FRAMES = 8
MAX_BARS = 12
POINTS = 25  # points of a curve for each inch
CAREFUL = '#B34700'  # colour of the notes that limit a verdict
REASON = 11  # its letters
ROW = 0.22  # inches, height of a row of the legend


@dataclass(frozen=True)
class _Layout:
    """Sizes in inches on a timeline of a given width."""

    width: float
    classes: Sequence[str]

    @property
    def wide(self) -> bool:
        """Whether there is room for the bars next to the curves."""
        return self.width >= 9

    @property
    def left(self) -> float:
        return 0.85 if self.wide else 0.7

    @property
    def plot(self) -> float:
        """Width of the curves; names and values of the bars need the rest."""
        bars = text_width(self.classes, FONT) + 1.95 if self.wide else 0.15
        return self.width - self.left - bars

    @property
    def thumbnail(self) -> float:
        return 0.92 if self.wide else 0.74


def frames_to_show(
    result: Mapping[str, Any], track: Mapping[str, Any], width: float = WIDE
) -> list[int]:
    """Picks the most relevant frames that a timeline of this width has room for.

    Returns:
        Positions in the lists of `track['frames']`, in the order of time.
    """
    result, track = with_short_names(result, track)
    series = TrackSeries.from_track(result, track)
    layout = _Layout(width, result['model']['classes'])
    each = layout.thumbnail + 0.08
    apart = 0.6 * each / layout.plot * (series.end - series.start)
    most = min(MAX_FRAMES, int((layout.plot + 0.08) / each))
    return pick_frames(series.relevance, series.time, most, apart)


def moments_to_show(result: Mapping[str, Any], track: Mapping[str, Any]) -> list[int]:
    """The frames of a track's rationale, as positions in the lists of its frames.

    Results of earlier versions have no rationale. Then these are the frames of a wide
    timeline.
    """
    rationale = track.get('rationale')
    if not rationale:
        return frames_to_show(result, track)
    index = track['frames']['index']
    return [index.index(moment['frame']) for moment in rationale['moments']]


def draw_timeline(
    result: Mapping[str, Any],
    track: Mapping[str, Any],
    thumbnails: Mapping[int, np.ndarray] | None = None,
    width: float = WIDE,
) -> Figure:
    """Draws one track of a result.

    From top to bottom: the most relevant frames at their times, the relevance, the
    class probabilities of the frames as bands, the intervals, and whether the face was
    detected or interpolated. If a model gives no scores of single frames, the bands are
    those of its windows.

    Args:
        result: A result of schema `tgdfer_mm.result/1`.
        track: One of its tracks.
        thumbnails: (S, S, 3) uint8 RGB pictures by their position in the lists of
            `track['frames']`; of these, :func:`frames_to_show` are drawn.
        width: Width in inches; from 9 on the class probabilities are next to the
            curves.

    Raises:
        ValueError: If the lists of the track do not fit each other or the classes.
    """
    result, track = with_short_names(result, track)
    classes = list(result['model']['classes'])
    series = TrackSeries.from_track(result, track)
    by_frame = bool(series.judged.any())
    scores = series.scores if by_frame else _window_scores(series, track)
    colors, layout = class_colors(classes), _Layout(width, classes)
    thumbnails = thumbnails or {}
    picked = [p for p in frames_to_show(result, track, width) if p in thumbnails]
    order = _order_bands(scores, track['label'], classes)
    shown, rest = order[:MAX_BANDS], order[MAX_BANDS:]
    legend = {classes[c]: colors[c] for c in shown}
    if rest:
        legend[f'{len(rest)} others'] = SHADE
    places = _legend_places(legend, layout.plot)

    # All places are in inches, one part below the other.
    gap, top = 0.12, 0.62 if layout.wide else 0.8
    heights = dict(
        frames=layout.thumbnail + 0.45 if picked else 0.0,
        relevance=0.85 if np.isfinite(series.relevance).any() else 0.0,
        legend=ROW * (1 + max(row for _, row in places.values())),
        bands=1.5,
        intervals=0.3,
        face=0.1,
    )
    room = layout.width - layout.left - 0.1
    lines = _wrap(_notes(result, series, by_frame), room)
    reason = [] if is_sure(result) else [model_note(result['model'])]
    reason = _wrap(reason, room, REASON)
    top += 0.22 * len(reason)
    height = top + sum(heights.values()) + 5 * gap + 0.42 + 0.17 * len(lines)
    sheet = Sheet(width, height)
    axes, y = {}, top
    for name, high in heights.items():
        if name == 'legend':
            _draw_legend(sheet, layout.left, y + 0.02, places, legend)
        elif high:
            axes[name] = sheet.axes(layout.left, y, layout.plot, high)
            axes[name].set_xlim(series.start, series.end)
        y += high + (0.02 if name == 'legend' else gap if high else 0)

    _draw_title(sheet, layout, result, track, reason)
    values, shades = scores[:, shown], list(legend.values())
    if rest:
        values = np.column_stack([values, scores[:, rest].sum(1)])
    points = int(POINTS * layout.plot)
    curves.draw_bands(axes['bands'], series, values, shades, points)
    if 'relevance' in axes:
        curves.draw_relevance(axes['relevance'], series, 3 * points)
    for name in axes.keys() & {'relevance', 'bands'}:
        curves.draw_gaps(axes[name], series, layout.plot)
    by_name = dict(zip(classes, colors, strict=True))
    curves.draw_intervals(axes['intervals'], track, by_name, layout.plot)
    curves.draw_face(axes['face'], series)
    curves.draw_clock(axes['face'], series, 10 if layout.wide else 4)
    if picked:
        draw_frames(axes['frames'], axes['relevance'], series, picked, thumbnails)
    if layout.wide and track['probabilities'] is not None:
        right = layout.left + layout.plot
        _draw_bars(sheet, right, top, track, classes, colors, is_sure(result))
    for i, line in enumerate(lines):
        at = height - 0.1 - 0.17 * (len(lines) - i)
        sheet.text(layout.left, at, line, fontsize=FONT - 1, color=FAINT)
    return sheet.figure


def _window_scores(series: TrackSeries, track: Mapping[str, Any]) -> np.ndarray:
    """(n, K) mean probabilities of the windows around each frame."""
    total, count = np.zeros_like(series.scores), np.zeros((len(series), 1))
    for window in track['windows']:
        first, last = window['first_frame'], window['last_frame']
        inside = (series.index >= first) & (series.index <= last)
        total[inside] += window['probabilities']
        count[inside] += 1
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def _order_bands(scores: np.ndarray, label: str | None, classes) -> list[int]:
    """The classes from the lowest band up.

    The track's label is the lowest band, where its height is easiest to read.
    """
    known = scores[np.isfinite(scores).all(1)]
    means = known.mean(0) if len(known) else np.zeros(scores.shape[1])
    if label is not None:
        means[class_of(label, classes)] = np.inf
    return np.argsort(-means, kind='stable').tolist()


def _notes(result: Mapping[str, Any], series: TrackSeries, by_frame: bool) -> list[str]:
    """Notes for a reader who sees only the picture."""
    notes = []
    if series.interpolated.any():
        notes.append('hatched face strip: box interpolated')
    if not by_frame:
        notes.append('bands: whole windows')
    if is_sure(result):  # otherwise it is above the verdict
        notes.append(model_note(result['model']).rstrip('.'))
    return [*notes, calibration_in_short(result['model']), CAUTION]


def _wrap(parts: Sequence[str], width: float, size: float = FONT - 1) -> list[str]:
    """Puts parts into lines; a part longer than a line is broken at a space."""
    most, lines = int(width / text_width(['m'], size)), []
    for part in parts:
        if lines and len(f'{lines[-1]} · {part}') <= most:
            lines[-1] += f' · {part}'
        else:
            whole_words = dict(break_long_words=False, break_on_hyphens=False)
            lines += textwrap.wrap(part, most, **whole_words)
    return lines


def _draw_title(sheet: Sheet, layout: _Layout, result, track, reason) -> None:
    """The header: track, times and verdict, after the notes that limit the verdict."""
    for i, line in enumerate(reason):
        sheet.text(layout.left, 0.12 + 0.22 * i, line, fontsize=REASON, color=CAREFUL)
    y = 0.16 + 0.22 * len(reason)
    style = dict(color=FAINT) if reason else dict(fontweight='bold')
    total = result['source']['duration']
    name, said = f'Track {track["id"]}', verdict(track)
    span = f'{clock(track["start"], total)} – {clock(track["end"], total)}'
    sheet.text(layout.left, y, name, fontsize=13)
    left = layout.left + text_width([name], 13) + 0.2
    sheet.text(left, y, said, fontsize=13, **style)
    if layout.wide:
        left += text_width([said], 13) + 0.45
        sheet.text(left, y + 0.025, span, fontsize=11, color=FAINT)
    else:
        sheet.text(layout.left, y + 0.28, span, fontsize=10, color=FAINT)


def _legend_places(names: Sequence[str], width: float) -> dict[str, tuple[float, int]]:
    """The start of each name: inches from the left, and number of the row."""
    places, x, row = {}, 0.0, 0
    for name in names:
        need = text_width([name], FONT) + 0.42
        if x and x + need > width:
            x, row = 0.0, row + 1
        places[name] = (x, row)
        x += need
    return places


def _draw_legend(sheet: Sheet, left: float, top: float, places, colors) -> None:
    size = (0.14 / sheet.width, 0.14 / sheet.height)
    for name, (x, row) in places.items():
        x, y = left + x, top + ROW * row
        corner = (x / sheet.width, 1 - (y + 0.14) / sheet.height)
        sheet.figure.add_artist(Rectangle(corner, *size, facecolor=colors[name]))
        sheet.text(x + 0.2, y + 0.075, name, fontsize=FONT, va='center')


def _draw_bars(
    sheet: Sheet, right: float, top: float, track, classes, colors, sure: bool
) -> None:
    """The probabilities of the whole track, of many classes only the highest."""
    values = np.array(track['probabilities'], dtype=float)
    order = sorted(np.argsort(-values, kind='stable')[:MAX_BARS].tolist())
    names = [classes[c] for c in order]
    left = right + 0.3 + text_width(names, FONT)
    ax = sheet.axes(left, top + 0.2, 1.1, 0.27 * len(order))
    shades = [colors[c] for c in order]
    bars = draw_bars(ax, names, values[order], shades, 'whole track, 0–1', height=0.72)
    for name, texts in zip(names, bars, strict=True):
        bold = sure and name == track['label']
        setp(texts, fontweight='bold' if bold else 'normal')
    ax.set_xlim(0, 1)
    ax.spines[['top', 'right', 'bottom']].set_visible(False)
