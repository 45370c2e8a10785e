"""The colours of all pictures, and how light each is.

An emotion of :data:`EMOTIONS` has the same colour in every picture. The seven basic
emotions differ in lightness, so that they can be told apart in grey. Lines differ by
their marks as well. The other colours have no fixed meaning.
"""

# From the palette of Okabe and Ito, made for colour-blind readers.
BLUE, VERMILION, GREEN, GREY = '#0072B2', '#D55E00', '#00795A', '#8C8C8C'
INK, PAPER, SHADE = '#222222', '#FFFFFF', '#E6E6E6'
FAINT = '#595959'  # words that matter less, dark enough to be read
SKY, AMBER = '#9CCBE8', '#F3B65F'  # grounds that dark words stand on

NEUTRAL = '#C4C4C4'
# One colour an emotion. In grey those of the seven basic ones are seven steps.
EMOTIONS = {
    'disgust': '#F0E442',
    'neutral': NEUTRAL,
    'happy': '#E69F00',
    'angry': '#3D9CD6',
    'surprise': VERMILION,
    'fear': GREEN,
    'sad': '#00558C',
    'disappointment': '#5FB3A3',
    'contempt': '#7A2A5C',
    'anxiety': '#332288',
    'helplessness': '#1E1440',
}
# Lines that are drawn over one another: each is also told by its mark and its dashes.
LINES = tuple(
    dict(color=color, marker=marker, linestyle=dashes)
    for color, marker, dashes in (
        (VERMILION, 'o', '-'),
        (BLUE, 's', '-'),
        (GREEN, '^', '-'),
        (GREY, 'D', '-'),
        (INK, 'v', '-'),
        (VERMILION, 'P', '--'),
        (BLUE, 'X', '--'),
        (GREEN, '*', '--'),
    )
)


def luminance(color: str) -> float:
    """How much light a colour gives, from 0 (black) to 1 (white) [from WCAG]."""
    channels = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def lightness(color: str) -> float:
    """How light a colour looks, L* from 0 (black) to 100 (white) [from CIELAB]."""
    y = luminance(color)
    return 116 * y ** (1 / 3) - 16 if y > 216 / 24389 else y * 24389 / 27


def contrast(one: str, other: str) -> float:
    """The contrast of two colours, from 1 (none) to 21 [from WCAG]."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def ink_on(color: str) -> str:
    """Returns black or white, whichever reads better on a colour."""
    return max(('black', 'white'), key=lambda ink: contrast(_HEX[ink], color))


_HEX = dict(black='#000000', white='#FFFFFF')
