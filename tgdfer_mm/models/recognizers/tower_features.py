"""Features of a tower for the recognizers of bags, and checks of the tower."""

from torch import Tensor, nn

from ..backbones import InstanceBackbone
from ..bag import frame_mask


def read_tower(
    backbone: nn.Module, inputs: Tensor, data_samples: list | None
) -> tuple[Tensor, Tensor]:
    """Features of a batch of videos, and the mask of the valid ones.

    Args:
        backbone: A tower on images, or an ``InstanceBackbone``.
        inputs: (N, T, 3, H, W).
        data_samples: See :func:`~tgdfer_mm.models.bag.frame_mask`.

    Returns:
        Features (N, T, D) of the frames, or (N, P, D) of the positions in time that an
        ``InstanceBackbone`` gives, and their mask.
    """
    n, t = inputs.shape[:2]
    mask = frame_mask(data_samples, t, inputs.device).expand(n, t)
    if isinstance(backbone, InstanceBackbone):
        return backbone(inputs, mask)
    return backbone(inputs.flatten(0, 1)).unflatten(0, (n, t)), mask


def frames_per_position(backbone: nn.Module) -> int:
    """The number of frames for which the backbone gives one feature."""
    return getattr(backbone, 'frames_per_position', 1)


def check_tower(backbone: nn.Module, frames_per_instance: int) -> None:
    """Refuses a backbone whose features cannot become instances.

    Raises:
        ValueError: If it is neither a tower on images nor an ``InstanceBackbone``, or
            is too coarse in time for the instances.
    """
    if getattr(backbone, 'out_channels', None) is None:
        raise ValueError(
            f'{type(backbone).__name__} has no out_channels: put it into '
            "dict(type='InstanceBackbone', backbone=...)"
        )
    span = frames_per_position(backbone)
    if frames_per_instance % span:
        raise ValueError(
            f'the backbone gives one feature every {span} frames, so that '
            f'frames_per_instance={frames_per_instance} has to be a multiple of {span}'
        )
