"""Sources of landmark maps, which say where in a picture the landmarks are."""

import torch.nn.functional as F
from mmcv.cnn import ConvModule
from mmengine.model import BaseModule
from torch import Tensor, nn

from ...registry import MODELS
from .weights import load_backbone


@MODELS.register_module()
class LandmarkPlane(BaseModule):
    """Landmark maps from a fourth plane of the picture with drawn landmarks [choice].

    ``DrawLandmarks`` draws points from any source on that plane. As the plane belongs
    to the picture, crops and flips act on both. The pixels of a patch become the
    channels of its place.

    Args:
        patch: Side of a patch in pixels, the same as the ViT's.
    """

    planes = 1

    def __init__(self, patch: int = 16) -> None:
        super().__init__()
        self.patch = patch
        self.out_channels = patch**2

    def forward(self, pictures: Tensor) -> Tensor:
        """(B, 4, H, W) -> (B, patch^2, H / patch, W / patch)."""
        return F.pixel_unshuffle(pictures[:, 3:4], self.patch)


@MODELS.register_module()
class MobileFaceNetMaps(BaseModule):
    """Landmark maps from inside MobileFaceNet, S2D's landmark network [from S2D].

    The input is the picture at 112 pixels, normalised as for the ViT. The network is
    cut after its map of 14 x 14 places and 128 channels; the later layers, which
    compute the points, are left out. It is frozen. The names of the parts are those of
    the authors' file.

    Args:
        pretrained: File with its weights, as ``tgdfer convert`` writes it. Loaded by
            ``init_weights`` only.
    """

    planes = 0
    out_channels = 128
    size = 112

    def __init__(self, pretrained: str | None = None) -> None:
        super().__init__()
        self.pretrained = pretrained
        self.conv1 = _unit(3, 64, 3, stride=2)
        self.conv2_dw = _unit(64, 64, 3, groups=64)
        self.conv_23 = _Separable(64, 64, 128, stride=2)
        self.conv_3 = _Residuals(64, 128, 4)
        self.conv_34 = _Separable(64, 128, 256, stride=2)
        self.conv_4 = _Residuals(128, 256, 6)
        self.requires_grad_(False)

    def init_weights(self) -> None:
        """Loads ``pretrained``, if it is given."""
        if self.pretrained is not None:
            load_backbone(self, self.pretrained)
        self._is_init = True

    def train(self, mode: bool = True) -> 'MobileFaceNetMaps':
        """Stays in evaluation mode: it is frozen."""
        return super().train(False)

    def forward(self, pictures: Tensor) -> Tensor:
        """(B, 3, H, W) -> (B, 128, 14, 14)."""
        x, size = pictures[:, :3], (self.size, self.size)
        if x.shape[-2:] != size:
            x = F.interpolate(x, size, mode='bilinear', align_corners=True)
        x = self.conv_3(self.conv_23(self.conv2_dw(self.conv1(x))))
        return self.conv_4(self.conv_34(x))


class _Separable(nn.Module):
    """A convolution to more channels, a depthwise one, and one to fewer channels."""

    def __init__(self, inputs: int, outputs: int, width: int, stride: int = 1) -> None:
        super().__init__()
        self.conv = _unit(inputs, width)
        self.conv_dw = _unit(width, width, 3, stride=stride, groups=width)
        self.project = _unit(width, outputs, act=False)

    def forward(self, x: Tensor) -> Tensor:
        return self.project(self.conv_dw(self.conv(x)))


class _Residuals(nn.Module):
    """Several bottlenecks, each added to its input."""

    def __init__(self, channels: int, width: int, number: int) -> None:
        super().__init__()
        self.model = nn.ModuleList(
            _Separable(channels, channels, width) for _ in range(number)
        )

    def forward(self, x: Tensor) -> Tensor:
        for part in self.model:
            x = x + part(x)
        return x


def _unit(
    inputs: int,
    outputs: int,
    kernel: int = 1,
    stride: int = 1,
    groups: int = 1,
    act: bool = True,
) -> ConvModule:
    return ConvModule(
        inputs,
        outputs,
        kernel,
        stride=stride,
        padding=kernel // 2,
        groups=groups,
        bias=False,
        norm_cfg=dict(type='BN'),
        act_cfg=dict(type='PReLU', num_parameters=outputs) if act else None,
    )
