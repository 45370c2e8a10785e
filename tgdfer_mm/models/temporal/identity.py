"""The identity instead of a temporal network."""

from torch import Tensor, nn

from ...registry import TEMPORAL


@TEMPORAL.register_module(name='identity')
class IdentityTemporal(nn.Module):
    """The identity: a baseline that does not know the order of instances [choice].

    An ablation compares the temporal networks with it.

    Args:
        dim: D; not used.
    """

    def __init__(self, dim: int) -> None:
        super().__init__()

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """(N, M, D), (N, M) -> (N, M, D)."""
        return x
