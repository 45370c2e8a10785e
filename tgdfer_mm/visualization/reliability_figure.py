"""A picture of calibration: predicted probabilities against accuracy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from .palette import FAINT, GREY, INK, SHADE, SKY
from .style import FONT, SMALL, Sheet

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_SIDE, _LEFT, _TOP, _BOTTOM, _GAP = 2.4, 0.6, 0.8, 0.85, 0.35


def draw_reliability(
    panels: Sequence[tuple[str, Sequence[dict]]], note: str = ''
) -> Figure:
    """Draws a panel for each set of scores, next to each other.

    A bar is the accuracy of the clips whose highest probability is in the bin. The mark
    is their mean probability. For a calibrated model the marks are at the ends of the
    bars, on the diagonal. The strip below a panel shows the number of clips in each
    bin.

    Args:
        panels: A title, and the bins from
            :func:`~tgdfer_mm.evaluation.temperature.reliability_bins`.
        note: Printed below.
    """
    width = _LEFT + len(panels) * (_SIDE + _GAP)
    sheet = Sheet(width, _TOP + _SIDE + 0.35 + _BOTTOM)
    title = 'Is the model right as often as it says?'
    sheet.text(0.1, 0.15, title, fontsize=13, fontweight='bold')
    for place, (title, bins) in enumerate(panels):
        left = _LEFT + place * (_SIDE + _GAP)
        axes = sheet.axes(left, _TOP, _SIDE, _SIDE)
        axes.set_title(title, fontsize=FONT, loc='left')
        axes.plot([0, 1], [0, 1], color=FAINT, linewidth=1.2, linestyle=':')
        strip = sheet.axes(left, _TOP + _SIDE + 0.05, _SIDE, 0.25)
        most = max((b['clips'] for b in bins), default=1)
        for b in bins:
            edges = dict(x=b['low'], width=b['high'] - b['low'], align='edge')
            axes.bar(
                height=b['accuracy'], color=SKY, edgecolor=INK, linewidth=0.5, **edges
            )
            middle = (b['low'] + b['high']) / 2
            axes.plot(
                *([middle, middle], [b['accuracy'], b['confidence']]),
                color=INK,
                linewidth=1.5,
            )
            axes.plot(middle, b['confidence'], marker='_', color=INK, ms=9, mew=2)
            strip.bar(height=b['clips'] / most, color=GREY, edgecolor=SHADE, **edges)
        axes.set_xlim(0, 1)
        axes.set_ylim(0, 1)
        axes.set_xticks([])
        axes.tick_params(labelsize=SMALL)
        if place:
            axes.set_yticklabels([])
        else:
            axes.set_ylabel('accuracy, 0–1', fontsize=FONT)
        strip.set_xlim(0, 1)
        strip.set_ylim(0, 1)
        strip.set_yticks([])
        strip.tick_params(labelsize=SMALL)
        strip.set_xlabel('highest probability, 0–1', fontsize=FONT)
    said = (
        'Bar: share of clips that are right. Dark mark: mean probability. '
        'Dots: where both agree. Grey: how many clips.'
    )
    below = sheet.height - 0.38
    sheet.text(0.1, below, f'{said}\n{note}', fontsize=SMALL, color=INK)
    return sheet.figure
