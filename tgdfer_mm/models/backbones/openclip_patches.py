"""open_clip's ViT, of which the patches are read as well as the picture."""

import torch
from open_clip.transformer import VisionTransformer
from torch import Tensor

from ...registry import MODELS
from ..vision_language.image_towers import tower_name
from .openclip_visual import OpenCLIPVisual


@MODELS.register_module()
class OpenCLIPPatches(OpenCLIPVisual):
    """An :class:`OpenCLIPVisual` that gives a picture's feature and its patches'.

    A patch's feature is what the last block makes of its place, through the norm and
    the projection of the picture's: pre-training tied only the latter to texts, so that
    a head should refine the words that it compares them with [choice]. The weights
    are those of an ``OpenCLIPVisual``, and so is the first of the features. For heads
    that read patches, such as ``PatchTransportHead``.

    Args:
        arch: As for :class:`OpenCLIPVisual`; a ViT of open_clip's own.
        **kwargs: As there, less ``patch_dropout``.

    Raises:
        ValueError: The tower is another one or reads no class token, or patches are
            to be left out, of which each picture would have others.
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
                f'OpenCLIPPatches needs a VisionTransformer of open_clip with a class '
                f'token and a projection; arch={arch!r} has a {tower_name(tower)} '
                'without'
            )
        tower.output_tokens = True

    def forward(self, images: Tensor) -> Tensor:
        """(B, 3, H, W) -> (B, 1 + P, D), the picture's feature first."""
        picture, patches = super().forward(images)
        return torch.cat([picture[:, None], patches @ self.tower.proj], dim=1)
