"""The base of backbones that hold a tower of any registered kind."""

from mmengine.model import BaseModule

from ...registry import MODELS
from .weights import load_backbone


class WrappedTower(BaseModule):
    """Base class of backbones that hold a tower and initialise it.

    Args:
        tower: Config of a backbone of mmaction2, or with the prefix of timm or
            torchvision.
        pretrained: File with the tower's weights.
    """

    def __init__(self, tower: dict, pretrained: str | None = None) -> None:
        super().__init__()
        # Recognizer2D knows the prefixes; only the backbone that it builds is kept.
        host = MODELS.build(dict(type='Recognizer2D', backbone={**tower}))
        self.tower = host.backbone
        self.pretrained = pretrained
        self._own_start = host.backbone_from == 'mmaction2'

    def init_weights(self) -> None:
        """Initialises the tower by its own method, or from ``pretrained``."""
        if self.pretrained is not None:
            load_backbone(self.tower, self.pretrained)
        elif self._own_start:
            self.tower.init_weights()
        self._is_init = True
