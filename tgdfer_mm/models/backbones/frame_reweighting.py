"""Attention of a ViT moved towards the frames of a clip that stand out."""

from collections.abc import Sequence

from torch import Tensor, nn

from ...registry import MODELS
from .vit_blocks import check_attention, find_blocks, project, project_back
from .wrapped_tower import WrappedTower


@MODELS.register_module()
class FrameReweighting(WrappedTower):
    """A ViT whose attention is moved between the frames of a clip [from MiRA].

    It has no parameters of its own: with the names ``tower.*`` it loads what its tower
    loads. To what a block's attention gives is added what the re-weighting of the
    frames changes in an attention over all tokens of the clip. With factors of one that
    is nothing, and the model gives the tower's numbers bit by bit.

    For a tower over clips, whose tokens see each other anyway, this is the authors'
    method. A tower on pictures never looks at another frame; there the difference
    between the re-weighted and the plain attention over all frames of the clip is
    brought into each of them, without training and at the cost of that attention
    [choice]. A class token is one of its frame's tokens, and where the last block
    computes the class token alone, its row is the attention [choice].

    A picture's padding is not known here. ``InstanceBackbone`` shows the last valid
    frame in its place, which then counts as often.

    Args:
        tower: Config of the ViT: ``OpenCLIPVisual``, ``timm.<name>`` with timm's own
            arguments, or mmaction2's ``VisionTransformer`` over clips.
        num_frames: T, pictures of a video that lie one after the other; or the steps
            in time that the tokens of a clip have (frames by the tower's
            ``tubelet_size``).
        input_format: ``NCHW`` for a tower on pictures, ``NCTHW`` for one over clips.
        reweighting: Config of ``ExactReweighting``, the default, or
            ``LightReweighting``.
        blocks: How many of the last blocks have it, or the indices of those that do.
        pretrained: File with the weights of a timm tower or of mmaction2's, such as
            ``tgdfer convert`` writes; an ``OpenCLIPVisual`` has its own.

    Raises:
        ValueError: The tower is no ViT whose attention can be read, or ``blocks`` names
            one that it does not have.
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
        """Width of a feature, where the tower says it."""
        for name in ('out_channels', 'num_features', 'embed_dims'):
            if isinstance(width := getattr(self.tower, name, None), int):
                return width
        return None

    def forward(self, images: Tensor) -> Tensor:
        """What the tower gives of pictures (N * T, 3, H, W) or of clips."""
        return self.tower(images)


class _Movement:
    """A hook that adds to an attention's output what the re-weighting changes.

    An object and not a closure, so that a copy of the model has the copied part.

    Args:
        reweighting: See :class:`FrameReweighting`.
        frames: T.
        group: How many sequences of tokens make one clip: T, or 1.
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
                f'{len(tokens)} pictures are no videos of num_frames={self.frames}: '
                'make SampleSegments agree'
            )
        if self.group == 1 and tokens.shape[1] % self.frames:
            raise ValueError(
                f'{tokens.shape[1]} tokens of a clip are not as many in each of '
                f'num_frames={self.frames} steps: give the frames of a clip by the '
                "tower's tubelet_size, and a tower without a class token"
            )
