"""Dynamic multi-instance normalisation."""

import torch
from torch import Tensor, nn


class DynamicInstanceNorm(nn.Module):
    """Dynamic multi-instance normalisation of the channels [from M3DFEL: DMIN].

    Mean and variance of a channel are taken over the bag's instances, and blended with
    those of the whole bag (over instances and channels) by two learned pairs of
    softmax weights; then comes an affine map for each channel. The variance over the
    instances is the unbiased one, and the bag's is the mean of second moments minus
    the squared mean, as in the released models.

    Args:
        channels: C.
        eps: Added to the variance.
    """

    def __init__(self, channels: int, eps: float = 1e-5) -> None:
        super().__init__()
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(channels))
        self.bias = nn.Parameter(torch.zeros(channels))
        self.mean_weight = nn.Parameter(torch.ones(2))
        self.var_weight = nn.Parameter(torch.ones(2))

    def forward(self, x: Tensor) -> Tensor:
        """(N, M, C) -> (N, M, C); M must be at least 2."""
        own_var, own_mean = torch.var_mean(x, dim=1, keepdim=True)
        bag_mean = own_mean.mean(-1, keepdim=True)
        second_moment = (own_var + own_mean.square()).mean(-1, keepdim=True)
        mean = self._blend(self.mean_weight, own_mean, bag_mean)
        var = self._blend(self.var_weight, own_var, second_moment - bag_mean.square())
        return (x - mean) / (var + self.eps).sqrt() * self.weight + self.bias

    @staticmethod
    def _blend(weights: Tensor, own: Tensor, bag: Tensor) -> Tensor:
        share = weights.softmax(0)
        return share[0] * own + share[1] * bag
