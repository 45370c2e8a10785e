"""Temporal adapters inside the blocks of a vision transformer on pictures."""

import torch
from torch import Tensor, nn

from ...registry import MODELS
from ..temporal import build_temporal
from .vit_blocks import find_blocks
from .wrapped_tower import WrappedTower


@MODELS.register_module()
class ViTTemporalAdapter(WrappedTower):
    """A ViT whose pictures of one video see each other between the blocks [from S2D].

    Before each block, the tokens of one place in the picture are taken over the T
    frames and pass through a temporal network. The class token is left alone: it reads
    the others in the block. As those networks start at identity, so does the whole: at
    the start it gives what the tower gives. Their names are ``adapters.*`` and the
    tower's keep the form ``tower.*``, so that its weights load as ever.

    A picture's padding is not known here. Put it into an ``InstanceBackbone`` with
    ``input_format='NCHW'``, which shows the last valid frame in the place of padding;
    mmaction2's ``Recognizer2D`` takes it as well.

    Args:
        tower: Config of the ViT: ``OpenCLIPVisual``, or ``timm.<name>`` with timm's
            own arguments.
        num_frames: T, pictures of a video, which lie one after the other.
        adapter: Config of a network from ``tgdfer_mm.registry.TEMPORAL``, without
            ``dim``; ``tma`` by default.
        blocks: Indices of the blocks before which it stands; all by default.
        prefix_tokens: Tokens before those of the picture: one class token.
        frozen: Whether the tower is; then only the adapters learn.
        pretrained: File with the weights of a timm tower, such as
            ``tgdfer convert`` writes; an ``OpenCLIPVisual`` has its own.

    Raises:
        ValueError: If the tower has no blocks where those of open_clip and timm are, or
            ``blocks`` names one that it does not have.
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
    """A hook that lets a block's tokens pass through a network over time first.

    An object and not a closure, so that a copy of the model has the copied network.
    """

    def __init__(self, network: nn.Module, num_frames: int, prefix: int) -> None:
        self.network = network
        self.num_frames = num_frames
        self.prefix = prefix

    def __call__(self, block: nn.Module, inputs: tuple) -> tuple:
        tokens, *others = inputs
        if len(tokens) % self.num_frames:
            raise ValueError(
                f'{len(tokens)} pictures are no videos of num_frames='
                f'{self.num_frames}: make SampleSegments agree'
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
