"""What all pictures share: colours that colour-blind readers tell apart, a canvas."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # matplotlib is imported once a picture is drawn
    from matplotlib.axes import Axes

# From the palette of Okabe and Ito, made for colour-blind readers.
BLUE, VERMILION, GREEN, GREY = '#0072B2', '#D55E00', '#00795A', '#8C8C8C'
INK, PAPER, SHADE = '#222222', 'white', '#E6E6E6'

CHAR_WIDTH = 0.6  # of the font size, on the wide side for DejaVu Sans


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
        return self.figure.add_axes(
            (
                left / self.width,
                1 - (top + height) / self.height,
                width / self.width,
                height / self.height,
            )
        )

    def text(self, left: float, top: float, text: str, **kwargs) -> None:
        """Adds text whose upper left corner is at the given place."""
        kwargs = dict(ha='left', va='top', color=INK) | kwargs
        self.figure.text(left / self.width, 1 - top / self.height, text, **kwargs)


def text_width(texts: Iterable[str], font_size: float) -> float:
    """Room for the longest of some texts, in inches."""
    return max(map(len, texts), default=0) * CHAR_WIDTH * font_size / 72
