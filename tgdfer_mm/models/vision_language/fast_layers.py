"""Faster layers for open_clip's transformers, which need less memory.

They compute the same numbers up to rounding, and have the same parameters under the
same names.
"""

import torch
import torch.nn.functional as F
from open_clip import transformer
from torch import Tensor, nn
from torch.autograd.function import once_differentiable

from .packed_texts import PackedTexts

SCALE = 1.702


def use_fast_layers(model: nn.Module) -> None:
    """Replaces open_clip's layers by the faster ones in all blocks of a model."""
    for block in model.modules():
        if type(block) is transformer.ResidualAttentionBlock:
            block.attn = FastSelfAttention(block.attn)
            if type(block.mlp.gelu) is transformer.QuickGELU:
                block.mlp.gelu = FastQuickGELU(inplace=True)


def use_first_token(tower: transformer.VisionTransformer) -> None:
    """Makes the last block compute the class token alone, if only that is read."""
    blocks = tower.transformer.resblocks
    known = isinstance(getattr(blocks[-1], 'attn', None), FastSelfAttention)
    pooled = tower.attn_pool is not None or tower.pool_type != 'tok'
    if known and not pooled and not tower.output_tokens:
        blocks[-1] = FirstTokenBlock(blocks[-1])


class FastSelfAttention(nn.Module):
    """Self-attention, batch first, with the parameters of ``nn.MultiheadAttention``.

    torch's own layer copies queries, keys and values twice in each direction and fills
    three blocks of zeros in the backward pass.

    Args:
        attention: The layer whose parameters are used.

    Raises:
        ValueError: If the layer does not have the batch first.
    """

    def __init__(self, attention: nn.MultiheadAttention) -> None:
        super().__init__()
        if not attention.batch_first:
            raise ValueError('FastSelfAttention: batch_first=True is needed')
        self.num_heads = attention.num_heads
        self.in_proj_weight = attention.in_proj_weight
        self.in_proj_bias = attention.in_proj_bias
        self.out_proj = attention.out_proj

    def forward(
        self,
        query: Tensor,
        key: Tensor,
        value: Tensor,
        need_weights: bool = False,
        attn_mask: Tensor | None = None,
        first: bool = False,
    ) -> tuple[Tensor, None]:
        """(N, L, D) -> (N, L, D); query, key and value must be the same tensor.

        Args:
            query: The sequence, (N, L, D).
            key: The same tensor.
            value: The same tensor.
            need_weights: Must be False.
            attn_mask: Addition to the scores.
            first: Whether to return the first token's row alone, (N, 1, D); without a
                mask.

        Raises:
            ValueError: If key or value is another tensor, or weights are requested.
        """
        if key is not query or value is not query or need_weights:
            raise ValueError(
                'FastSelfAttention: query, key and value must be the same tensor, and '
                'need_weights must be False'
            )
        if first:
            q, rest = self._project_apart(query[:, :1], query)
            return self.out_proj(self._attend(q, *rest.chunk(2, dim=-1))), None
        qkv = F.linear(query, self.in_proj_weight, self.in_proj_bias).chunk(3, dim=-1)
        return self.out_proj(self._attend(*qkv, attn_mask=attn_mask)), None

    def packed(self, x: Tensor, texts: PackedTexts) -> Tensor:
        """(R, D) -> (R, D): tokens attend to themselves and earlier ones in a text."""
        qkv = F.linear(x, self.in_proj_weight, self.in_proj_bias)
        mixed = self._attend(*texts.pad(qkv).chunk(3, dim=-1), is_causal=True)
        return self.out_proj(texts.pack(mixed))

    def packed_ends(self, x: Tensor, texts: PackedTexts) -> Tensor:
        """(R, D) -> (N, D): the rows of ``packed`` at the texts' ends."""
        query, rest = self._project_apart(x[texts.ends, None], x)
        key, value = texts.pad(rest).chunk(2, dim=-1)
        mixed = self._attend(query, key, value, attn_mask=texts.valid[:, None, None])
        return self.out_proj(mixed[:, 0])

    def _project_apart(self, read: Tensor, x: Tensor) -> tuple[Tensor, Tensor]:
        """Queries of the tokens that are read; concatenated keys and values of all."""
        width = x.shape[-1]
        weight = self.in_proj_weight.split([width, 2 * width])
        bias = self.in_proj_bias.split([width, 2 * width])
        return F.linear(read, weight[0], bias[0]), F.linear(x, weight[1], bias[1])

    def _attend(self, *qkv: Tensor, **how) -> Tensor:
        q, k, v = (x.unflatten(-1, (self.num_heads, -1)).transpose(1, 2) for x in qkv)
        mixed = F.scaled_dot_product_attention(q, k, v, **how)
        return mixed.transpose(1, 2).flatten(2)


class FirstTokenBlock(nn.Module):
    """The last block of a tower of which only the first token is read.

    The other tokens are its keys and values; their queries and their MLP are not
    computed. This saves 7 % of a ViT-B's multiply-adds, forward and backward.

    Args:
        block: The block whose layers are used.
    """

    def __init__(self, block: transformer.ResidualAttentionBlock) -> None:
        super().__init__()
        for name, layer in block.named_children():
            setattr(self, name, layer)

    def forward(self, x: Tensor, *unused, attn_mask: None = None) -> Tensor:
        """(N, L, D) -> (N, 1, D)."""
        seen = self.ln_1(x)
        x = x[:, :1] + self.ls_1(self.attn(seen, seen, seen, first=True)[0])
        return x + self.ls_2(self.mlp(self.ln_2(x)))


class FastQuickGELU(nn.Module):
    """``x * sigmoid(1.702 x)`` [from CLIP], as ``silu(1.702 x) / 1.702``.

    Training stores one tensor for the backward pass instead of two, and that pass is
    one kernel. In float16 (not bfloat16), inputs above 38,000 overflow.
    ``torch.func.vmap`` is not supported.

    Args:
        inplace: Whether to overwrite the input where no gradient is needed.
    """

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()
        self.inplace = inplace

    def forward(self, x: Tensor) -> Tensor:
        """Applies the activation to a tensor of any shape."""
        if torch.is_grad_enabled() and x.requires_grad:
            return _ScaledSiLU.apply(x)
        scaled = x.mul_(SCALE) if self.inplace else x * SCALE
        return F.silu(scaled, inplace=True).div_(SCALE)


class _ScaledSiLU(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x: Tensor) -> Tensor:
        scaled = x * SCALE
        ctx.save_for_backward(scaled)
        return F.silu(scaled).div_(SCALE)

    @staticmethod
    @once_differentiable
    def backward(ctx, grad: Tensor) -> Tensor:
        (scaled,) = ctx.saved_tensors
        return torch.ops.aten.silu_backward(grad, scaled)
