"""What the temporal networks share: positions, attention, the residual form."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn


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
        count = mask.sum(1, keepdim=True)
        stretch = ((length - 1) / (count - 1).clamp(min=1)).clamp(max=1.0)
        place = torch.arange(m, device=mask.device) * stretch
        place = place.clamp(max=length - 1)
        low = place.floor().long().clamp(max=length - 2)
        share = (place - low)[..., None]
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
    q: Tensor, k: Tensor, v: Tensor, mask: Tensor, window: int
) -> Tensor:
    """Attention inside non-overlapping windows that start at the first instance."""
    n, heads, m, d = q.shape
    extra = -m % window
    count = (m + extra) // window

    def split(t: Tensor) -> Tensor:
        t = F.pad(t, (0, 0, 0, extra)).view(n, heads, count, window, d)
        return t.transpose(1, 2).flatten(0, 1)

    keys = F.pad(mask, (0, extra)).view(n * count, window)
    out = attend(split(q), split(k), split(v), keys)
    out = out.view(n, count, heads, window, d).transpose(1, 2)
    return out.reshape(n, heads, count * window, d)[:, :, :m]


def zero_linear(inputs: int, outputs: int) -> nn.Linear:
    """A linear layer that starts at zero."""
    layer = nn.Linear(inputs, outputs)
    nn.init.zeros_(layer.weight)
    nn.init.zeros_(layer.bias)
    return layer
