"""Entropy-regularised optimal transport between two sets of features."""

import torch
from torch import Tensor


@torch.no_grad()
def sinkhorn(
    cost: Tensor,
    rows: Tensor,
    columns: Tensor,
    epsilon: float = 0.05,
    steps: int = 30,
) -> Tensor:
    """The plan that moves one distribution onto another at the least cost.

    Minimises ``<P, C> - epsilon H(P)`` by Sinkhorn's iterations in log space. No
    gradient flows through them; the gradient of the minimum by the cost is P itself.

    Args:
        cost: (..., L, M).
        rows: What each row gives, (..., L), summing to one; 0 leaves a row out.
        columns: What each column takes, (..., M), likewise.
        epsilon: Share of the entropy; as it goes to zero, the plan gets sharp and the
            iterations slow.
        steps: Iterations. The columns are met exactly, the rows in the limit.

    Returns:
        P, (..., L, M).
    """
    kernel = -cost / epsilon
    rows, columns = rows.log(), columns.log()
    right = columns.where(columns.isinf(), 0.0)  # what is left out, from the start
    for _ in range(steps):
        left = rows - (kernel + right[..., None, :]).logsumexp(-1)
        right = columns - (kernel + left[..., None]).logsumexp(-2)
    return (kernel + left[..., None] + right[..., None, :]).exp()
