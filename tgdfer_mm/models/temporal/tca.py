"""Temporal context aggregation: one attention map for the bag and for windows."""

import torch
from torch import Tensor, nn

from ...registry import TEMPORAL
from ..functional import masked_softmax
from ..layers.attention import SelfAttention
from ..layers.scalar import scalar
from .temporal_network import TemporalNetwork


@TEMPORAL.register_module(name='tca')
class SharedMapTemporal(TemporalNetwork):
    """Full and windowed attention from one map, mixed by a scalar [from PEL4VAD].

    Args:
        dim: D.
        window: Number of instances on each side that windowed attention may read.
        heads: Attention heads.
        max_instances: See :class:`TemporalNetwork`.
    """

    def __init__(
        self, dim: int, window: int = 2, heads: int = 8, max_instances: int = 16
    ) -> None:
        super().__init__(dim, max_instances)
        self.window = window
        self.attention = SelfAttention(dim, heads)
        self.mix_logit = nn.Parameter(scalar(0.0))

    def branches(self, x: Tensor, mask: Tensor) -> Tensor:
        q, k, v = self.attention.project(x)
        scores = q @ k.transpose(-1, -2) / q.shape[-1] ** 0.5
        place = torch.arange(x.shape[1], device=x.device)
        near = (place[:, None] - place).abs() <= self.window
        keys = mask[:, None, None]
        full = masked_softmax(scores, keys, dim=-1) @ v
        local = masked_softmax(scores, keys & near, dim=-1) @ v
        mixed = torch.lerp(local, full, self.mix_logit.sigmoid())
        return self.attention.out(self.attention.merge(mixed))
