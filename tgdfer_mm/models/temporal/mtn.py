"""Dilated convolutions at three scales, and a non-local block."""

import torch
from torch import Tensor, nn

from ...registry import TEMPORAL
from ..functional import relate_all
from ..layers.zero_start import zero_linear
from .temporal_network import TemporalNetwork


@TEMPORAL.register_module(name='mtn')
class MultiScaleTemporal(TemporalNetwork):
    """RTFM's multi-scale network: dilated Conv1d and a non-local block [from RTFM].

    The dilated convolutions cover short spans, the non-local block long ones. Each
    gives a quarter of the width; they are concatenated and projected. Layer norm
    replaces RTFM's batch norm, so that a bag's result does not depend on other bags
    [choice].

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
        self.convs = nn.ModuleList(
            nn.Conv1d(dim, part, 3, padding=d, dilation=d) for d in dilations
        )
        self.query_key_value = nn.Linear(dim, 3 * part)
        self.out = nn.Sequential(
            nn.GELU(), zero_linear(part * (len(dilations) + 1), dim)
        )

    def branches(self, x: Tensor, mask: Tensor) -> Tensor:
        x = self.norm(x) * mask[..., None]  # padding must not leak through the kernels
        short = [conv(x.transpose(1, 2)).transpose(1, 2) for conv in self.convs]
        long = relate_all(*self.query_key_value(x).chunk(3, dim=-1), mask)
        return self.out(torch.cat([*short, long], dim=-1))
