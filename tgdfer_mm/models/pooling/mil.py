"""Multiple-instance pooling: from instance logits to bag logits.

A pooling is a function of the logits (N, M, K) and the mask of the valid instances (N,
M); poolings that need them also get ``rho`` and ``weights``.
"""

from collections.abc import Callable

import torch
from torch import Tensor

from ...registry import MIL_POOLINGS, known_part


def mil_pool(
    z: Tensor,
    mask: Tensor,
    mode: str = 'topk',
    rho: float = 0.25,
    weights: Tensor | None = None,
) -> Tensor:
    """Pools instance logits into bag logits [paper: MIL; the forms are a choice].

    Args:
        z: Instance logits, (N, M, K).
        mask: Valid instances, (N, M).
        mode: ``topk`` (mean of the best k of each class), ``relevance`` (weighted by
            ``weights``), ``logsumexp`` (soft maximum, of the mean), ``mean``, or
            another one of ``tgdfer_mm.registry.MIL_POOLINGS``.
        rho: Share of the valid instances that ``topk`` averages.
        weights: Relevance, (N, M, K), for ``relevance`` only.

    Returns:
        Bag logits, (N, K).

    Raises:
        ValueError: If the mode is unknown, or is ``relevance`` without weights.
    """
    return find_mil_pooling(mode)(z, mask, rho=rho, weights=weights)


def find_mil_pooling(mode: str) -> Callable[..., Tensor]:
    """The pooling with a name.

    Raises:
        ValueError: If there is none; the message names all poolings.
    """
    return known_part(MIL_POOLINGS, mode)


@MIL_POOLINGS.register_module(name='topk')
def topk(z: Tensor, mask: Tensor, rho: float, **unused) -> Tensor:
    """The mean of the k highest logits of each class [choice]."""
    # One sort is enough for every k in the batch: k depends on the valid count.
    floor = torch.finfo(z.dtype).min
    ordered = z.masked_fill(~mask[..., None], floor).sort(dim=1, descending=True).values
    rank = torch.arange(z.shape[1], device=z.device)
    keep = rank < torch.minimum(pool_size(mask, rho), mask.sum(1))[:, None]
    return mean(ordered.masked_fill(~keep[..., None], 0), keep)


@MIL_POOLINGS.register_module(name='relevance')
def relevance(z: Tensor, mask: Tensor, weights: Tensor | None, **unused) -> Tensor:
    """The sum over instances, weighted by the neck's relevance [choice]."""
    if weights is None:
        raise ValueError(
            "pooling='relevance' needs the relevance of a neck: set model.neck, or "
            'take another pooling'
        )
    return (z * weights).sum(1)


@MIL_POOLINGS.register_module(name='logsumexp')
def logsumexp(z: Tensor, mask: Tensor, **unused) -> Tensor:
    """The soft maximum: the logarithm of the mean of exponentials [choice]."""
    floor = torch.finfo(z.dtype).min
    count = mask.sum(1, keepdim=True).clamp(min=1).to(z.dtype)
    return z.masked_fill(~mask[..., None], floor).logsumexp(1) - count.log()


@MIL_POOLINGS.register_module(name='mean')
def mean(z: Tensor, mask: Tensor, **unused) -> Tensor:
    """The mean over the valid instances [choice]."""
    weight = mask[..., None].to(z.dtype)
    return (z * weight).sum(1) / weight.sum(1).clamp(min=1)


def pool_size(mask: Tensor, rho: float) -> Tensor:
    """k = max(1, round(rho * valid instances)) of each bag, (N,)."""
    return (mask.sum(1) * rho).round().clamp(min=1).long()
