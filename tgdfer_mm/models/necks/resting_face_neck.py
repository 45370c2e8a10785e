"""Instances read against the face at rest of the same person."""

import torch
from torch import Tensor, nn

from ...registry import MODELS
from ..bag import Bag
from ..functional import masked_median
from ..layers.zero_start import zero_linear
from .visual_prompt_neck import RelevanceNeck, VisualPromptNeck


class RestingFace(nn.Module):
    """A visual prompt of the person at rest, and instances that are read against it.

    Most frames of a clip show a face at rest. So the median of the bag's valid
    instances, channel by channel, is a visual prompt of this person's resting face, r,
    that needs no label [choice]. Each instance is read together with its difference
    from r: ``x'_i = x_i + W [x_i, x_i - r]``, where W starts at zero.

    Args:
        dim: D.
    """

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.read = zero_linear(2 * dim, dim)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """(N, M, D), (N, M) -> (N, M, D); padding stays as it is."""
        moved = x - masked_median(x, mask)
        return x + self.read(torch.cat([x, moved], dim=-1)) * mask[..., None]


@MODELS.register_module()
class RestingFaceNeck(RelevanceNeck):
    """The default: relevance by the texts, instances read against the face at rest.

    The relevance is that of :class:`RelevanceNeck`, of the instances as the tower gives
    them, with tau learned; the instances are read anew by :class:`RestingFace`; the
    labels stay as they are. At the start nothing is changed, so that the model is
    zero-shot CLIP.

    Args:
        in_channels: D, the joint width.
        temperature: Where tau starts.
        spread: See :class:`RelevanceNeck`.
        **kwargs: As for :class:`RelevanceNeck`.
    """

    def __init__(
        self,
        in_channels: int,
        temperature: float = 0.01,
        spread: bool = True,
        **kwargs,
    ) -> None:
        super().__init__(temperature, spread, learn_temperature=True, **kwargs)
        self.rest = RestingFace(in_channels)

    def read(self, bag: Bag) -> Tensor:
        """The instances against the face at rest, (N, M, D)."""
        return self.rest(bag.instances, bag.mask)


@MODELS.register_module()
class RestingPromptNeck(VisualPromptNeck):
    """Labels enriched as by :class:`VisualPromptNeck`, and the face at rest.

    The instances are read as by :class:`RestingFaceNeck`; the labels are enriched by
    the instances as the tower gives them [choice].

    Args:
        in_channels: D, the joint width.
        spread: See :class:`RelevanceNeck`.
        **kwargs: As for :class:`VisualPromptNeck`.
    """

    def __init__(self, in_channels: int, spread: bool = True, **kwargs) -> None:
        super().__init__(in_channels, spread=spread, **kwargs)
        self.rest = RestingFace(in_channels)

    def read(self, bag: Bag) -> Tensor:
        """The instances against the face at rest, (N, M, D)."""
        return self.rest(bag.instances, bag.mask)
