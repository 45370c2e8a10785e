"""Temporal adapters inside the blocks of a vision transformer on pictures."""

import torch
from torch import Tensor, nn

from ...registry import MODELS
from ..temporal import build_temporal
from .vit_blocks import find_blocks
from .wrapped_tower import WrappedTower


@MODELS.register_module()
class ViTTemporalAdapter(WrappedTower):
    """A ViT with temporal adapters before its blocks [from S2D].

    Before each block, the tokens of the same place in the T frames pass through a
    temporal network. The class token is not changed there: it reads the other tokens in
    the block. The temporal networks start as the identity, so that the output at the
    start is the tower's. Their parameters are named ``adapters.*``; those of the tower
    keep the form ``tower.*``, so that its weights load as usual.

    This module does not know which frames are padding. Put it into an
    ``InstanceBackbone`` with ``input_format='NCHW'``, which replaces padding by the
    last valid frame. mmaction2's ``Recognizer2D`` can use it, too.

    Args:
        tower: Config of the ViT: ``OpenCLIPVisual``, or ``timm.<name>`` with timm's
            own arguments.
        num_frames: T, the pictures of a video, which are next to each other in N.
        adapter: Config of a network from ``tgdfer_mm.registry.TEMPORAL``, without
            ``dim``; ``tma`` by default.
        blocks: Indices of the blocks that have an adapter before them; all by default.
        prefix_tokens: Number of tokens before the patch tokens: one class token.
        frozen: Whether the tower is frozen, so that only the adapters are trained.
        pretrained: File with the weights of a timm tower, such as
            ``tgdfer convert`` writes; an ``OpenCLIPVisual`` has its own.

    Raises:
        ValueError: If the blocks of the tower are not found, or ``blocks`` names one
            that it does not have.
    """

    def __init__(
        self,
        tower: dict,
        num_frames: int,
        adapter: dict | None = None,
        blocks: list[int] | None = None,
        prefix_tokens: int = 1,
        frozen: bool = True,
        pretrained: str | None = None,
    ) -> None:
        super().__init__(tower, pretrained)
        self.frozen = frozen
        found = find_blocks(self.tower, tower['type'])
        chosen = range(len(found)) if blocks is None else blocks
        if not set(chosen) <= set(range(len(found))):
            raise ValueError(
                f'blocks={blocks}: {tower["type"]} has blocks 0 to {len(found) - 1}'
            )
        self.adapters = nn.ModuleDict()
        for i in chosen:
            width = _width(found[i])
            network = build_temporal(adapter, 'tma', width)
            self.adapters[str(i)] = network
            found[i].register_forward_pre_hook(
                _Insertion(network, num_frames, prefix_tokens)
            )
        if frozen:
            self.tower.requires_grad_(False)

    @property
    def out_channels(self) -> int:
        """Width of a picture's feature."""
        own = getattr(self.tower, 'out_channels', None)
        return self.tower.num_features if own is None else own

    def train(self, mode: bool = True) -> 'ViTTemporalAdapter':
        """Sets the mode; a frozen tower stays in evaluation mode."""
        super().train(mode)
        if self.frozen:
            self.tower.eval()
        return self

    def forward(self, images: Tensor) -> Tensor:
        """(N * T, 3, H, W) -> (N * T, D)."""
        return self.tower(images)


class _Insertion:
    """A hook that passes a block's input tokens through a temporal network.

    It is an object and not a closure, so that a copy of the model uses the copied
    network.
    """

    def __init__(self, network: nn.Module, num_frames: int, prefix: int) -> None:
        self.network = network
        self.num_frames = num_frames
        self.prefix = prefix

    def __call__(self, block: nn.Module, inputs: tuple) -> tuple:
        tokens, *others = inputs
        if len(tokens) % self.num_frames:
            raise ValueError(
                f'{len(tokens)} pictures are not a whole number of videos of '
                f'num_frames={self.num_frames}: give SampleSegments the same num_frames'
            )
        kept, patches = tokens[:, : self.prefix], tokens[:, self.prefix :]
        paths = patches.unflatten(0, (-1, self.num_frames)).transpose(1, 2)
        videos, places = paths.shape[:2]
        paths = paths.flatten(0, 1)
        mask = paths.new_ones(paths.shape[:2], dtype=torch.bool)
        paths = self.network(paths, mask).unflatten(0, (videos, places))
        patches = paths.transpose(1, 2).flatten(0, 1)
        return torch.cat([kept, patches.to(kept)], dim=1), *others


def _width(block: nn.Module) -> int:
    norms = (m for m in block.modules() if isinstance(m, nn.LayerNorm))
    return next(norms).normalized_shape[-1]
