"""The base of temporal networks: positional codes and the residual form."""

import torch
from torch import Tensor, nn

from ...registry import TEMPORAL


class PositionalCode(nn.Module):
    """Learned positional codes for the instances of a bag [choice].

    If a bag has at most ``length`` valid instances, instance i has code i. For longer
    bags the codes are interpolated at evenly spaced places [choice]. So a code depends
    on the number of valid instances alone, never on padding.

    Args:
        dim: D.
        length: Number of trained codes.
    """

    def __init__(self, dim: int, length: int) -> None:
        super().__init__()
        self.code = nn.Parameter(torch.randn(length, dim) * 0.02)

    def forward(self, mask: Tensor) -> Tensor:
        """Codes (N or 1, M, D) for a mask (N, M) whose valid places come first."""
        length, m = len(self.code), mask.shape[1]
        # The code below gives the same for few instances; a graph must work for any
        # number.
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
    """Base class: ``H = X + branches(X + code)`` [paper; form below a choice].

    The length of the bag is kept. The positional code is added to the input of the
    branches only: added to X itself, it would move every instance out of the joint
    space. Branches end in a projection that starts at zero, so that H = X at the start.
    Padded instances are neither read nor changed.

    Args:
        dim: D, the joint width.
        max_instances: Number of trained positional codes.
    """

    def __init__(self, dim: int, max_instances: int = 16) -> None:
        super().__init__()
        self.position = PositionalCode(dim, max_instances)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """(N, M, D), (N, M) -> (N, M, D)."""
        return x + self.branches(x + self.position(mask), mask) * mask[..., None]

    def branches(self, x: Tensor, mask: Tensor) -> Tensor:
        """The residual that is added to the instances, (N, M, D)."""
        raise NotImplementedError


def build_temporal(config: dict | None, default: str, dim: int) -> nn.Module:
    """Builds the temporal network of a config, for instances of width D.

    Args:
        config: Config of a network from ``tgdfer_mm.registry.TEMPORAL``, without
            ``dim``.
        default: The type, if the config does not name it.
        dim: D.
    """
    return TEMPORAL.build({'type': default, **(config or {}), 'dim': dim})
