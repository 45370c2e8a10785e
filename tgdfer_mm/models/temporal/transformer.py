"""One plain transformer layer, the baseline of the other temporal networks."""

from torch import Tensor, nn

from ...registry import TEMPORAL
from ..layers.attention import SelfAttention
from ..layers.zero_start import zero_linear
from .temporal_network import TemporalNetwork


@TEMPORAL.register_module(name='transformer')
class TransformerTemporal(TemporalNetwork):
    """One pre-norm transformer layer over the whole bag [from DFER-CLIP].

    Args:
        dim: D.
        heads: Attention heads.
        mlp_ratio: Hidden width of the MLP, divided by D.
        max_instances: See :class:`TemporalNetwork`.
    """

    def __init__(
        self, dim: int, heads: int = 8, mlp_ratio: int = 2, max_instances: int = 16
    ) -> None:
        super().__init__(dim, max_instances)
        self.attention = SelfAttention(dim, heads)
        self.mlp = nn.Sequential(
            nn.LayerNorm(dim),
            nn.Linear(dim, mlp_ratio * dim),
            nn.GELU(),
            zero_linear(mlp_ratio * dim, dim),
        )

    def branches(self, x: Tensor, mask: Tensor) -> Tensor:
        attended = self.attention(x, mask)
        return attended + self.mlp(x + attended)
