"""IAL's channel gates in a ResNet, computed for each frame and mixed over time."""

from math import prod

import torch
from mmaction.models.backbones import ResNet
from mmaction.models.backbones.resnet import BasicBlock
from torch import Tensor, nn

from ...registry import MODELS


@MODELS.register_module()
class GlobalConvAttention(nn.Module):
    """A channel gate with global attention and mixing over time [from IAL: GCA].

    A depthwise convolution as large as the map reduces each channel to one number. Two
    linear layers turn these numbers into weights ``w = 2 sigmoid(.)``, and over time
    ``w_t <- sqrt(w_t mean_t(w) + 1e-5)``. A weight of one leaves a channel unchanged.

    Args:
        channels: C.
        size: Height and width of the maps.
        num_frames: T, the frames of a video, which are next to each other in N.
        reduction: The hidden width is C divided by it.
        bias: Whether the layers have biases; those of the authors' code have none.
    """

    def __init__(
        self,
        channels: int,
        size: int,
        num_frames: int,
        reduction: int = 16,
        bias: bool = True,
    ) -> None:
        super().__init__()
        self.num_frames = num_frames
        self.conv = nn.Conv2d(channels, channels, size, groups=channels, bias=bias)
        self.fc = nn.Sequential(
            nn.Linear(channels, channels // reduction, bias=bias),
            nn.ReLU(inplace=True),
            nn.Linear(channels // reduction, channels, bias=bias),
        )

    def forward(self, x: Tensor) -> Tensor:
        """(N * T, C, H, W) -> the same shape."""
        return x * self.weights(x)[..., None, None]

    def weights(self, x: Tensor) -> Tensor:
        """(N * T, C, H, W) -> (N * T, C)."""
        return self.weigh(self.numbers(x))

    def numbers(self, x: Tensor) -> Tensor:
        """The convolution's result on maps (N * T, C, H, W): (N * T, C)."""
        return self.conv(x).flatten(1)

    def weigh(self, numbers: Tensor) -> Tensor:
        """The weights (N * T, C), given the :meth:`numbers`."""
        own = 2 * self.fc(numbers).sigmoid()
        own = own.unflatten(0, (-1, self.num_frames))
        return torch.sqrt(own * own.mean(1, keepdim=True) + 1e-5).flatten(0, 1)


class GatedBlock(BasicBlock):
    """A basic block with a gate on its residual; without a gate, the stock block."""

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.gate = nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        """As the stock block."""
        return self.add(x, self.gate(self.branch(x)))

    def branch(self, x: Tensor) -> Tensor:
        """The residual of the block before the gate."""
        return self.conv2(self.conv1(x))

    def add(self, x: Tensor, added: Tensor) -> Tensor:
        """The block's output, given its input and the gated residual."""
        identity = x if self.downsample is None else self.downsample(x)
        return self.relu(added + identity)


@MODELS.register_module()
class GatedResNet(ResNet):
    """A ResNet of basic blocks with gates in some of its stages [from IAL].

    The names of the stock parameters are kept, so that weights of a ``ResNet`` fit. The
    gate is applied to a block's residual, before the addition [choice]. Its input is
    pictures: put it into ``InstanceBackbone(input_format='NCHW')``, which fills padded
    frames before the gate's mean over time sees them.

    Args:
        num_frames: T.
        image_size: Height and width of the pictures.
        depth: 18 or 34.
        gated_stages: Stages, from 1, whose blocks have a gate.
        gate: Config of the gate; ``channels``, ``size`` and ``num_frames`` are added.
        **kwargs: As for mmaction2's ``ResNet``.
    """

    arch_settings = {18: (GatedBlock, (2, 2, 2, 2)), 34: (GatedBlock, (3, 4, 6, 3))}

    def __init__(
        self,
        num_frames: int,
        image_size: int = 112,
        depth: int = 18,
        gated_stages: tuple[int, ...] = (2, 3),
        gate: dict | None = None,
        **kwargs,
    ) -> None:
        super().__init__(depth, **kwargs)
        for stage in gated_stages:
            for block in getattr(self, f'layer{stage}'):
                block.gate = MODELS.build(
                    dict(
                        {'type': 'GlobalConvAttention', **(gate or {})},
                        channels=64 * 2 ** (stage - 1),
                        size=-(-image_size // (4 * prod(self.strides[:stage]))),
                        num_frames=num_frames,
                    )
                )
