"""Convolutions at several grains, each channel by itself, and relations to all."""

import torch
from torch import Tensor, nn

from ...registry import TEMPORAL
from ..functional import relate_all
from ..layers.zero_start import zero_linear
from .temporal_network import TemporalNetwork


@TEMPORAL.register_module(name='multi_grained')
class MultiGrainedTemporal(TemporalNetwork):
    """The default: dilated depthwise convolutions for short spans, relations for long.

    Short-term facial dynamics: the width is divided among the dilations, and each
    channel is convolved over time by itself, at the grain of its part. Long-range
    emotional flow: one more part relates every instance to all. [paper: short and
    long; dilations and the relations from RTFM, see :class:`.MultiScaleTemporal`;
    depthwise a choice: it has two thirds of the weights of RTFM's, and no training on
    drawn clips tells the two apart, docs/evidence.md].

    Args:
        dim: D, divisible by ``len(dilations) + 1``.
        dilations: One convolution of width 3 each, in instances.
        max_instances: See :class:`TemporalNetwork`.
    """

    def __init__(
        self,
        dim: int,
        dilations: tuple[int, ...] = (1, 2, 4),
        max_instances: int = 16,
    ) -> None:
        super().__init__(dim, max_instances)
        part = dim // (len(dilations) + 1)
        self.norm = nn.LayerNorm(dim)
        self.down = nn.Linear(dim, part * len(dilations))
        self.convs = nn.ModuleList(
            nn.Conv1d(part, part, 3, padding=d, dilation=d, groups=part)
            for d in dilations
        )
        self.query_key_value = nn.Linear(dim, 3 * part)
        self.out = nn.Sequential(
            nn.GELU(), zero_linear(part * (len(dilations) + 1), dim)
        )

    def branches(self, x: Tensor, mask: Tensor) -> Tensor:
        x = self.norm(x)
        # Padding must not leak through the kernels.
        parts = (
            (self.down(x) * mask[..., None]).transpose(1, 2).chunk(len(self.convs), 1)
        )
        short = [
            conv(part).transpose(1, 2)
            for conv, part in zip(self.convs, parts, strict=True)
        ]
        long = relate_all(*self.query_key_value(x).chunk(3, dim=-1), mask)
        return self.out(torch.cat([*short, long], dim=-1))
