"""What the temporal networks share: positions and the residual form."""

import torch
from torch import Tensor, nn

from ...registry import TEMPORAL


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


def build_temporal(config: dict | None, default: str, dim: int) -> nn.Module:
    """The network of a config, for instances of a width.

    Args:
        config: Of a network from ``tgdfer_mm.registry.TEMPORAL``, without ``dim``.
        default: Its type, if the config does not say it.
        dim: D.
    """
    return TEMPORAL.build({'type': default, **(config or {}), 'dim': dim})
