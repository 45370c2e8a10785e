"""Depthwise convolutions at several dilations, and relations to all instances."""

import torch
from torch import Tensor, nn

from ...registry import TEMPORAL
from ..functional import relate_all
from ..layers.zero_start import zero_linear
from .temporal_network import TemporalNetwork


@TEMPORAL.register_module(name='multi_grained')
class MultiGrainedTemporal(TemporalNetwork):
    """The default multi-grained temporal network [paper; form from RTFM].

    Short-term facial dynamics: the channels are divided among the dilations, and a
    depthwise convolution over time has the dilation of each part. Long-range emotional
    flow: one more part relates every instance to all others. [paper: short and long;
    dilations and the relations from RTFM, see :class:`.MultiScaleTemporal`; depthwise a
    choice: it has two thirds of the weights of RTFM's network, and trainings on drawn
    clips showed no difference, docs/evidence.md].

    Args:
        dim: D; must be divisible by ``len(dilations) + 1``.
        dilations: Dilations, in instances; each has one convolution of width 3.
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
