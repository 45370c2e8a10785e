"""Computed features that take the place of a tower."""

from torch import Tensor, nn

from ...registry import MODELS


@MODELS.register_module()
class PrecomputedFeatures(nn.Module):
    """A stand-in for a tower whose features have been computed before [choice].

    The tower's parts are also parts of this module, under the same names, so that its
    checkpoints fit the ordinary model.

    Args:
        backbone: Config of the tower.
    """

    def __init__(self, backbone: dict) -> None:
        super().__init__()
        tower = MODELS.build(backbone)
        self.out_channels = tower.out_channels
        self._tower = (tower,)  # a submodule would change the names
        # The same dicts as the tower's: moving or loading one changes both.
        self._modules = tower._modules
        self._parameters = tower._parameters
        self._buffers = tower._buffers
        self._non_persistent_buffers_set = tower._non_persistent_buffers_set

    def init_weights(self) -> None:
        """Initialises the parts as the tower does."""
        tower = self._tower[0]
        # While mmengine initialises a model, each of its modules has these records.
        notes = vars(self).get('_params_init_info')
        if notes is None:
            tower.init_weights()
        else:
            tower._params_init_info = notes
            tower.init_weights()
            del tower._params_init_info

    def train(self, mode: bool = True) -> 'PrecomputedFeatures':
        """Sets the mode as the tower does: its frozen parts stay in evaluation mode."""
        self._tower[0].train(mode)
        self.training = mode
        return self

    def forward(self, features: Tensor) -> Tensor:
        """(B, D) -> (B, D), unchanged.

        Raises:
            ValueError: If the input does not have the shape of the tower's features.
        """
        if features.dim() != 2 or features.shape[1] != self.out_channels:
            raise ValueError(
                f'PrecomputedFeatures takes features (B, {self.out_channels}), not '
                f'{tuple(features.shape)}; pictures need the original config.'
            )
        return features
