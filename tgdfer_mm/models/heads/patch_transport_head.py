"""Optimal transport between the words of the classes' texts, frames and patches."""

import torch
import torch.nn.functional as F
from torch import Tensor

from ...registry import MODELS
from ..bag import Bag
from ..functional import motion
from ..layers.zero_start import zero_linear
from .transport_head import TransportHead


@MODELS.register_module()
class PatchTransportHead(TransportHead):
    """A head that aligns frames and patches with words [from GRACE].

    It is a :class:`TransportHead` in which patches, too, are moved onto the words. They
    have a fixed share of the mass. Each frame divides its part among its patches by the
    motion at each place, just as the frames' own mass follows their motion [choice].
    Patches do not pass through the temporal network; they are refined by a linear layer
    that is added to the identity and starts at zero [choice]. The features come from
    ``OpenCLIPPatches``. The same permutation of the patches in all frames of a clip
    changes nothing.

    Args:
        num_classes: K.
        in_channels: D, the joint width.
        patch_share: Share of the patches in the mass, from 0 to below 1. With 0 this is
            a ``TransportHead``.
        **kwargs: As for :class:`TransportHead`.

    Raises:
        ValueError: If ``patch_share`` is out of range.
    """

    def __init__(
        self, num_classes: int, in_channels: int, patch_share: float = 0.5, **kwargs
    ) -> None:
        super().__init__(num_classes, in_channels, **kwargs)
        if not 0 <= patch_share < 1:
            raise ValueError(
                f'patch_share={patch_share}: give a number from 0 to below 1'
            )
        self.patch_share = patch_share
        self.refine_patches = zero_linear(in_channels, in_channels)

    def frames(self, bag: Bag) -> Tensor:
        """The features of the frames, (N, M, D), taken from (N, M, 1 + P, D).

        Raises:
            ValueError: If there are no patches.
        """
        if bag.instances.dim() != 4:
            raise ValueError(
                "PatchTransportHead needs backbone.type='OpenCLIPPatches', and "
                'frames_per_instance=1'
            )
        return bag.instances[:, :, 0]

    def tokens(self, bag: Bag, unit: Tensor, weight: Tensor) -> tuple[Tensor, Tensor]:
        """Frames, then all their patches; see :meth:`TransportHead.tokens`."""
        patches = bag.instances[:, :, 1:]
        tracks = patches.transpose(1, 2).flatten(0, 1)
        moved = motion(tracks, bag.mask.repeat_interleave(patches.shape[2], 0))
        moved = moved.unflatten(0, (len(patches), -1)).transpose(1, 2)
        shares = (moved / self.motion_temperature).softmax(-1) * weight[..., None]
        patches = F.normalize(patches + self.refine_patches(patches), dim=-1)
        return (
            torch.cat([unit, patches.flatten(1, 2)], dim=1),
            torch.cat(
                [(1 - self.patch_share) * weight, self.patch_share * shares.flatten(1)],
                dim=1,
            ),
        )
