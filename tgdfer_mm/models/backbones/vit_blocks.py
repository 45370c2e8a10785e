"""Access to the blocks of vision transformers and to the parts of their attention."""

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..vision_language.fast_layers import FastSelfAttention

# Where the vision transformers of open_clip, timm and mmaction2 keep their blocks.
_BLOCKS = ('tower.transformer.resblocks', 'transformer.resblocks', 'blocks')


class Projected(NamedTuple):
    """Queries, keys and values of an attention.

    Attributes:
        query: (N, heads, R, d), of the tokens whose output is read.
        key: (N, heads, L, d), of all tokens.
        value: (N, heads, L, d), of all tokens.
    """

    query: Tensor
    key: Tensor
    value: Tensor


def find_blocks(tower: nn.Module, name: str) -> nn.ModuleList:
    """The blocks of a vision transformer, from input to output.

    Args:
        tower: A vision transformer of open_clip, timm or mmaction2.
        name: The tower's name in the error.

    Raises:
        ValueError: If the tower has no blocks at the known places.
    """
    for path in _BLOCKS:
        found = tower
        for part in path.split('.'):
            found = getattr(found, part, None)
        if isinstance(found, nn.ModuleList | nn.Sequential) and len(found):
            return found
    raise ValueError(
        f'{name} has no blocks where a vision transformer of open_clip, timm or '
        f'mmaction2 has them ({", ".join(_BLOCKS)}): take a ViT of one of these'
    )


def check_attention(attention: nn.Module | None, name: str) -> None:
    """Refuses an attention that :func:`project` cannot read.

    Args:
        attention: The attention of a block.
        name: The tower's name in the error.

    Raises:
        ValueError: If it has other layers, or does more than attend: it rotates queries
            by position, or gates or scales its output.
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
            f'{name} has the attention {type(attention).__name__}, whose queries and '
            'keys cannot be read here: take a ViT of open_clip, a plain one of timm, '
            'or '
            "mmaction2's VisionTransformer"
        )


def project(attention: nn.Module, tokens: Tensor, read: int) -> Projected:
    """Queries, keys and values, computed as the attention itself does.

    Args:
        attention: See :func:`check_attention`.
        tokens: Its input, (N, L, D).
        read: R, the number of first tokens that are queries.

    Returns:
        Queries, keys and values; the scores are ``query @ key`` over the root of d.
    """
    qkv = F.linear(tokens, *_weights(attention))
    qkv = qkv.unflatten(-1, (3, attention.num_heads, -1)).permute(2, 0, 3, 1, 4)
    query, key, value = qkv
    query, key = (
        getattr(attention, name, nn.Identity())(part)
        for name, part in (('q_norm', query), ('k_norm', key))
    )
    root = query.shape[-1] ** 0.5
    scale = getattr(attention, 'scale', 1 / root) * root  # usually one
    return Projected(query[:, :, :read] * scale, key, value)


def project_back(attention: nn.Module, mixed: Tensor) -> Tensor:
    """The change of an attention's output for a change of its mixed values.

    Args:
        attention: See :func:`check_attention`.
        mixed: The change of the mixed values, (N, heads, R, d).

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
