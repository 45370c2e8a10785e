"""open_clip's ViT with features of the patches next to those of the picture."""

import torch
from open_clip.transformer import VisionTransformer
from torch import Tensor

from ...registry import MODELS
from ..vision_language.image_towers import tower_name
from .openclip_visual import OpenCLIPVisual


@MODELS.register_module()
class OpenCLIPPatches(OpenCLIPVisual):
    """A vision-language image tower that also gives patch features [choice].

    A patch's feature is the last block's output at its place, after the norm and the
    projection of the picture's feature. Pre-training tied only the picture's feature to
    texts, so a head should refine the patches before it compares them with words
    [choice]. The weights and the first feature are those of :class:`OpenCLIPVisual`.
    Heads such as ``PatchTransportHead`` read the patches.

    Args:
        arch: As for :class:`OpenCLIPVisual`; a ViT of open_clip's own.
        **kwargs: As for :class:`OpenCLIPVisual`, without ``patch_dropout``.

    Raises:
        ValueError: If the tower is not a ViT of open_clip or has no class token, or
            ``patch_dropout`` is given: every picture would keep other patches.
    """

    READS_PATCHES = True

    def __init__(self, arch: str | dict, **kwargs) -> None:
        if kwargs.get('patch_dropout'):
            raise ValueError(
                'OpenCLIPPatches: leave patch_dropout out; patches are compared from '
                'frame to frame'
            )
        super().__init__(arch, **kwargs)
        tower = self.tower
        fits = isinstance(tower, VisionTransformer) and tower.attn_pool is None
        fits = fits and tower.pool_type == 'tok' and not tower.final_ln_after_pool
        if not fits or tower.proj is None:
            raise ValueError(
                'OpenCLIPPatches needs a VisionTransformer of open_clip with a class '
                f'token and a projection; arch={arch!r} has a {tower_name(tower)} that '
                'lacks one of these: take another arch'
            )
        tower.output_tokens = True

    def forward(self, images: Tensor) -> Tensor:
        """(B, 3, H, W) -> (B, 1 + P, D), the picture's feature first."""
        picture, patches = super().forward(images)
        return torch.cat([picture[:, None], patches @ self.tower.proj], dim=1)
