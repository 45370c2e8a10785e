"""mmaction2's augmentations for a whole clip at once, on any device.

Each takes a clip (T, 3, H, W) uint8 and returns one. The random draws are those of the
stock transform of the same name and arguments: the same generators in the same order,
once for each clip. Each class says how far its pictures differ from the stock ones, in
grey levels of 255.
"""

import numpy as np
from torch import Tensor
from torchvision.transforms.v2 import InterpolationMode
from torchvision.transforms.v2 import functional as F

from ...registry import TRANSFORMS


class Crop:
    """``RandomResizedCrop``; no difference."""

    def __init__(self, stock) -> None:
        self.stock = stock

    def __call__(self, clip: Tensor) -> Tensor:
        left, top, right, bottom = self.stock.get_crop_bbox(
            clip.shape[-2:], self.stock.area_range, self.stock.aspect_ratio_range
        )
        return clip[..., top:bottom, left:right]


class Resize:
    """``Resize`` to a fixed size, bilinear; differs by at most 1 level of rounding."""

    def __init__(self, stock) -> None:
        if stock.keep_ratio or stock.interpolation != 'bilinear':
            raise ValueError(
                'Resize on the device needs keep_ratio=False and '
                f"interpolation='bilinear', not {stock}."
            )
        width, height = stock.scale
        self.size = [int(height), int(width)]

    def __call__(self, clip: Tensor) -> Tensor:
        if [*clip.shape[-2:]] == self.size:
            return clip
        return F.resize(clip, self.size, InterpolationMode.BILINEAR, antialias=False)


class Flip:
    """``Flip``, horizontal; no difference."""

    def __init__(self, stock) -> None:
        if stock.direction != 'horizontal':
            raise ValueError(f'Flip on the device is horizontal only, not {stock}.')
        self.ratio = stock.flip_ratio

    def __call__(self, clip: Tensor) -> Tensor:
        return clip.flip(-1) if np.random.rand() < self.ratio else clip


class ColorJitter:
    """``ColorJitter`` without hue; differs by at most 1 level, 0 for brightness alone.

    As in the stock transform, the result is rounded once, after all changes, and their
    order is drawn once, when the transform is built. Hue is refused: the stock
    transform does not rotate it as its argument says.
    """

    def __init__(self, stock) -> None:
        if any(stock.hue):
            raise ValueError('ColorJitter on the device needs hue=0.')
        self.stock = stock

    def __call__(self, clip: Tensor) -> Tensor:
        stock = self.stock
        ranges = (stock.brightness, stock.contrast, stock.saturation, stock.hue)
        factors = [float(np.random.uniform(low=a, high=b)) for a, b in ranges]
        towards = (None, _mean_grey, F.rgb_to_grayscale)
        x = clip.float()
        for i in stock.fn_idx:
            if i < len(towards) and factors[i] != 1:
                other = towards[i] and (1 - factors[i]) * towards[i](x)
                x.mul_(factors[i])
                if other is not None:
                    x.add_(other)
        return x.clamp_(0, 255).byte()


def _mean_grey(frames: Tensor) -> Tensor:
    """The mean grey of each frame, (T, 1, 1, 1)."""
    return F.rgb_to_grayscale(frames).mean((-3, -2, -1), keepdim=True)


OPS = {
    'RandomResizedCrop': Crop,
    'Resize': Resize,
    'Flip': Flip,
    'ColorJitter': ColorJitter,
}


def build_op(config: dict):
    """The operation for the config of a stock transform.

    Raises:
        ValueError: If there is none for it or for these arguments.
    """
    kind = config['type']
    if kind not in OPS:
        raise ValueError(
            f'{kind} cannot run on the device, which has only {list(OPS)}; keep it in '
            'the pipeline.'
        )
    return OPS[kind](TRANSFORMS.build(config))
