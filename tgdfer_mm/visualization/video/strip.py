"""The most relevant frames of a track, drawn above their times."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import ConnectionPatch

from ...video.clock import clock
from ..palette import BLUE, GREY, PAPER
from ..style import FONT
from .series import TrackSeries

BELOW = 0.42  # inches below a picture, for its time and its line
MARGIN = 0.08


def draw_frames(
    ax: Axes,
    relevance: Axes,
    series: TrackSeries,
    picked: Sequence[int],
    thumbnails: Mapping[int, np.ndarray],
) -> None:
    """Draws pictures, each with a line to its point of the relevance curve.

    Args:
        ax: Axes for the pictures; `BELOW` higher than a picture.
        relevance: Axes of the curve, on the same horizontal scale.
        series: The track.
        picked: Positions of the frames, ascending.
        thumbnails: Their pictures by position.
    """
    size = ax.get_window_extent()
    width, height = size.width / ax.figure.dpi, size.height / ax.figure.dpi
    per_inch = (series.end - series.start) / width
    side = height - BELOW - 0.03
    moments = series.time[list(picked)] + series.frame_step / 2
    inches = (moments - series.start) / per_inch
    places = spread(inches, side + MARGIN, -MARGIN / 2, width + MARGIN / 2)
    for p, moment, place in zip(picked, moments, places, strict=True):
        middle = series.start + place * per_inch
        half = side / 2 * per_inch
        place = (middle - half, middle + half, BELOW, BELOW + side)
        look = dict(aspect='auto', interpolation='antialiased')
        ax.imshow(thumbnails[p], extent=place, **look)
        time = clock(series.time[p], series.end)
        ax.text(middle, BELOW - 0.05, time, ha='center', va='top', fontsize=FONT)
        top, point = (middle, BELOW - 0.22), (moment, series.relevance[p])
        ends = dict(axesA=ax, axesB=relevance, color=GREY, linewidth=0.8)
        ax.figure.add_artist(ConnectionPatch(top, point, 'data', 'data', **ends))
        look = dict(color=BLUE, markeredgecolor=PAPER, markersize=6)
        relevance.plot(*point, 'o', **look, clip_on=False, zorder=5)
    ax.set(xlim=(series.start, series.end), ylim=(0, height), xticks=[], yticks=[])
    ax.spines[:].set_visible(False)


def spread(wanted: np.ndarray, width: float, low: float, high: float) -> np.ndarray:
    """Places boxes next to one another, near their wanted places.

    Args:
        wanted: Wanted middles, ascending.
        width: Width of each box.
        low: Smallest start of the first box.
        high: Largest end of the last box; all boxes must fit into `high - low`.
    """
    places = np.clip(wanted, low + width / 2, high - width / 2)
    for i in range(1, len(places)):
        places[i] = max(places[i], places[i - 1] + width)
    if len(places):
        places[-1] = min(places[-1], high - width / 2)
    for i in reversed(range(len(places) - 1)):
        places[i] = min(places[i], places[i + 1] - width)
    return places
