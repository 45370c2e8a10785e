"""What the temporal networks share: positions, attention, the residual form."""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from open_clip.transformer import QuickGELU
from torch import Tensor, nn

from ..bags import masked_softmax


class PositionalCode(nn.Module):
    """A learned code for each place in the bag [choice].

    Place i of a bag with n valid instances has code i while n is at most ``length``;
    longer bags spread their places evenly over the codes, interpolating between
    neighbours [choice]. So a code depends on the valid instances alone, never on
    padding.

    Args:
        dim: D.
        length: Codes learned.
    """

    def __init__(self, dim: int, length: int) -> None:
        super().__init__()
        self.code = nn.Parameter(torch.randn(length, dim) * 0.02)

    def forward(self, mask: Tensor) -> Tensor:
        """Codes (N or 1, M, D) for a mask (N, M) whose valid places come first."""
        length, m = len(self.code), mask.shape[1]
        # What follows gives the same for few instances; a graph must serve any number.
        if m <= length and not torch.compiler.is_compiling():
            return self.code[None, :m]
        exact = torch.promote_types(self.code.dtype, torch.float32)
        steps = (mask.sum(1, keepdim=True) - 1).clamp(min=1).to(exact)
        stretch = ((length - 1) / steps).clamp(max=1.0)
        place = torch.arange(m, device=mask.device, dtype=exact) * stretch
        place = place.clamp(max=length - 1)
        low = place.floor().long().clamp(max=length - 2)
        share = (place - low)[..., None].to(self.code.dtype)
        return torch.lerp(self.code[low], self.code[low + 1], share)


class TemporalNetwork(nn.Module):
    """Base: ``H = X + branches(X + code)``, length kept [paper; form below a choice].

    The code enters the branches only: added to X itself it would shift every instance
    away from the joint space. Branches end in a projection that starts at zero, so
    that H = X at the start. Padded instances are neither read nor changed.

    Args:
        dim: D, the joint width.
        max_instances: Places with a positional code of their own.
    """

    def __init__(self, dim: int, max_instances: int = 16) -> None:
        super().__init__()
        self.position = PositionalCode(dim, max_instances)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """(N, M, D), (N, M) -> (N, M, D)."""
        return x + self.branches(x + self.position(mask), mask) * mask[..., None]

    def branches(self, x: Tensor, mask: Tensor) -> Tensor:
        """What is added to the instances, (N, M, D)."""
        raise NotImplementedError

    def part_activity(self, inputs: tuple, output: Tensor) -> dict[str, Tensor]:
        """Per bag: the norm of what is added, as a share of the instances' own."""
        x, mask = inputs
        added = ((output - x) * mask[..., None]).flatten(1).norm(dim=1)
        return {'branch_norm': added / (x * mask[..., None]).flatten(1).norm(dim=1)}


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
        """Attention over all valid instances."""
        return self.out(self.merge(attend(*self.project(x), mask)))


def attend(q: Tensor, k: Tensor, v: Tensor, mask: Tensor) -> Tensor:
    """Attention (N, heads, M, d) over the valid keys (N, M).

    A row without any valid key attends evenly to its padding instead of giving NaN;
    the caller discards it.
    """
    keys = mask | ~mask.any(-1, keepdim=True)
    return F.scaled_dot_product_attention(q, k, v, attn_mask=keys[:, None, None])


def attend_in_windows(
    q: Tensor,
    k: Tensor,
    v: Tensor,
    mask: Tensor,
    windows: Sequence[int],
    weights: Tensor,
) -> Tensor:
    """Attention inside non-overlapping windows, mixed over their sizes.

    The windows start at the first instance. All pairs are scored once and each size
    keeps its own: on bags of some dozens of instances that takes a quarter of the time
    of one attention a window.

    Args:
        q, k, v: (N, heads, M, d).
        mask: Valid instances, (N, M).
        windows: Sizes, in instances.
        weights: Share of each size, (W,).

    Returns:
        (N, heads, M, d); zero where a window holds no valid instance.
    """
    scores = q @ k.transpose(-1, -2) / q.shape[-1] ** 0.5
    place = torch.arange(q.shape[2], device=q.device)
    keys = mask[:, None, None]
    mixed = torch.zeros_like(scores)
    for size, weight in zip(windows, weights, strict=True):
        same = place[:, None] // size == place // size
        mixed = mixed + weight * masked_softmax(scores, keys & same, dim=-1)
    return mixed @ v


def zero_linear(inputs: int, outputs: int) -> nn.Linear:
    """A linear layer that starts at zero."""
    layer = nn.Linear(inputs, outputs)
    nn.init.zeros_(layer.weight)
    nn.init.zeros_(layer.bias)
    return layer


def zero_ffn(dim: int, ratio: int = 4) -> nn.Sequential:
    """Two linear layers, ``ratio`` times as wide between them, that start at zero."""
    # open_clip's activation: FastQuickGELU rounds differently, which changes results.
    return nn.Sequential(
        nn.Linear(dim, ratio * dim), QuickGELU(), zero_linear(ratio * dim, dim)
    )
