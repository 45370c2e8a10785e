"""Fusion of instances with the words of descriptions, before another neck."""

import torch
from mmengine.model import BaseModule
from torch import Tensor, nn

from ...registry import MODELS
from ..bag import Bag
from ..described import Described
from ..layers.description_attention import DescriptionAttention


@MODELS.register_module()
class DescriptionFusionNeck(BaseModule):
    """A neck that fuses descriptions of the clip into its instances [from DEVA].

    The words come from several depths of the text tower. Each depth has a
    :class:`.DescriptionAttention`, and the shallowest comes first [from DEVA:
    progressive fusion steered by texts of rising depth; attention, depths and gates a
    choice]. Then another neck gets the instances.

    All gates start at zero, so that the model starts as the one without this neck. A
    bag without descriptions is not changed.

    Args:
        in_channels: D, the joint width.
        text_channels: W, the width of the text tower.
        taps: S, the number of depths.
        heads: Attention heads; must divide D.
        neck: Config of the other neck.

    Raises:
        ValueError: If the heads do not divide D, or the words have other depths or
            another width.
    """

    def __init__(
        self,
        in_channels: int,
        text_channels: int,
        taps: int = 3,
        heads: int = 8,
        neck: dict | None = None,
    ) -> None:
        super().__init__()
        self.text_channels, self.taps = text_channels, taps
        self.readers = nn.ModuleList(
            DescriptionAttention(in_channels, text_channels, heads) for _ in range(taps)
        )
        neck = neck or dict(type='RestingFaceNeck', in_channels=in_channels)
        self.neck = MODELS.build(neck)

    def forward(self, bag: Bag, data_samples: list | None = None) -> tuple[Bag, dict]:
        """The output of the other neck, and its values to log with the gates."""
        if bag.described is None:
            return self.neck(bag, data_samples)
        bag = bag._replace(instances=self.fuse(bag.instances, bag.mask, bag.described))
        bag, log = self.neck(bag, data_samples)
        if data_samples is not None:
            gates = {
                f'gate_{i}': reader.gate.detach()[0]
                for i, reader in enumerate(self.readers, start=1)
            }
            log = log | gates
        return bag, log

    def fuse(self, x: Tensor, mask: Tensor, described: Described) -> Tensor:
        """The instances with the attended words added; padding is not changed.

        Args:
            x: (N, M, D).
            mask: (N, M).
            described: One text for each clip, or one for each of its frames; an
                instance then reads the texts of its own frames.

        Returns:
            (N, M, D).
        """
        tokens, known, place = described
        if len(tokens) != self.taps or tokens.shape[-1] != self.text_channels:
            raise ValueError(
                f'the words have {len(tokens)} depths and width {tokens.shape[-1]}, '
                f'but the neck has taps={self.taps} and '
                f'text_channels={self.text_channels}'
            )
        count, texts = x.shape[1], place.shape[1]
        if texts > 1 and texts % count:
            raise ValueError(
                f'{texts} descriptions of a clip do not fit its {count} instances: '
                'give one for the clip, or one for each frame'
            )
        place = place.unflatten(1, (1 if texts == 1 else count, -1))
        fused = x
        for reader, words in zip(self.readers, tokens, strict=True):
            fused = reader(fused, words, known, place)
        return torch.where(mask[..., None], fused, x)
