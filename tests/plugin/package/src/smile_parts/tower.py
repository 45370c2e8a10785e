"""An image tower: (B, 3, H, W) -> (B, D)."""

from mmengine.model import BaseModule
from torch import nn

from tgdfer_mm.registry import MODELS


@MODELS.register_module()
class PatchTower(BaseModule):
    """One convolution on patches, and the mean of them.

    Args:
        width: D.
        patch: Width of a patch, pixels.
    """

    def __init__(self, width, patch=8):
        super().__init__()
        self.out_channels = width
        self.patches = nn.Conv2d(3, width, patch, stride=patch)

    def forward(self, images):
        return self.patches(images).relu().mean((2, 3))
