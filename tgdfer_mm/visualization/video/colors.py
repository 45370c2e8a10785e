"""One colour per emotion, the same in every picture of a result."""

from collections.abc import Sequence

from ..style import BLUE, GREY, VERMILION

NEUTRAL = '#C4C4C4'
# Okabe and Ito's colours, then three of Tol's that stay apart from them.
_PALETTE = (
    '#E69F00',
    BLUE,
    '#56B4E9',
    VERMILION,
    '#F0E442',
    '#009E73',
    '#CC79A7',
    '#882255',
    '#332288',
    '#44AA99',
)
_WITHOUT_DISPLAY = ('neutral', 'neutrality')


def class_colors(classes: Sequence[str]) -> list[str]:
    """Returns a colour for each class; neutral is grey, and so are those in excess."""
    palette = iter(_PALETTE)
    return [
        NEUTRAL if name.lower() in _WITHOUT_DISPLAY else next(palette, GREY)
        for name in classes
    ]


def ink_on(color: str) -> str:
    """Returns black or white, whichever reads better on a colour."""
    channels = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels
    ]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    # Where the contrast ratios of WCAG with black and with white are equal.
    return 'black' if luminance > 0.179 else 'white'
