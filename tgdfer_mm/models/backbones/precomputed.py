"""In the place of a tower: features that it has computed before."""

from torch import Tensor, nn

from ...registry import MODELS


class _PassOn:
    """What replaces a tower's own forward."""

    def forward(self, features: Tensor) -> Tensor:
        """(B, D) -> (B, D), as they are.

        Raises:
            ValueError: These are no features of this tower.
        """
        if features.dim() != 2 or features.shape[1] != self.out_channels:
            raise ValueError(
                f'PrecomputedFeatures takes features (B, {self.out_channels}), not '
                f'{tuple(features.shape)}; pictures need the original config.'
            )
        return features


@MODELS.register_module()
def PrecomputedFeatures(backbone: dict) -> nn.Module:  # noqa: N802  a registered name
    """The given tower, passing on what it has computed before.

    It keeps its weights and their names, so that a checkpoint is one of the ordinary
    model; it is the tower itself with another forward.

    Args:
        backbone: Config of the tower.
    """
    tower = MODELS.build(backbone)
    kind = type(tower)
    tower.__class__ = type(f'Precomputed{kind.__name__}', (_PassOn, kind), {})
    return tower
