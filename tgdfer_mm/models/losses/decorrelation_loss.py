"""Losses on what two parts of an instance have in common."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ...registry import MODELS


@MODELS.register_module()
class DecorrelationLoss(nn.Module):
    """The mean squared correlation between the channels of two parts.

    It is the mean over every pair of a channel of the first part and a channel of the
    second, over the valid instances of the batch: 0 if no channel is linearly related
    to one of the other part, 1 if all are fully [from PF-ViT: the two parts are to be
    orthogonal; over a batch a choice]. It has no unit, so that small vectors do not
    make it small. For n unrelated instances it is about 1 / (n - 1).

    Args:
        loss_weight: Factor of the loss.

    Raises:
        ValueError: If the weight is negative.
    """

    def __init__(self, loss_weight: float = 1.0) -> None:
        super().__init__()
        self.loss_weight = checked_weight(loss_weight)

    def forward(
        self, first: Tensor, second: Tensor, mask: Tensor | None = None
    ) -> Tensor:
        """The loss for two parts of the same instances.

        Args:
            first: (..., E).
            second: (..., P).
            mask: (...), true where an instance is valid; None if all are valid.
        """
        first, second = valid_rows(first, mask), valid_rows(second, mask)
        first, second = (
            F.normalize(part - part.mean(0), dim=0) for part in (first, second)
        )
        return self.loss_weight * (first.t() @ second).square().mean()


@MODELS.register_module()
class SharedVarianceLoss(nn.Module):
    """The share of each part that the other predicts linearly [choice].

    The mean of two shares of explained variance, 0 to 1: of the first part by a ridge
    regression on the second, and of the second by one on the first.
    :class:`DecorrelationLoss` compares pairs of channels; this loss also sees what many
    channels together predict. The batch needs several times as many valid instances as
    there are channels: for n unrelated instances, P channels predict up to P / n.

    Args:
        loss_weight: Factor of the loss.
        ridge: Penalty of the regression, relative to the mean variance of a channel.

    Raises:
        ValueError: If the weight is negative, or the penalty is not positive.
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
        """Share of the variance of one part (n, E) that the other (n, P) predicts."""
        own, both = other.t() @ other, other.t() @ part
        penalty = self.ridge * own.diagonal().mean().clamp(min=1e-12)
        own = own + penalty * torch.eye(len(own), dtype=own.dtype, device=own.device)
        total = part.square().sum().clamp(min=1e-12)
        return (both * torch.linalg.solve(own, both)).sum() / total


@MODELS.register_module()
class OrthogonalityLoss(nn.Module):
    """The mean squared cosine between the two parts of each instance [from PF-ViT].

    It is weaker than :class:`DecorrelationLoss`: two orthogonal vectors may still have
    the same information in different channels.

    Args:
        loss_weight: Factor of the loss.

    Raises:
        ValueError: If the weight is negative.
    """

    def __init__(self, loss_weight: float = 1.0) -> None:
        super().__init__()
        self.loss_weight = checked_weight(loss_weight)

    def forward(
        self, first: Tensor, second: Tensor, mask: Tensor | None = None
    ) -> Tensor:
        """As for :class:`DecorrelationLoss`, for two parts of the same width.

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
