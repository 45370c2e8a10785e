"""S2D's tower: a ViT with landmark prompts and temporal adapters before each block."""

import torch
from torch import Tensor, nn

from ...registry import MODELS
from ..layers.landmark_prompter import LandmarkPrompter, PlaceAdapter
from .wrapped_tower import WrappedTower


@MODELS.register_module()
class LandmarkViT(WrappedTower):
    """A ViT with landmark prompts and temporal adapters before each block [from S2D].

    Before each block the patch tokens are normalised. A :class:`LandmarkPrompter` makes
    the next prompt from them and the last prompt, a :class:`PlaceAdapter` lets them see
    the same place of the other frames, and both results are added. Before the first
    block this is done before the ViT's positional codes are added, and a learned code
    of the frame follows, as in the authors' code. The class token of a picture is its
    feature.

    All additions start at zero [choice], so that the output at the start is the ViT's.
    Put it into an ``InstanceBackbone`` with ``input_format='NCHW'``, and, if the source
    of the maps draws on a plane of its own, ``in_channels=4``.

    Args:
        tower: Config of a ViT of timm, ``timm.<name>``, with a class token.
        num_frames: T, the pictures of a video, which are next to each other in N.
        landmarks: Config of the source of the maps: ``MobileFaceNetMaps``,
            ``LandmarkPlane``, or any module with ``out_channels`` and ``planes`` that
            turns (B, 3 + planes, H, W) into (B, C, h, w), h x w being the ViT's places.
        hidden: Channels of the prompters.
        ratio: Width of the adapters' bottlenecks, in units of the ViT's.
        heads: Heads of the adapters' attention.
        frozen: Whether the ViT is frozen.
        pretrained: File with the ViT's weights, such as ``tgdfer convert`` writes.

    Raises:
        ValueError: If the tower is not a ViT of timm with one class token.
    """

    def __init__(
        self,
        tower: dict,
        num_frames: int,
        landmarks: dict,
        hidden: int = 8,
        ratio: float = 0.25,
        heads: int = 8,
        frozen: bool = True,
        pretrained: str | None = None,
    ) -> None:
        super().__init__(tower, pretrained)
        if getattr(self.tower, 'num_prefix_tokens', None) != 1:
            raise ValueError(
                f'{tower["type"]} is not a ViT of timm with one class token; '
                'LandmarkViT needs one'
            )
        self.num_frames = num_frames
        self.frozen = frozen
        self.landmarks = MODELS.build(landmarks)
        width, depth = self.tower.embed_dim, len(self.tower.blocks)
        self.out_channels = width
        self.embed = nn.Linear(self.landmarks.out_channels, width)
        self.time = nn.Parameter(torch.zeros(num_frames, width))
        # The prompter of the first block is used again before the second [from S2D].
        self.norms = nn.ModuleList(
            nn.LayerNorm(width, eps=1e-6) for _ in range(max(depth - 1, 1))
        )
        self.prompters = nn.ModuleList(
            LandmarkPrompter(width, hidden) for _ in range(depth)
        )
        self.adapters = nn.ModuleList(
            PlaceAdapter(width, ratio, heads) for _ in range(depth)
        )
        if frozen:
            self.tower.requires_grad_(False)

    def init_weights(self) -> None:
        """Loads the weights of the ViT and of the landmark source."""
        super().init_weights()
        self.landmarks.init_weights()

    def train(self, mode: bool = True) -> 'LandmarkViT':
        """Sets the mode; a frozen ViT stays in evaluation mode."""
        super().train(mode)
        if self.frozen:
            self.tower.eval()
        return self

    def forward(self, images: Tensor) -> Tensor:
        """(N * T, 3 + planes, H, W) -> (N * T, D).

        Raises:
            ValueError: If the pictures are not a whole number of videos, have another
                number of planes, or the maps have another number of places than the
                ViT.
        """
        self._check(images)
        maps = self.landmarks(images)
        places = self.tower.patch_embed(images[:, :3])
        prompt = self.embed(maps.flatten(2).transpose(1, 2))
        if prompt.shape != places.shape:
            raise ValueError(
                f'the landmark maps have {prompt.shape[1]} places of '
                f'{tuple(maps.shape[-2:])}, but the ViT has {places.shape[1]}'
            )
        places, prompt = self.enrich(0, places, prompt)
        tokens = self.tower._pos_embed(places)
        tokens = tokens.unflatten(0, (-1, self.num_frames)) + self.time[:, None]
        tokens = self.tower.norm_pre(tokens.flatten(0, 1))
        for i, block in enumerate(self.tower.blocks):
            if i:
                places, prompt = self.enrich(i, tokens[:, 1:], prompt)
                tokens = torch.cat([tokens[:, :1], places], dim=1)
            tokens = block(tokens)
        return self.tower.norm(tokens)[:, 0]

    def enrich(self, i: int, places: Tensor, prompt: Tensor) -> tuple[Tensor, Tensor]:
        """The patch tokens (N * T, L, D) for block i, and the prompt."""
        seen = self.norms[max(i - 1, 0)](places)
        prompt = self.prompters[i](seen, self.norms[0](prompt))
        paths = seen.unflatten(0, (-1, self.num_frames)).transpose(1, 2)
        moved = self.adapters[i](paths.flatten(0, 1)).view(paths.shape)
        return places + moved.transpose(1, 2).flatten(0, 1) + prompt, prompt

    def _check(self, images: Tensor) -> None:
        planes = 3 + self.landmarks.planes
        if images.shape[1] != planes:
            raise ValueError(
                f'{type(self.landmarks).__name__} reads pictures of {planes} planes, '
                f'not of {images.shape[1]}: put DrawLandmarks into the pipeline for '
                'the fourth plane, and set in_channels of InstanceBackbone'
            )
        if len(images) % self.num_frames:
            raise ValueError(
                f'{len(images)} pictures are not a whole number of videos of '
                f'num_frames={self.num_frames}: give SampleSegments the same num_frames'
            )
