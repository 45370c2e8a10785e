"""A temporal transformer over a class token and the frames of a video."""

import torch
from torch import Tensor, nn

from ..bag import Bag
from ..layers.attention import PreNormLayer
from .bag_head import BagHead, HeadOutput


class TokenHead(BagHead):
    """Base class of heads with a temporal transformer and a class token.

    A class token is put before the T frames, learned positional codes are added, and a
    plain pre-norm transformer follows; :meth:`judge` computes the logits. The repeated
    frames of a short clip count like any other.

    The attention of a frame is that of the class token in the last layer, averaged over
    the heads.

    Args:
        num_classes: K.
        in_channels: D.
        num_frames: T. Shorter bags use the first positions.
        num_layers: Layers of the transformer.
        heads: Attention heads of each layer.
        head_channels: Width of a head.
        mlp_channels: Hidden width of the layers' networks.
        loss_cls: Cross entropy by default.
    """

    def __init__(
        self,
        num_classes: int,
        in_channels: int = 512,
        num_frames: int = 16,
        num_layers: int = 1,
        heads: int = 8,
        head_channels: int = 64,
        mlp_channels: int = 1024,
        loss_cls: dict | None = None,
    ) -> None:
        super().__init__(num_classes, in_channels, loss_cls)
        self.token = nn.Parameter(torch.randn(in_channels))
        self.position = nn.Parameter(torch.randn(num_frames + 1, in_channels))
        self.layers = nn.ModuleList(
            PreNormLayer(in_channels, heads, head_channels, mlp_channels)
            for _ in range(num_layers)
        )

    def forward(self, bag: Bag, **kwargs) -> HeadOutput:
        """The output for bags of frames (N, T, D).

        Raises:
            ValueError: If there are more frames than positions.
        """
        n, t, _ = bag.instances.shape
        if t >= len(self.position):
            raise ValueError(
                f'{type(self).__name__} was built for '
                f'num_frames={len(self.position) - 1}, but the bags have {t} frames: '
                'give SampleSegments the same num_frames'
            )
        x = torch.cat([self.token.expand(n, 1, -1), bag.instances], dim=1)
        x = x + self.position[: t + 1]
        for layer in self.layers:
            x, attention = layer(x)
        attention = attention[:, 0, 1:]
        logits, instance = self.judge(x, bag)
        return HeadOutput(logits, instance, attention / attention.sum(1, keepdim=True))

    def judge(self, x: Tensor, bag: Bag) -> tuple[Tensor, Tensor]:
        """The logits of token and frames.

        Args:
            x: Output of the transformer, (N, 1 + T, D).
            bag: The bag that the head was given.

        Returns:
            Logits of the bags (N, K) and of the instances (N, T, K).
        """
        raise NotImplementedError
