"""One colour for each emotion, the same in every picture of every model."""

from collections.abc import Sequence

from ...labels.expression_names import same_expression
from ..style import BLUE, GREY, VERMILION

NEUTRAL = '#C4C4C4'
# Okabe and Ito's colours, then three of Tol's that differ clearly from them.
_COLORS = {
    'neutral': NEUTRAL,
    'happy': '#E69F00',
    'sad': BLUE,
    'angry': '#56B4E9',
    'surprise': VERMILION,
    'disgust': '#F0E442',
    'fear': '#009E73',
    'contempt': '#CC79A7',
    'anxiety': '#882255',
    'helplessness': '#332288',
    'disappointment': '#44AA99',
}


def class_colors(classes: Sequence[str]) -> list[str]:
    """Returns a colour for each class; the names of an emotion share its colour.

    Unknown names get the remaining colours, in the order of the alphabet. If no colour
    remains, they are grey.
    """
    names = [same_expression(name) for name in classes]
    left = [color for name, color in _COLORS.items() if name not in names]
    left = iter(color for color in left if color != NEUTRAL)
    others = sorted(set(names) - _COLORS.keys())
    colors = _COLORS | {name: next(left, GREY) for name in others}
    return [colors[name] for name in names]


def ink_on(color: str) -> str:
    """Returns black or white, whichever reads better on a colour."""
    channels = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels
    ]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    # At this luminance the contrast ratios of WCAG with black and white are equal.
    return 'black' if luminance > 0.179 else 'white'
