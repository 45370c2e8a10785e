"""One colour for each emotion, the same in every picture of every model."""

from collections.abc import Sequence

from ...labels.expression_names import same_expression
from ..palette import EMOTIONS, GREY, NEUTRAL


def class_colors(classes: Sequence[str]) -> list[str]:
    """Returns a colour for each class; the names of an emotion share its colour.

    Unknown names get the remaining colours, in the order of the alphabet. If no colour
    remains, they are grey.
    """
    names = [same_expression(name) for name in classes]
    left = [color for name, color in EMOTIONS.items() if name not in names]
    left = iter(color for color in left if color != NEUTRAL)
    others = sorted(set(names) - EMOTIONS.keys())
    colors = EMOTIONS | {name: next(left, GREY) for name in others}
    return [colors[name] for name in names]
