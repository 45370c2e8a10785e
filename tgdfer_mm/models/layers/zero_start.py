"""Layers that start at zero, so that what they are added to starts as it is."""

from open_clip.transformer import QuickGELU
from torch import nn


def zero_linear(inputs: int, outputs: int) -> nn.Linear:
    """A linear layer that starts at zero."""
    layer = nn.Linear(inputs, outputs)
    nn.init.zeros_(layer.weight)
    nn.init.zeros_(layer.bias)
    return layer


def zero_ffn(dim: int, ratio: int = 4) -> nn.Sequential:
    """Two linear layers, ``ratio`` times as wide between them, that start at zero."""
    # open_clip's activation: FastQuickGELU rounds differently, which changes results.
    return nn.Sequential(
        nn.Linear(dim, ratio * dim), QuickGELU(), zero_linear(ratio * dim, dim)
    )
