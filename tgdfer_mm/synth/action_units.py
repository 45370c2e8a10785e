"""FACS action units, and their combinations for the seven emotions."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

# The units that the renderer draws. AU45 (blink) is not a part of any emotion.
ACTION_UNITS = (
    'AU1', 'AU2', 'AU4', 'AU5', 'AU6', 'AU7', 'AU9', 'AU10', 'AU12', 'AU15',
    'AU16', 'AU17', 'AU20', 'AU23', 'AU24', 'AU25', 'AU26', 'AU27', 'AU45',
)  # fmt: skip

Units = dict[str, float]


@cache
def emotion_prototypes() -> dict[str, tuple[Units, ...]]:
    """Read the action units of each emotion's variants, by DFEW's class names."""
    path = Path(__file__).with_name('emotions.json')
    classes = json.loads(path.read_text(encoding='utf-8'))['classes']
    return {name: tuple(variants) for name, variants in classes.items()}


def check_units(units: Mapping[str, float]) -> None:
    """Raise ValueError for a unit that is not drawn or an activation outside 0..1."""
    for name, value in units.items():
        if name not in ACTION_UNITS:
            raise ValueError(f'{name!r} is not drawn; known: {", ".join(ACTION_UNITS)}')
        if not 0.0 <= value <= 1.0:
            raise ValueError(f'{name} is {value}; activations are between 0 and 1')


def scale_units(units: Mapping[str, float], factor: float) -> Units:
    """Weaken or strengthen a movement, within 0..1."""
    return {name: min(1.0, max(0.0, v * factor)) for name, v in units.items()}


def blend_units(*movements: Mapping[str, float]) -> Units:
    """Join simultaneous movements: the stronger activation of a unit counts."""
    joined: Units = {}
    for units in movements:
        for name, value in units.items():
            joined[name] = max(joined.get(name, 0.0), value)
    return joined
