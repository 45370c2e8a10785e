"""How a bag's instances become one vector, or one a class, for the video logits."""

import torch
from torch import Tensor, nn

from ...registry import VIDEO_POOLINGS, known_part
from ..bag import Bag
from ..functional import masked_softmax


@VIDEO_POOLINGS.register_module(name='relevance')
class RelevancePooling(nn.Module):
    """One vector a class, by the relevance that the neck gives the instances.

    It has nothing to learn, and a frame that shows another emotion does not dilute it
    [choice; measured in docs/evidence.md].

    Args:
        dim: Unused; every pooling takes it.
    """

    def __init__(self, dim: int) -> None:
        super().__init__()

    def forward(self, hidden: Tensor, bag: Bag) -> Tensor:
        """(N, M, D) -> (N, K, D)."""
        return bag.relevance.transpose(1, 2) @ hidden


@VIDEO_POOLINGS.register_module(name='query')
class QueryPooling(nn.Module):
    """One vector a video, by attention to a learned query [from VadCLIP, DK-CLIP].

    The query starts at zero, i.e. at the mean of the valid instances.

    Args:
        dim: D.
    """

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.query = nn.Parameter(torch.zeros(dim))

    def forward(self, hidden: Tensor, bag: Bag) -> Tensor:
        """(N, M, D) -> (N, 1, D)."""
        attention = hidden @ self.query / len(self.query) ** 0.5
        return masked_softmax(attention, bag.mask, dim=1)[:, None] @ hidden


def build_video_pooling(name: str, dim: int) -> nn.Module:
    """The pooling of a name, for features (N, M, D).

    Raises:
        ValueError: There is none; names those that there are.
    """
    return known_part(VIDEO_POOLINGS, name)(dim)
