"""Instances compared with the same person's face at rest."""

import torch
from torch import Tensor, nn

from ...registry import MODELS
from ..bag import Bag
from ..functional import masked_median
from ..layers.zero_start import zero_linear
from .visual_prompt_neck import RelevanceNeck, VisualPromptNeck


class RestingFace(nn.Module):
    """Adds a linear map of each instance and its difference from the resting face.

    Most frames of a clip show a face at rest. So the median of the bag's valid
    instances, channel by channel, is a visual prompt r of this person's resting face,
    and needs no label. Each instance becomes ``x'_i = x_i + W [x_i, x_i - r]``, where W
    starts at zero [choice].

    Args:
        dim: D.
    """

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.read = zero_linear(2 * dim, dim)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """(N, M, D), (N, M) -> (N, M, D); padding is not changed."""
        moved = x - masked_median(x, mask)
        return x + self.read(torch.cat([x, moved], dim=-1)) * mask[..., None]


@MODELS.register_module()
class RestingFaceNeck(RelevanceNeck):
    """The default neck: relevance, and instances against the resting face [choice].

    The relevance is that of :class:`RelevanceNeck`, for the instances as the tower
    gives them, with a trained tau [paper: frame-level relevance; form a choice]. The
    head gets the instances after :class:`RestingFace`; the labels are not changed. At
    the start nothing is changed, so that the model is zero-shot CLIP.

    Args:
        in_channels: D, the joint width.
        temperature: Initial value of tau.
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
    """Visual prompts, and instances against the resting face [paper; parts a choice].

    The labels are enriched as in :class:`VisualPromptNeck`, by the instances as the
    tower gives them [choice]. The head gets the instances of :class:`RestingFaceNeck`
    [choice].

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
