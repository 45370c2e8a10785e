"""Cross-attention from instances to the words of a description, with a gate."""

import torch.nn.functional as F
from torch import Tensor, nn

from ..functional import masked_softmax
from .scalar import scalar


class DescriptionAttention(nn.Module):
    """Gated cross-attention from instances to the words of a description [choice].

    ``x'_i = x_i + gate * L2norm(attention(x_i, words))``, where the gate is one number
    that starts at zero. The addition has unit length, as the instances have, so that
    the gate is the weight of the words relative to the frame. Where there are no words,
    nothing is added.

    Args:
        dim: D, the width of the instances.
        text_dim: W, the width of the words.
        heads: Attention heads; must divide D.

    Raises:
        ValueError: If the heads do not divide D.
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
        self.out = nn.Linear(dim, dim, bias=False)  # no words, no addition
        self.gate = nn.Parameter(scalar(0.0))

    def forward(self, x: Tensor, words: Tensor, mask: Tensor, place: Tensor) -> Tensor:
        """The instances, with the attended words added.

        Args:
            x: (N, M, D).
            words: Word features of U texts, (U, L, W).
            mask: True where a place holds a word, (U, L).
            place: Indices of the texts for each clip, (N, Q, R): the instances are
                divided into Q equal runs, and each run reads R texts.

        Returns:
            (N, M, D).
        """
        n, runs, texts = place.shape
        words = self.text_norm(words)
        q = self._heads(self.query(self.norm(x)).reshape(n * runs, -1, x.shape[-1]))
        rows = place.reshape(n * runs, texts)
        # Projected once for each text, then copied to the clips that have it.
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
