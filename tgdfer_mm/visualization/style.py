"""Parts of all pictures: a canvas, the size of letters, axes, bars."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from .palette import FAINT, INK, PAPER, SHADE

if TYPE_CHECKING:  # matplotlib is imported only when a picture is drawn
    from matplotlib.axes import Axes
    from matplotlib.text import Text

FONT, SMALL = 9, 8  # points; no text is smaller
# Styles of a uniform share, and of parts without a value: padding, a lost face.
UNIFORM = dict(color=FAINT, linewidth=1.2, linestyle=':', zorder=1)
HATCHED = dict(facecolor=SHADE, edgecolor=PAPER, hatch='//', linewidth=0)

CHAR_WIDTH = 0.6  # mean width of a letter, in font sizes; rather wide for DejaVu Sans


class Sheet:
    """A figure whose parts are placed in inches from the upper left corner.

    Args:
        width: Width in inches.
        height: Height in inches.
    """

    def __init__(self, width: float, height: float) -> None:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        self.width, self.height = width, height
        self.figure = Figure(figsize=(width, height), dpi=120, facecolor=PAPER)
        FigureCanvasAgg(self.figure)

    def axes(self, left: float, top: float, width: float, height: float) -> Axes:
        """Adds axes whose data area is the given rectangle."""
        corner = (left / self.width, 1 - (top + height) / self.height)
        size = (width / self.width, height / self.height)
        return self.figure.add_axes((*corner, *size))

    def text(self, left: float, top: float, text: str, **kwargs) -> None:
        """Adds text whose upper left corner is at the given place."""
        kwargs = dict(ha='left', va='top', color=INK) | kwargs
        self.figure.text(left / self.width, 1 - top / self.height, text, **kwargs)


def text_width(texts: Iterable[str], font_size: float) -> float:
    """Room for the longest of some texts, in inches."""
    return max(map(len, texts), default=0) * CHAR_WIDTH * font_size / 72


def set_up_curve(ax: Axes, name: str) -> None:
    """Formats axes for a curve, without times below it."""
    ax.set_xticks([])
    ax.set_ylabel(name, fontsize=FONT)
    ax.tick_params(labelsize=FONT - 1)
    ax.spines[['top', 'right']].set_visible(False)


def write_left(ax: Axes, name: str, y: float, shift: tuple[float, float], va: str):
    """Writes the name of a row at its left, without an axis; `shift` is in points."""
    places = dict(xycoords='axes fraction', textcoords='offset points')
    ax.annotate(name, (0, y), shift, ha='right', va=va, fontsize=FONT, **places)


def draw_bars(
    ax: Axes,
    names: Sequence[str],
    values: Sequence[float],
    colors: Sequence[str],
    title: str,
    height: float,
) -> list[tuple[Text, Text]]:
    """Draws class scores as bars, one below the other, each with its value.

    Returns:
        The texts of each bar: its name and its value.
    """
    rows = range(len(names))
    ax.barh(rows, values, height, color=colors)
    look = dict(textcoords='offset points', va='center', fontsize=FONT)
    written = [
        ax.annotate(f'{value:.2f}', (max(value, 0.0), row), (3, 0), **look)
        for row, value in zip(rows, values, strict=True)
    ]
    ax.set_ylim(len(rows) - 0.5, -0.5)
    ax.set_xticks([])
    ax.set_yticks(rows, names, fontsize=FONT)
    ax.tick_params(length=0)
    ax.set_title(title, fontsize=FONT, pad=4, loc='left')
    return list(zip(ax.get_yticklabels(), written, strict=True))
