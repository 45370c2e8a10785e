"""Attention of a ViT moved towards the frames of a clip that stand out."""

from collections.abc import Sequence

from torch import Tensor, nn

from ...registry import MODELS
from .vit_blocks import check_attention, find_blocks, project, project_back
from .wrapped_tower import WrappedTower


@MODELS.register_module()
class FrameReweighting(WrappedTower):
    """A vision transformer whose attention is moved between frames [from MiRA].

    It has no parameters of its own: under the names ``tower.*`` it loads the weights of
    its tower. A block's attention is computed over all tokens of the clip twice, with
    and without the re-weighting of frames, and the difference is added to the block's
    own attention. With factors of one the difference is zero, and the output is exactly
    the tower's.

    For a tower over clips, whose tokens see each other anyway, this is the authors'
    method. A tower on pictures never sees another frame; there the difference brings
    the other frames of the clip into each frame, without training and at the cost of
    one more attention [choice]. A class token is one of its frame's tokens, and where
    the last block computes the class token alone, its row is the attention [choice].

    This module does not know which frames are padding. ``InstanceBackbone`` replaces
    padding by the last valid frame, which therefore counts several times.

    Args:
        tower: Config of the ViT: ``OpenCLIPVisual``, ``timm.<name>`` with timm's own
            arguments, or mmaction2's ``VisionTransformer`` over clips.
        num_frames: T, the pictures of a video, which are next to each other in N; or
            the time steps of a clip's tokens (frames divided by the tower's
            ``tubelet_size``).
        input_format: ``NCHW`` for a tower on pictures, ``NCTHW`` for one over clips.
        reweighting: Config of ``ExactReweighting``, the default, or
            ``LightReweighting``.
        blocks: Number of the last blocks that are re-weighted, or the indices of those
            that are.
        pretrained: File with the weights of a timm tower or of mmaction2's, such as
            ``tgdfer convert`` writes; an ``OpenCLIPVisual`` has its own.

    Raises:
        ValueError: If the tower is not a ViT whose attention can be read, or ``blocks``
            names one that it does not have.
    """

    def __init__(
        self,
        tower: dict,
        num_frames: int,
        input_format: str = 'NCHW',
        reweighting: dict | None = None,
        blocks: int | Sequence[int] = 1,
        pretrained: str | None = None,
    ) -> None:
        if input_format not in ('NCHW', 'NCTHW'):
            raise ValueError(f"input_format={input_format!r}: give 'NCHW' or 'NCTHW'")
        super().__init__(tower, pretrained)
        self.reweighting = MODELS.build(
            {'type': 'ExactReweighting', **(reweighting or {})}
        )
        name, found = tower['type'], find_blocks(self.tower, tower['type'])
        depth = len(found)
        chosen = range(depth - blocks, depth) if isinstance(blocks, int) else blocks
        if not set(chosen) <= set(range(depth)):
            raise ValueError(f'blocks={blocks}: {name} has blocks 0 to {depth - 1}')
        group = num_frames if input_format == 'NCHW' else 1
        for i in chosen:
            attention = getattr(found[i], 'attn', None)
            check_attention(attention, name)
            attention.register_forward_hook(
                _Movement(self.reweighting, num_frames, group)
            )

    @property
    def out_channels(self) -> int | None:
        """Width of a feature, if the tower states it."""
        for name in ('out_channels', 'num_features', 'embed_dims'):
            if isinstance(width := getattr(self.tower, name, None), int):
                return width
        return None

    def forward(self, images: Tensor) -> Tensor:
        """The tower's output for pictures (N * T, 3, H, W) or for clips."""
        return self.tower(images)


class _Movement:
    """A hook that adds the change by the re-weighting to an attention's output.

    It is an object and not a closure, so that a copy of the model uses the copied
    parts.

    Args:
        reweighting: See :class:`FrameReweighting`.
        frames: T.
        group: Number of token sequences in one clip: T, or 1.
    """

    def __init__(self, reweighting: nn.Module, frames: int, group: int) -> None:
        self.reweighting = reweighting
        self.frames = frames
        self.group = group

    def __call__(self, attention: nn.Module, inputs: tuple, output):
        tokens = inputs[0]
        given = output[0] if isinstance(output, tuple) else output
        self._check(tokens)
        parts = project(attention, tokens, given.shape[1])
        added = self.reweighting(*(self._join(x) for x in parts), self.frames)
        added = added.unflatten(2, (self.group, -1)).transpose(1, 2).flatten(0, 1)
        moved = given + project_back(attention, added).to(given)
        return (moved, *output[1:]) if isinstance(output, tuple) else moved

    def _join(self, part: Tensor) -> Tensor:
        """(N * group, heads, L, d) -> (N, heads, group * L, d)."""
        return part.unflatten(0, (-1, self.group)).transpose(1, 2).flatten(2, 3)

    def _check(self, tokens: Tensor) -> None:
        if len(tokens) % self.group:
            raise ValueError(
                f'{len(tokens)} pictures are not a whole number of videos of '
                f'num_frames={self.frames}: give SampleSegments the same num_frames'
            )
        if self.group == 1 and tokens.shape[1] % self.frames:
            raise ValueError(
                f'{tokens.shape[1]} tokens of a clip cannot be divided into '
                f'num_frames={self.frames} equal time steps: set num_frames to the '
                "frames of a clip divided by the tower's tubelet_size, and take a "
                'tower without a class token'
            )
