"""A causal text tower for texts of different lengths, without padding."""

from collections.abc import Iterable

import torch
from torch import Tensor, nn


class PackedTexts:
    """The places of the tokens of N texts in R rows.

    The texts are next to each other. All begin with the same token. In a causal tower
    its features do not depend on other tokens, so that the first row is used for all
    texts.

    Args:
        ends: Places of the texts' last tokens, (N,).
        size: L, the places of a text with padding.
        device: Device of the texts.

    Attributes:
        valid: True where a place holds a token, (N, L).
        ends: Rows of the last tokens, (N,).
    """

    def __init__(self, ends: Tensor, size: int, device: torch.device) -> None:
        ends = ends[:, None]
        valid = torch.arange(size) <= ends
        own = valid.clone()
        own[1:, 0] = False
        # Padding reads the first row: it comes after all tokens that a text reads.
        rows = torch.zeros(own.shape, dtype=torch.long)
        rows[own] = torch.arange(int(own.sum()))
        self.valid = valid.to(device)
        self.ends = rows.gather(1, ends)[:, 0].to(device)
        self._rows = rows.to(device)
        self._places = own.flatten().nonzero()[:, 0].to(device)

    def pack(self, x: Tensor) -> Tensor:
        """(N, L, D) -> (R, D); the first token is that of the first text."""
        return x.flatten(0, 1).index_select(0, self._places)

    def pad(self, x: Tensor) -> Tensor:
        """(R, D) -> (N, L, D)."""
        padded = x.index_select(0, self._rows.flatten())
        return padded.unflatten(0, self._rows.shape)


def encode_ends(blocks: Iterable[nn.Module], x: Tensor, ends: Tensor) -> Tensor:
    """The output of causal blocks at the texts' last tokens.

    Padding is computed in the attention alone, and the last block computes only the
    rows that are read. This saves a sixth of the time of CLIP's text tower with our
    class prompts. The blocks' layers are called and not the blocks, so that hooks on
    blocks have no effect.

    Args:
        blocks: Blocks of open_clip, with a
            :class:`~tgdfer_mm.models.vision_language.fast_layers.FastSelfAttention`.
        x: Embedded tokens (N, L, D). The first of all texts must be the same.
        ends: Places of the texts' last tokens, (N,), on the CPU.

    Returns:
        (N, D).
    """
    texts = PackedTexts(ends, x.shape[1], x.device)
    x = texts.pack(x)
    *others, last = blocks
    for block in others:
        x = x + block.ls_1(block.attn.packed(block.ln_1(x), texts))
        x = x + block.ls_2(block.mlp(block.ln_2(x)))
    x = x[texts.ends] + last.ls_1(last.attn.packed_ends(last.ln_1(x), texts))
    return x + last.ls_2(last.mlp(last.ln_2(x)))
