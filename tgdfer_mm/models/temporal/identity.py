"""No temporal network at all: the bag without any order."""

from torch import Tensor, nn

from ...registry import TEMPORAL


@TEMPORAL.register_module(name='identity')
class IdentityTemporal(nn.Module):
    """Passes the instances on, so that nothing in the model knows their order.

    What an ablation compares the temporal networks with [choice].

    Args:
        dim: D, unused.
    """

    def __init__(self, dim: int) -> None:
        super().__init__()

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """(N, M, D), (N, M) -> (N, M, D)."""
        return x
