"""What two parts of an instance have in common, as a loss."""

import torch
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
class SharedVarianceLoss(nn.Module):
    """The share of each part that a line tells from the other, over a batch [choice].

    The mean of two shares of variance, 0 to 1: of the first part by a ridge regression
    on the second, and the other way round. Where :class:`DecorrelationLoss` looks at
    one channel and one channel, this one also sees what many channels together tell.
    The batch needs several times as many valid instances as there are channels: of n
    instances without any relation P channels tell up to P / n.

    Args:
        loss_weight: Its factor.
        ridge: Penalty of the regression, in units of the mean variance of a channel.

    Raises:
        ValueError: If the weight is negative, or the penalty not positive.
    """

    def __init__(self, loss_weight: float = 1.0, ridge: float = 0.05) -> None:
        super().__init__()
        if ridge <= 0:
            raise ValueError(f'ridge={ridge} must be positive')
        self.loss_weight = checked_weight(loss_weight)
        self.ridge = ridge

    def forward(
        self, first: Tensor, second: Tensor, mask: Tensor | None = None
    ) -> Tensor:
        """As for :class:`DecorrelationLoss`."""
        first, second = valid_rows(first, mask), valid_rows(second, mask)
        if len(first) < 2:
            return (first.sum() + second.sum()) * 0.0
        first, second = first - first.mean(0), second - second.mean(0)
        told = self.told(first, second) + self.told(second, first)
        return self.loss_weight * told / 2

    def told(self, part: Tensor, other: Tensor) -> Tensor:
        """Share of the variance of a part (n, E) that the other (n, P) tells."""
        own, both = other.t() @ other, other.t() @ part
        penalty = self.ridge * own.diagonal().mean().clamp(min=1e-12)
        own = own + penalty * torch.eye(len(own), dtype=own.dtype, device=own.device)
        total = part.square().sum().clamp(min=1e-12)
        return (both * torch.linalg.solve(own, both)).sum() / total


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
