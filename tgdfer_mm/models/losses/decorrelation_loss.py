"""What two parts of an instance have in common, as a loss."""

import torch.nn.functional as F
from torch import Tensor, nn

from ...registry import MODELS


@MODELS.register_module()
class DecorrelationLoss(nn.Module):
    """How far channels of one part tell channels of the other, over a batch.

    The mean squared correlation between every channel of the first and every channel
    of the second, over the valid instances of the batch: 0 if no channel of one tells
    anything of a channel of the other by a line, 1 if each tells all [from PF-ViT:
    the two parts are to be orthogonal; over a batch a choice]. It has no unit, so that
    small vectors do not make it small. Of n instances without any relation it is about
    1 / (n - 1).

    Args:
        loss_weight: Its factor.

    Raises:
        ValueError: If the weight is negative.
    """

    def __init__(self, loss_weight: float = 1.0) -> None:
        super().__init__()
        self.loss_weight = checked_weight(loss_weight)

    def forward(
        self, first: Tensor, second: Tensor, mask: Tensor | None = None
    ) -> Tensor:
        """The loss of two parts of the same instances.

        Args:
            first: (..., E).
            second: (..., P).
            mask: (...), True where an instance is valid; None if all are.
        """
        first, second = valid_rows(first, mask), valid_rows(second, mask)
        first, second = (
            F.normalize(part - part.mean(0), dim=0) for part in (first, second)
        )
        return self.loss_weight * (first.t() @ second).square().mean()


@MODELS.register_module()
class OrthogonalityLoss(nn.Module):
    """The mean squared cosine between the two parts of each instance [from PF-ViT].

    Weaker than :class:`DecorrelationLoss`: two orthogonal vectors may still say the
    same in different channels.

    Args:
        loss_weight: Its factor.

    Raises:
        ValueError: If the weight is negative.
    """

    def __init__(self, loss_weight: float = 1.0) -> None:
        super().__init__()
        self.loss_weight = checked_weight(loss_weight)

    def forward(
        self, first: Tensor, second: Tensor, mask: Tensor | None = None
    ) -> Tensor:
        """As for :class:`DecorrelationLoss`, of two parts of one width.

        Raises:
            ValueError: If the widths differ.
        """
        if first.shape != second.shape:
            raise ValueError(
                'OrthogonalityLoss compares parts of one width, not of '
                f'{first.shape[-1]} and {second.shape[-1]}; take DecorrelationLoss'
            )
        first, second = valid_rows(first, mask), valid_rows(second, mask)
        cosine = F.cosine_similarity(first, second, dim=-1)
        return self.loss_weight * cosine.square().sum() / max(len(cosine), 1)


def valid_rows(x: Tensor, mask: Tensor | None) -> Tensor:
    """The valid vectors (n, D) of (..., D)."""
    return x.flatten(0, -2) if mask is None else x[mask]


def checked_weight(weight: float) -> float:
    """Returns the weight of a loss; raises ValueError if it is negative."""
    if weight < 0:
        raise ValueError(f'loss_weight={weight} must not be negative')
    return weight
