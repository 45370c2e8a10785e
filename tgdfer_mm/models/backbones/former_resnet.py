"""Former-DFER's convolutional spatial transformer."""

import torch
from mmaction.models.backbones import ResNet
from torch import Tensor, nn

from ...registry import MODELS
from ..layers.attention import PreNormLayer


@MODELS.register_module()
class FormerResNet(ResNet):
    """A ResNet with attention over its map before the last stage [from Former-DFER].

    The places of the third stage's map get learned positional codes and pass through a
    plain transformer; the last stage continues with the map. One layer, with heads of
    width 32, gives the published 18 M parameters [choice]. Its input is pictures: put
    it into ``InstanceBackbone(input_format='NCHW')``.

    Args:
        image_size: Height and width of the pictures.
        depth: 18 or 34; the network has basic blocks.
        num_layers: Layers of the transformer.
        heads: Attention heads of each layer.
        head_channels: Width of a head.
        mlp_channels: Hidden width of the layers' networks.
        **kwargs: As for mmaction2's ``ResNet``.

    Raises:
        ValueError: If the pictures have another size.
    """

    def __init__(
        self,
        image_size: int = 112,
        depth: int = 18,
        num_layers: int = 1,
        heads: int = 8,
        head_channels: int = 32,
        mlp_channels: int = 512,
        **kwargs,
    ) -> None:
        super().__init__(depth, **kwargs)
        self.image_size = image_size
        width = self.feat_dim // 2
        side = -(-image_size // 16)
        self.position = nn.Parameter(torch.randn(side**2, width))
        self.layers = nn.ModuleList(
            PreNormLayer(width, heads, head_channels, mlp_channels)
            for _ in range(num_layers)
        )

    def forward(self, x: Tensor) -> Tensor:
        """(B, 3, H, W) -> maps (B, 512, H / 32, W / 32)."""
        if x.shape[-2:] != (self.image_size, self.image_size):
            raise ValueError(
                f'FormerResNet was built for image_size={self.image_size}, but the '
                f'pictures have {tuple(x.shape[-2:])}'
            )
        x = self.maxpool(self.conv1(x))
        *first, last = self.res_layers
        for name in first:
            x = getattr(self, name)(x)
        return getattr(self, last)(self.attend(x))

    def attend(self, x: Tensor) -> Tensor:
        """Attention over the places of maps (B, C, h, w); the shape is kept."""
        tokens = x.flatten(2).transpose(1, 2) + self.position
        for layer in self.layers:
            tokens, _ = layer(tokens)
        return tokens.transpose(1, 2).reshape(x.shape)
