"""The true action units of drawn clips, in the form of measured values."""

from ..movements.values import UnitValues
from .action_units import ACTION_UNITS
from .clips import Clip


def true_values(clip: Clip) -> UnitValues:
    """The activations of all units that the renderer draws, in every frame."""
    rest = dict.fromkeys(ACTION_UNITS, 0.0)
    return UnitValues.of_frames(rest | clip.units(i) for i in range(len(clip)))
