"""Draws a small picture from a vector."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from tgdfer_mm.registry import MODELS

_START = 8  # pixels of the first map


@MODELS.register_module()
class FaceDecoder(nn.Module):
    """Two linear layers that make a map of 8 x 8, then up-convolutions [choice].

    Each up-convolution doubles the width by sub-pixels. A learned picture, which starts
    as the mean face, is added to the result.

    Args:
        in_channels: Width of the vector.
        size: Width and height of the picture, pixels: 16, 32, 64, ...
        hidden_channels: Width of the first linear layer.
        channels: Width of the maps.

    Raises:
        ValueError: If the size is not 8 times a power of two, above 8.
    """

    def __init__(
        self,
        in_channels: int,
        size: int = 32,
        hidden_channels: int = 512,
        channels: int = 24,
    ) -> None:
        super().__init__()
        times = (size // _START).bit_length() - 1
        if times < 1 or size != _START * 2**times:
            raise ValueError(f'size={size} must be 16, 32, 64, ...')
        self.channels = channels
        self.spread = nn.Sequential(
            nn.Linear(in_channels, hidden_channels),
            nn.GELU(),
            nn.Linear(hidden_channels, channels * _START**2),
        )
        outputs = [channels] * (times - 1) + [3]
        self.ups = nn.ModuleList(
            nn.Conv2d(channels, 4 * width, 3, padding=1) for width in outputs
        )
        self.mean = nn.Parameter(torch.zeros(3, size, size))

    def start_from(self, pictures: Tensor) -> None:
        """Sets the learned picture to the mean of pictures (..., 3, S, S), 0 to 1."""
        mean = pictures.flatten(0, -4).mean(0)
        self.mean.data.copy_(mean.clamp(0.02, 0.98).logit())

    def forward(self, vectors: Tensor) -> Tensor:
        """(B, C) -> pictures (B, 3, S, S), 0 to 1."""
        x = self.spread(vectors).unflatten(1, (self.channels, _START, _START))
        for up in self.ups:
            x = F.pixel_shuffle(up(F.gelu(x)), 2)
        return (x + self.mean).sigmoid()
