"""Attention in local windows of several sizes, and relations over the whole bag."""

import torch
import torch.nn.functional as F
from open_clip.transformer import QuickGELU
from torch import Tensor, nn

from ...registry import TEMPORAL
from ..functional import attend_in_windows, masked_softmax
from ..layers.attention import SelfAttention
from ..layers.scalar import scalar
from ..layers.zero_start import zero_linear
from .temporal_network import TemporalNetwork


@TEMPORAL.register_module(name='lgt')
class LocalGlobalTemporal(TemporalNetwork):
    """Windows of several sizes and a global branch [paper; form from VadCLIP].

    Short-term facial dynamics: attention inside non-overlapping windows, one result
    for each window size, mixed by learned softmax weights. Long-range emotional flow:
    relations between all instances by similarity and by distance in time.
    [paper: short and long; form from VadCLIP; several sizes that share one set of
    projections a choice].

    Args:
        dim: D.
        windows: Window sizes, in instances.
        heads: Attention heads.
        max_instances: See :class:`TemporalNetwork`.
    """

    def __init__(
        self,
        dim: int,
        windows: tuple[int, ...] = (2, 4, 8),
        heads: int = 8,
        max_instances: int = 16,
    ) -> None:
        super().__init__(dim, max_instances)
        self.windows = tuple(windows)
        self.short = SelfAttention(dim, heads)
        self.window_logits = nn.Parameter(
            torch.zeros(len(self.windows)), requires_grad=len(self.windows) > 1
        )
        self.long = RelationBranch(dim)

    def branches(self, x: Tensor, mask: Tensor) -> Tensor:
        shares = self.window_logits.softmax(0)
        short = attend_in_windows(*self.short.project(x), mask, self.windows, shares)
        return self.short.out(self.short.merge(short)) + self.long(x, mask)


class RelationBranch(nn.Module):
    """Relations of all pairs of instances, by similarity and distance in time.

    Half of the values are mixed by softmax(10 cos(x_i, x_j)), half by softmax(-r |i -
    j|), with a trained r [from VadCLIP's two graphs; the form of both a choice].

    Args:
        dim: D; must be even.
    """

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(dim)
        self.value = nn.Linear(dim, dim)
        self.log_decay = nn.Parameter(scalar(-1.0))
        self.act = QuickGELU()
        self.out = zero_linear(dim, dim)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        x = self.norm(x)
        unit = F.normalize(x, dim=-1)
        place = torch.arange(x.shape[1], device=x.device, dtype=x.dtype)
        distance = (place[:, None] - place).abs()
        keys = mask[:, None]
        alike = masked_softmax(10 * unit @ unit.transpose(1, 2), keys, dim=-1)
        near = masked_softmax(-self.log_decay.exp() * distance[None], keys, dim=-1)
        by_similarity, by_distance = self.value(x).chunk(2, dim=-1)
        related = torch.cat([alike @ by_similarity, near @ by_distance], dim=-1)
        return self.out(self.act(related))
