"""IAL's convolutional stages, which come before its two streams."""

import torch
from mmcv.cnn import ConvModule
from torch import Tensor, nn

from ...registry import MODELS
from .gated_resnet import GatedBlock, GatedResNet


@MODELS.register_module()
class IALResNet(GatedResNet):
    """A ResNet of three stages with one block each, the last two gated [from IAL].

    The stem is two convolutions of 3 x 3. The output for a picture is its flattened
    map, followed by the numbers that the gates' large convolutions give: the head
    ``IALHead`` reads both. Put it into ``InstanceBackbone(input_format='NCHW',
    projection=False)``, whose ``out_channels`` is 256 S^2 + 384 for maps of S x S.

    Args:
        num_frames: T.
        image_size: Height and width of the pictures; S is a sixteenth of it, rounded
            up.
        gate: See :class:`GatedResNet`; without biases by default.
        **kwargs: As for mmaction2's ``ResNet``.
    """

    arch_settings = {8: (GatedBlock, (1, 1, 1))}

    def __init__(
        self,
        num_frames: int,
        image_size: int = 112,
        gate: dict | None = None,
        **kwargs,
    ) -> None:
        super().__init__(
            num_frames,
            image_size,
            depth=8,
            gated_stages=(2, 3),
            gate={'bias': False, **(gate or {})},
            num_stages=3,
            strides=(1, 2, 2),
            dilations=(1, 1, 1),
            out_indices=(2,),
            **kwargs,
        )

    def _make_stem_layer(self) -> None:
        """The stem: two convolutions, the first with stride 2, and a pooling."""
        parts = dict(
            bias=False,
            conv_cfg=self.conv_cfg,
            norm_cfg=self.norm_cfg,
            act_cfg=self.act_cfg,
        )
        self.conv1 = nn.Sequential(
            ConvModule(self.in_channels, 64, 3, stride=2, padding=1, **parts),
            ConvModule(64, 64, 3, padding=1, **parts),
        )
        self.maxpool = nn.MaxPool2d(kernel_size=3, stride=2, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        """(N * T, 3, H, W) -> (N * T, 256 S^2 + 384)."""
        x = self.layer1(self.maxpool(self.conv1(x)))
        numbers = []
        for block in [*self.layer2, *self.layer3]:
            added = block.branch(x)
            numbers.append(block.gate.numbers(added))
            weights = block.gate.weigh(numbers[-1])
            x = block.add(x, added * weights[..., None, None])
        return torch.cat([x.flatten(1), *numbers], dim=1)
