"""IAL's two streams: differences of neighbouring frames, and the frames themselves."""

import torch
from mmaction.models.backbones.resnet import BasicBlock, make_res_layer
from mmcv.cnn import ConvModule
from torch import Tensor, nn

from .attention import PreNormLayer

_NORM = dict(type='BN2d', requires_grad=True)
_ACT = dict(type='ReLU', inplace=True)


class DynamicStaticFusion(nn.Module):
    """The sum of a dynamic and a static stream over the frames' maps [from IAL].

    The dynamic stream passes the difference of two neighbouring frames through residual
    blocks. The static stream passes the first of the two through one convolution and a
    transformer, whose tokens are the places of the map, with learned positional codes.
    Both halve the map.

    Args:
        channels: C of the maps.
        size: S, the height and width of the maps.
        blocks: Residual blocks on the differences.
        num_layers: Layers of the transformer over the places.
        heads: Attention heads of each layer.
        head_channels: Width of a head.
        mlp_channels: Hidden width of the layers' networks.

    Attributes:
        out_channels: C (S / 2)^2, S / 2 rounded up.
    """

    def __init__(
        self,
        channels: int,
        size: int,
        blocks: int = 3,
        num_layers: int = 2,
        heads: int = 4,
        head_channels: int = 32,
        mlp_channels: int = 256,
    ) -> None:
        super().__init__()
        places = (-(-size // 2)) ** 2
        self.out_channels = channels * places
        self.changes = make_res_layer(
            BasicBlock,
            channels,
            channels,
            blocks,
            stride=2,
            norm_cfg=_NORM,
            act_cfg=_ACT,
        )
        self.patches = ConvModule(
            channels,
            channels,
            3,
            stride=2,
            padding=1,
            bias=False,
            norm_cfg=_NORM,
            act_cfg=_ACT,
        )
        self.position = nn.Parameter(torch.randn(places, channels))
        self.layers = nn.ModuleList(
            PreNormLayer(channels, heads, head_channels, mlp_channels)
            for _ in range(num_layers)
        )

    def forward(self, maps: Tensor) -> Tensor:
        """Maps (N, T, C, S, S) -> the T - 1 steps between them, (N, T - 1, D)."""
        n, steps = len(maps), maps.shape[1] - 1
        changes = self.changes((maps[:, 1:] - maps[:, :-1]).flatten(0, 1))
        tokens = self.patches(maps[:, :-1].flatten(0, 1)).flatten(2).transpose(1, 2)
        tokens = tokens + self.position
        for layer in self.layers:
            tokens, _ = layer(tokens)
        both = changes.flatten(1) + tokens.transpose(1, 2).flatten(1)
        return both.view(n, steps, -1)
