"""open_clip's image tower as an mmaction2 backbone."""

from mmengine.model import BaseModule
from open_clip.transformer import PatchDropout, VisionTransformer
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm

from ...registry import MODELS
from ..vision_language.fast_layers import use_fast_layers, use_first_token
from ..vision_language.image_towers import (
    size_of,
    stages,
    tower_name,
    use_checkpoints,
    width_of,
)
from ..vision_language.open_clip_models import arch_config, load_clip
from ..vision_language.single_towers import build_image_tower


class PictureSizeError(ValueError):
    """Pictures do not have the size that a tower takes."""

    exit_code = 2  # of a command


@MODELS.register_module()
class OpenCLIPVisual(BaseModule):
    """The image tower of a vision-language model, applied to each frame.

    Maps images (B, 3, H, W) to features of the joint space (B, D), so that it serves
    any recognizer that folds time into the batch: ``TextGuidedRecognizer``, or
    mmaction2's ``Recognizer2D`` with ``TSNHead(spatial_type=None)``.
    A vision-language tower is [paper]; open_clip's CLIP is [from DFER-CLIP, VadCLIP].

    Args:
        arch: open_clip model name, path of a JSON model config, or the config itself as
            a dict.
        pretrained: Tag of open_clip's weights, local file, or None. It is loaded by
            ``init_weights`` and not before, so that a complete checkpoint needs no
            download.
        quick_gelu: Whether the weights of a local file were trained with quick GELU.
        frozen_stages: -1 trains all; 0 freezes the stem; i > 0 freezes also the first
            i blocks (of a ViT) or stages (of a convolutional network, a Swin);
            ``'all'`` freezes the tower.
        norm_eval: Keep every batch norm in evaluation mode while training.
        patch_dropout: Share of the patches that are left out in training, drawn for
            each picture [from FLIP]; for open_clip's own ViT only. It pays with patches
            of 16 pixels or less; train the last epochs without it.
        with_cp: Activation checkpointing: blocks store nothing for the backward pass
            and are computed twice, which takes less memory and a third more time. Batch
            norms that are trained then update their statistics twice for each batch.

    Raises:
        ValueError: If ``frozen_stages`` is out of range, or the stages of the tower are
            not known here (then only -1 and ``'all'`` work); or ``patch_dropout`` is
            given for a tower that is not open_clip's own ViT; or the tower has no
            activation checkpointing for ``with_cp``.
    """

    READS_PATCHES = False  # whether more than the class token is read

    def __init__(
        self,
        arch: str | dict,
        pretrained: str | None = None,
        quick_gelu: bool | None = None,
        frozen_stages: int | str = -1,
        norm_eval: bool = False,
        patch_dropout: float = 0.0,
        with_cp: bool = False,
    ) -> None:
        super().__init__()
        self.arch = arch
        self.pretrained = pretrained
        self.quick_gelu = quick_gelu
        self.norm_eval = norm_eval
        if not 0 <= patch_dropout < 1:
            raise ValueError(f'patch_dropout={patch_dropout} must be in [0, 1)')
        self.tower = build_image_tower(arch)
        use_fast_layers(self.tower)
        if isinstance(self.tower, VisionTransformer):
            if not self.READS_PATCHES:
                use_first_token(self.tower)
            if patch_dropout:
                self.tower.patch_dropout = PatchDropout(patch_dropout)
        elif patch_dropout:
            raise ValueError(
                f'patch_dropout={patch_dropout} needs a VisionTransformer of '
                f"open_clip's own, not a {tower_name(self.tower)}"
            )
        if with_cp:
            use_checkpoints(self.tower)
        self.out_channels = width_of(self.tower, arch_config(arch)['embed_dim'])
        self._size = size_of(self.tower)
        self._frozen = self._freeze(frozen_stages)

    def init_weights(self) -> None:
        """Loads ``pretrained``; without it the random weights stay."""
        if self.pretrained is not None:
            model, _ = load_clip(self.arch, self.pretrained, self.quick_gelu)
            self.tower.load_state_dict(model.visual.state_dict())
        self._is_init = True

    def forward(self, images: Tensor) -> Tensor:
        """(B, 3, H, W) -> (B, D).

        Raises:
            PictureSizeError: If H and W are not the size that the tower takes.
        """
        if self._size is not None and images.shape[-2:] != self._size:
            raise PictureSizeError(
                f'the pictures are {images.shape[-1]} x {images.shape[-2]} (width x '
                f'height), but the tower takes {self._size[1]} x {self._size[0]}. Add '
                'a Resize to the pipeline; if the frames are not crops of faces, use '
                '`tgdfer infer`, which finds the faces.'
            )
        return self.tower(images)

    def train(self, mode: bool = True) -> 'OpenCLIPVisual':
        """Sets the mode; frozen parts stay in evaluation mode."""
        super().train(mode)
        for module in self._frozen:
            module.eval()
        if self.norm_eval:
            for module in self.tower.modules():
                if isinstance(module, _BatchNorm):
                    module.eval()
        return self

    def _freeze(self, frozen_stages: int | str) -> list[nn.Module]:
        """Freezes the first stages; returns the modules that are wholly frozen."""
        for part in self._select_frozen(frozen_stages):
            part.requires_grad_(False)
        if frozen_stages == 'all':
            return [self.tower]
        return [module for module in self.tower.modules() if _is_frozen(module)]

    def _select_frozen(self, frozen_stages: int | str) -> list:
        if frozen_stages == 'all':
            return [self.tower]
        if frozen_stages == -1:
            return []
        known = stages(self.tower)
        if not isinstance(frozen_stages, int) or not 0 <= frozen_stages < len(known):
            raise ValueError(
                f'frozen_stages={frozen_stages!r}: give -1 (none), 0 (stem) to '
                f"{len(known) - 1} or 'all'"
            )
        return [part for stage in known[: frozen_stages + 1] for part in stage]


def _is_frozen(module: nn.Module) -> bool:
    parameters = [*module.parameters()]
    return bool(parameters) and not any(p.requires_grad for p in parameters)
