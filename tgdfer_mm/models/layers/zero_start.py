"""Layers that start at zero, so that adding their output changes nothing at first."""

from open_clip.transformer import QuickGELU
from torch import nn


def zero_linear(inputs: int, outputs: int) -> nn.Linear:
    """A linear layer whose weights start at zero."""
    layer = nn.Linear(inputs, outputs)
    nn.init.zeros_(layer.weight)
    nn.init.zeros_(layer.bias)
    return layer


def zero_ffn(dim: int, ratio: int = 4) -> nn.Sequential:
    """An MLP of ``ratio`` times the width whose output starts at zero."""
    # open_clip's own activation, because FastQuickGELU rounds differently.
    return nn.Sequential(
        nn.Linear(dim, ratio * dim), QuickGELU(), zero_linear(ratio * dim, dim)
    )
