"""Feature pooling for the video logits: one vector for the bag, or for each class."""

import torch
from torch import Tensor, nn

from ...registry import VIDEO_POOLINGS, known_part
from ..bag import Bag
from ..functional import masked_softmax


@VIDEO_POOLINGS.register_module(name='relevance')
class RelevancePooling(nn.Module):
    """Pooling by relevance: one vector for each class [choice].

    The weights are the neck's relevance, so nothing is trained, and a frame that shows
    another emotion does not dilute the vector of a class [measured in
    docs/evidence.md].

    Args:
        dim: Not used; every pooling takes it.
    """

    def __init__(self, dim: int) -> None:
        super().__init__()

    def forward(self, hidden: Tensor, bag: Bag) -> Tensor:
        """(N, M, D) -> (N, K, D)."""
        return bag.relevance.transpose(1, 2) @ hidden


@VIDEO_POOLINGS.register_module(name='query')
class QueryPooling(nn.Module):
    """Attention pooling by a learned query [from VadCLIP, DK-CLIP].

    It gives one vector for the video. The query starts at zero, so that the result
    starts as the mean of the valid instances.

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
    """The pooling with a name, for features (N, M, D).

    Raises:
        ValueError: If there is none; the message names all poolings.
    """
    return known_part(VIDEO_POOLINGS, name)(dim)
