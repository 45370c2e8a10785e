"""A transformer layer as in the related methods' own code."""

from torch import Tensor, nn


class PreNormLayer(nn.Module):
    """Pre-norm attention, whose heads need not add up to the width, and a network.

    Args:
        dim: Width.
        heads: Attention heads.
        head_dim: Width of a head.
        mlp_dim: Hidden width of the network.
    """

    def __init__(self, dim: int, heads: int, head_dim: int, mlp_dim: int) -> None:
        super().__init__()
        self.heads = heads
        self.norm = nn.LayerNorm(dim)
        self.qkv = nn.Linear(dim, 3 * heads * head_dim, bias=False)
        self.out = nn.Linear(heads * head_dim, dim)
        self.mlp = nn.Sequential(
            nn.LayerNorm(dim),
            nn.Linear(dim, mlp_dim),
            nn.GELU(approximate='tanh'),
            nn.Linear(mlp_dim, dim),
        )

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """(N, L, D) -> (N, L, D), and the mean attention of the heads (N, L, L)."""
        n, length, _ = x.shape
        qkv = self.qkv(self.norm(x)).view(n, length, 3, self.heads, -1)
        q, k, v = qkv.permute(2, 0, 3, 1, 4)
        shares = (q @ k.transpose(-1, -2) * q.shape[-1] ** -0.5).softmax(-1)
        x = x + self.out((shares @ v).transpose(1, 2).flatten(2))
        return x + self.mlp(x), shares.mean(1)
