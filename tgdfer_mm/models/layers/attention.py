"""Pre-norm self-attention."""

from torch import Tensor, nn

from ..functional import attend, masked_softmax
from .zero_start import zero_linear


class PreNormLayer(nn.Module):
    """A pre-norm transformer layer whose heads need not add up to the width.

    Args:
        dim: Width.
        heads: Attention heads.
        head_dim: Width of a head.
        mlp_dim: Hidden width of the MLP.
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

    def forward(self, x: Tensor, mask: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """The output for a sequence, and the attention.

        Args:
            x: (N, L, D).
            mask: True where a place may be attended to, (N, L); by default everywhere.

        Returns:
            (N, L, D), and the attention, averaged over the heads, (N, L, L).
        """
        n, length, _ = x.shape
        qkv = self.qkv(self.norm(x)).view(n, length, 3, self.heads, -1)
        q, k, v = qkv.permute(2, 0, 3, 1, 4)
        scores = q @ k.transpose(-1, -2) * q.shape[-1] ** -0.5
        if mask is None:
            shares = scores.softmax(-1)
        else:
            shares = masked_softmax(scores, mask[:, None, None], -1)
        x = x + self.out((shares @ v).transpose(1, 2).flatten(2))
        return x + self.mlp(x), shares.mean(1)


class SelfAttention(nn.Module):
    """Pre-norm multi-head attention whose output projection starts at zero.

    Args:
        dim: D.
        heads: Attention heads; must divide D.
    """

    def __init__(self, dim: int, heads: int = 8) -> None:
        super().__init__()
        if dim % heads:
            raise ValueError(f'heads={heads} does not divide the width {dim}')
        self.heads = heads
        self.norm = nn.LayerNorm(dim)
        self.qkv = nn.Linear(dim, 3 * dim)
        self.out = zero_linear(dim, dim)

    def project(self, x: Tensor) -> Tensor:
        """(N, M, D) -> queries, keys, values stacked: (3, N, heads, M, D / heads)."""
        n, m, d = x.shape
        qkv = self.qkv(self.norm(x)).view(n, m, 3, self.heads, d // self.heads)
        return qkv.permute(2, 0, 3, 1, 4)

    def merge(self, heads: Tensor) -> Tensor:
        """(N, heads, M, D / heads) -> (N, M, D)."""
        return heads.transpose(1, 2).flatten(2)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """Self-attention over all valid instances."""
        return self.out(self.merge(attend(*self.project(x), mask)))
