"""The blocks of vision transformers, and what is read in their attention."""

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..vision_language.fast_layers import FastSelfAttention

# Where the vision transformers of open_clip, timm and mmaction2 have their blocks.
_BLOCKS = ('tower.transformer.resblocks', 'transformer.resblocks', 'blocks')


class Projected(NamedTuple):
    """What an attention makes of its tokens.

    Attributes:
        query: (N, heads, R, d), of the tokens that are read.
        key: (N, heads, L, d), of all.
        value: (N, heads, L, d).
    """

    query: Tensor
    key: Tensor
    value: Tensor


def find_blocks(tower: nn.Module, name: str) -> nn.ModuleList:
    """The blocks of a vision transformer, from input to output.

    Args:
        tower: Of open_clip, timm or mmaction2.
        name: What it is called in the error.

    Raises:
        ValueError: There are none where those have them.
    """
    for path in _BLOCKS:
        found = tower
        for part in path.split('.'):
            found = getattr(found, part, None)
        if isinstance(found, nn.ModuleList | nn.Sequential) and len(found):
            return found
    raise ValueError(
        f'{name} has no blocks where a vision transformer of open_clip, timm or '
        f'mmaction2 has them ({", ".join(_BLOCKS)}): it has to be a ViT'
    )


def check_attention(attention: nn.Module | None, name: str) -> None:
    """Refuses an attention that :func:`project` cannot read.

    Args:
        attention: Of a block.
        name: What its tower is called in the error.

    Raises:
        ValueError: It has other layers, or does more than attend: it turns queries by
            their places, gates or scales what it gives.
    """
    if isinstance(attention, FastSelfAttention):
        return
    plain = type(attention).__name__ == 'Attention' and all(
        hasattr(attention, part) for part in ('qkv', 'proj', 'num_heads')
    )
    norm = getattr(attention, 'norm', None)
    scaled = norm is not None and not isinstance(norm, nn.Identity)
    if not plain or scaled or getattr(attention, 'gate', None) is not None:
        raise ValueError(
            f'{name} attends by {type(attention).__name__}, of which no queries and '
            'keys can be read here: take a ViT of open_clip, a plain one of timm, or '
            "mmaction2's VisionTransformer"
        )


def project(attention: nn.Module, tokens: Tensor, read: int) -> Projected:
    """Queries, keys and values, computed as the attention itself does.

    Args:
        attention: See :func:`check_attention`.
        tokens: What it was given, (N, L, D).
        read: R, how many of the first tokens are queries.

    Returns:
        Parts whose scores are ``query @ key`` over the root of d.
    """
    qkv = F.linear(tokens, *_weights(attention))
    qkv = qkv.unflatten(-1, (3, attention.num_heads, -1)).permute(2, 0, 3, 1, 4)
    query, key, value = qkv
    query, key = (
        getattr(attention, name, nn.Identity())(part)
        for name, part in (('q_norm', query), ('k_norm', key))
    )
    root = query.shape[-1] ** 0.5
    scale = getattr(attention, 'scale', 1 / root) * root  # one, unless it was chosen
    return Projected(query[:, :, :read] * scale, key, value)


def project_back(attention: nn.Module, mixed: Tensor) -> Tensor:
    """What is added to an attention's output for an addition to its mixed values.

    Args:
        attention: See :func:`check_attention`.
        mixed: (N, heads, R, d).

    Returns:
        (N, R, D), without the bias.
    """
    layer = (
        attention.out_proj
        if isinstance(attention, FastSelfAttention)
        else attention.proj
    )
    return F.linear(mixed.transpose(1, 2).flatten(2), layer.weight)


def _weights(attention: nn.Module) -> tuple[Tensor, Tensor | None]:
    if isinstance(attention, FastSelfAttention):
        return attention.in_proj_weight, attention.in_proj_bias
    bias = getattr(attention, 'q_bias', None)
    if bias is None:
        return attention.qkv.weight, attention.qkv.bias
    none = torch.zeros_like(attention.v_bias)  # keys have no bias in VideoMAE
    return attention.qkv.weight, torch.cat([bias, none, attention.v_bias])
