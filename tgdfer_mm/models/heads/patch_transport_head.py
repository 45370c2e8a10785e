"""Words of the classes' texts aligned with frames and with their patches."""

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
    """A :class:`TransportHead` that also moves patches onto the words [from GRACE].

    A share of what is moved is the patches'. A frame gives it to its patches by how
    much moves at each place, as the frames have theirs by how much moves in them
    [choice]. Patches do not pass through the temporal network; a linear layer, added to
    the identity and zero at the start, refines them [choice]. The features come from
    ``OpenCLIPPatches``. If the patches of all frames of a clip are put into another
    order alike, nothing changes.

    Args:
        num_classes: K.
        in_channels: D, the joint width.
        patch_share: Of what is moved, 0 to below 1. With 0 it is a ``TransportHead``.
        **kwargs: As for :class:`TransportHead`.

    Raises:
        ValueError: Another share.
    """

    def __init__(
        self, num_classes: int, in_channels: int, patch_share: float = 0.5, **kwargs
    ) -> None:
        super().__init__(num_classes, in_channels, **kwargs)
        if not 0 <= patch_share < 1:
            raise ValueError(f'patch_share={patch_share}: give 0 to below 1')
        self.patch_share = patch_share
        self.refine_patches = zero_linear(in_channels, in_channels)

    def frames(self, bag: Bag) -> Tensor:
        """The features of the frames, (N, M, D), out of (N, M, 1 + P, D).

        Raises:
            ValueError: There are no patches.
        """
        if bag.instances.dim() != 4:
            raise ValueError(
                "PatchTransportHead needs backbone.type='OpenCLIPPatches', and one "
                'frame an instance'
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
