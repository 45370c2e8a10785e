"""Separates an instance into an expression and a residue."""

from torch import Tensor, nn


class Separation(nn.Module):
    """Two linear maps of an instance: expression and residue [from PF-ViT].

    The maps alone do not keep the parts apart; a loss such as ``DecorrelationLoss``
    does.

    Args:
        dim: D, width of an instance.
        expression_channels: E, the width of the expression.
        residue_channels: P, the width of the residue.

    Raises:
        ValueError: If a width is not positive.
    """

    def __init__(
        self, dim: int, expression_channels: int, residue_channels: int
    ) -> None:
        super().__init__()
        if min(dim, expression_channels, residue_channels) < 1:
            raise ValueError(
                f'in_channels={dim}, expression_channels={expression_channels} and '
                f'residue_channels={residue_channels} must be positive'
            )
        self.expression = nn.Linear(dim, expression_channels)
        self.residue = nn.Linear(dim, residue_channels)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """(..., D) -> expression (..., E), residue (..., P)."""
        return self.expression(x), self.residue(x)
