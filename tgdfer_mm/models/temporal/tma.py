"""S2D's temporal-modelling adapter: attention and an MLP in bottlenecks."""

import torch.nn.functional as F
from torch import Tensor, nn

from ...registry import TEMPORAL
from ..functional import attend
from ..layers.zero_start import zero_linear
from .temporal_network import TemporalNetwork


@TEMPORAL.register_module(name='tma')
class TemporalAdapter(TemporalNetwork):
    """The temporal-modelling adapter: attention and MLP in bottlenecks [from S2D].

    ``A(x)`` projects to ``ratio * D`` channels, attends over the instances there, and
    projects back; a bottleneck MLP on ``LN(x + A(x))`` follows. Both projections back
    start at zero, so that ``H = X`` at the start, as the authors intend. The positional
    codes are those of all networks here.

    It is used as a head's temporal network, and before the blocks of an image tower by
    :class:`~tgdfer_mm.models.backbones.ViTTemporalAdapter`.

    Args:
        dim: D.
        ratio: Width of the bottleneck, divided by D.
        heads: Attention heads; must divide the bottleneck.
        max_instances: See :class:`TemporalNetwork`.

    Raises:
        ValueError: If the heads do not divide the bottleneck.
    """

    def __init__(
        self, dim: int, ratio: float = 0.25, heads: int = 8, max_instances: int = 16
    ) -> None:
        super().__init__(dim, max_instances)
        narrow = int(dim * ratio)
        if not narrow or narrow % heads:
            raise ValueError(
                f'heads={heads} does not divide the bottleneck of {narrow}'
            )
        self.heads = heads
        self.down = nn.Linear(dim, narrow)
        self.qkv = nn.Linear(narrow, 3 * narrow)
        self.mix = nn.Linear(narrow, narrow)
        self.up = zero_linear(narrow, dim)
        self.norm = nn.LayerNorm(dim)
        self.mlp_down = nn.Linear(dim, narrow)
        self.mlp_up = zero_linear(narrow, dim)

    def branches(self, x: Tensor, mask: Tensor) -> Tensor:
        n, m, _ = x.shape
        qkv = self.qkv(self.down(x)).view(n, m, 3, self.heads, -1)
        attended = attend(*qkv.permute(2, 0, 3, 1, 4), mask).transpose(1, 2).flatten(2)
        added = self.up(self.mix(attended))
        hidden = F.gelu(self.mlp_down(self.norm(x + added)))
        return added + self.mlp_up(hidden)
