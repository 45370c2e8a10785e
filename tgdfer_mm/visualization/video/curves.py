"""The parts of a timeline that share its horizontal scale."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from matplotlib.ticker import FuncFormatter, MaxNLocator, MultipleLocator

from ...video.clock import clock_text
from .. import palette, style
from ..palette import FAINT, ink_on
from ..style import text_width
from .series import TrackSeries

# Seconds between marks: the first one is used that gives few enough marks.
_SECONDS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800)
_HOURS = tuple(3600 * 2**k for k in range(20))


def draw_relevance(ax: Axes, series: TrackSeries, points: int) -> None:
    """Draws the relevance; the part above a uniform share is filled."""
    style.set_up_curve(ax, 'relevance')
    ax.axhline(1, **style.UNIFORM)
    highest = 1.0
    # The peaks of the curve matter, so they are kept when frames are joined.
    for x, y in series.curves(series.relevance, points, np.max):
        ax.plot(x, y, color=palette.BLUE, linewidth=1.6)
        ax.fill_between(
            x, 1, y, where=y > 1, color=palette.BLUE, alpha=0.2, interpolate=True
        )
        highest = max(highest, float(y.max()))
    ax.set_ylim(0, 1.15 * highest)
    ax.yaxis.set_major_locator(MaxNLocator(3, integer=True))


def draw_bands(
    ax: Axes,
    series: TrackSeries,
    values: np.ndarray,
    shades: Sequence[str],
    points: int,
) -> None:
    """Draws (n, B) values stacked, in B colours."""
    style.set_up_curve(ax, 'probability')
    for x, y in series.curves(values, points):
        # Thin white lines separate bands whose colours look alike.
        ax.stackplot(x, y.T, colors=shades, edgecolor=palette.PAPER, linewidth=0.4)
    ax.set_ylim(0, 1)
    ax.set_yticks([0, 0.5, 1])


def draw_gaps(ax: Axes, series: TrackSeries, width: float) -> None:
    """Hatches the gaps without the face; names them if `width` inches suffice."""
    for start, end in series.gaps():
        ax.axvspan(start, end, **style.HATCHED, zorder=0)
        inches = (end - start) / (series.end - series.start) * width
        if inches > text_width(['no face'], style.FONT - 1) + 0.1:
            plate = dict(facecolor=palette.PAPER, edgecolor='none', pad=1.5)
            place = dict(transform=ax.get_xaxis_transform(), ha='center', va='center')
            look = dict(fontsize=style.FONT - 1, color=palette.INK, bbox=plate)
            ax.text((start + end) / 2, 0.5, 'no face', **place, **look)


def draw_intervals(
    ax: Axes, track: Mapping[str, Any], colors: Mapping[str, str], width: float
) -> None:
    """Draws the intervals; names them if `width` inches suffice."""
    _bare(ax, 'intervals')
    low, high = ax.get_xlim()
    ax.axhline(0.5, color=palette.SHADE, linewidth=1, zorder=0)
    middle = dict(ha='center', va='center', fontsize=style.FONT)
    for interval in track['intervals']:
        if interval['emotion'] not in colors:
            raise ValueError(
                f'track {track["id"]}: the interval at {interval["start"]} s shows '
                f'{interval["emotion"]!r}, which is not among {list(colors)}'
            )
        color, start = colors[interval['emotion']], interval['start']
        length = interval['end'] - start
        patch = Rectangle(
            (start, 0), length, 1, facecolor=color, edgecolor=palette.PAPER
        )
        ax.add_patch(patch)
        texts = (f'{interval["emotion"]} {interval["score"]:.2f}', interval['emotion'])
        inches = length / (high - low) * width
        text = next((t for t in texts if text_width([t], style.FONT) < inches), None)
        if text:
            ax.text(start + length / 2, 0.46, text, color=ink_on(color), **middle)
    if not track['intervals']:
        look = dict(color=FAINT, backgroundcolor=palette.PAPER)
        ax.text((low + high) / 2, 0.46, 'none', **middle, **look)


def draw_face(ax: Axes, series: TrackSeries) -> None:
    """Draws detected frames filled, and interpolated ones hatched."""
    _bare(ax, 'face')
    found = dict(facecolor=FAINT, edgecolor='none')
    guessed = dict(facecolor=palette.PAPER, edgecolor=FAINT, hatch='/////', linewidth=0)
    for among, look in (
        (~series.interpolated, found),
        (series.interpolated, guessed),
    ):
        for start, end in series.spans(among):
            ax.add_patch(Rectangle((start, 0), end - start, 1, **look))


def draw_clock(ax: Axes, series: TrackSeries, most: int) -> None:
    """Writes times below the axes, up to a largest number."""
    length = series.end - series.start
    step = next(s for s in (*_SECONDS, *_HOURS) if length / s <= most)
    digits = 1 if step < 1 else 0
    ax.xaxis.set_major_locator(MultipleLocator(step))
    ax.xaxis.set_major_formatter(
        FuncFormatter(lambda seconds, _: clock_text(max(seconds, 0), digits))
    )
    ax.tick_params(axis='x', labelsize=style.FONT, length=3, pad=2)


def _bare(ax: Axes, name: str) -> None:
    """Removes everything except the name on the left."""
    ax.set_xticks([])
    ax.set_yticks([])
    ax.set_ylim(0, 1)
    ax.spines[:].set_visible(False)
    style.write_left(ax, name, 0.5, (-5, 0), 'center')
