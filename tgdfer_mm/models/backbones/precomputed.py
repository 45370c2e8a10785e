"""In the place of a tower: features that it has computed before."""

from torch import Tensor, nn

from ...registry import MODELS


@MODELS.register_module()
class PrecomputedFeatures(nn.Module):
    """Passes on what a tower has computed before.

    The tower's parts are this module's own, under their own names, so that a checkpoint
    is one of the ordinary model.

    Args:
        backbone: Config of the tower.
    """

    def __init__(self, backbone: dict) -> None:
        super().__init__()
        tower = MODELS.build(backbone)
        self.out_channels = tower.out_channels
        self._tower = (tower,)  # in a tuple: a part of its own would have other names
        # The very tables of the tower: what is moved or loaded is so in both.
        self._modules = tower._modules
        self._parameters = tower._parameters
        self._buffers = tower._buffers
        self._non_persistent_buffers_set = tower._non_persistent_buffers_set

    def init_weights(self) -> None:
        """Starts the parts as the tower starts them."""
        tower = self._tower[0]
        # While mmengine starts a model, each of its modules has these notes of it.
        notes = vars(self).get('_params_init_info')
        if notes is None:
            tower.init_weights()
        else:
            tower._params_init_info = notes
            tower.init_weights()
            del tower._params_init_info

    def train(self, mode: bool = True) -> 'PrecomputedFeatures':
        """Sets the mode as the tower does, whose frozen parts stay in evaluation."""
        self._tower[0].train(mode)
        self.training = mode
        return self

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
