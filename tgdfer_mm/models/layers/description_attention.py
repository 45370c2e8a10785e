"""Instances that read the words of a description, through a gate that starts shut."""

import torch.nn.functional as F
from torch import Tensor, nn

from ..functional import masked_softmax
from .scalar import scalar


class DescriptionAttention(nn.Module):
    """Cross-attention from instances to the words of a description, at one depth.

    ``x'_i = x_i + gate * L2norm(attention(x_i, words))``, with a gate of one number
    that starts at zero [choice]. What is read has unit length, as the instances have,
    so that the gate says how much the words count next to the frame. Where there are
    no words nothing is added.

    Args:
        dim: D, the width of the instances.
        text_dim: W, that of the words.
        heads: Attention heads; must divide D.

    Raises:
        ValueError: The heads do not divide D.
    """

    def __init__(self, dim: int, text_dim: int, heads: int) -> None:
        super().__init__()
        if dim % heads:
            raise ValueError(f'heads={heads} does not divide the width {dim}')
        self.heads = heads
        self.norm = nn.LayerNorm(dim)
        self.text_norm = nn.LayerNorm(text_dim)
        self.query = nn.Linear(dim, dim)
        self.key = nn.Linear(text_dim, dim)
        self.value = nn.Linear(text_dim, dim)
        self.out = nn.Linear(dim, dim, bias=False)  # nothing read, nothing added
        self.gate = nn.Parameter(scalar(0.0))

    def forward(self, x: Tensor, words: Tensor, mask: Tensor, place: Tensor) -> Tensor:
        """The instances with what they read.

        Args:
            x: (N, M, D).
            words: Of U texts, (U, L, W).
            mask: Which places hold a word, (U, L).
            place: Which texts a clip's instances read, (N, Q, R): the instances in Q
                equal runs, each of which reads R texts.

        Returns:
            (N, M, D).
        """
        n, runs, texts = place.shape
        words = self.text_norm(words)
        q = self._heads(self.query(self.norm(x)).reshape(n * runs, -1, x.shape[-1]))
        rows = place.reshape(n * runs, texts)
        # Projected once for each text, then laid out for the clips that have it.
        k, v = (
            self._heads(layer(words)[rows].flatten(1, 2))
            for layer in (self.key, self.value)
        )
        scores = q @ k.transpose(-1, -2) * q.shape[-1] ** -0.5
        known = mask[rows].flatten(1, 2)
        shares = masked_softmax(scores, known[:, None, None], -1)
        read = self.out((shares @ v).transpose(1, 2).flatten(2))
        return x + self.gate * F.normalize(read, dim=-1).view_as(x)

    def _heads(self, x: Tensor) -> Tensor:
        """(B, L, D) -> (B, heads, L, D / heads)."""
        return x.unflatten(-1, (self.heads, -1)).transpose(1, 2)
