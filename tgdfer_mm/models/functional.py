"""Functions of tensors that several parts share; padded entries never count."""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor


def at_least_single(x: Tensor) -> Tensor:
    """Converts half precision to single; double precision stays."""
    return x.to(torch.promote_types(x.dtype, torch.float32))


def single_precision(like: Tensor) -> torch.autocast:
    """A context that switches autocast off on the tensor's device."""
    return torch.autocast(like.device.type, enabled=False)


def masked_softmax(logits: Tensor, mask: Tensor, dim: int) -> Tensor:
    """Softmax over the valid entries; a row of padding alone gives zeros, not NaN."""
    floor = torch.finfo(logits.dtype).min
    return logits.masked_fill(~mask, floor).softmax(dim) * mask


def masked_median(x: Tensor, mask: Tensor) -> Tensor:
    """The median over the valid instances, the lower one if their number is even.

    Args:
        x: (N, M, D).
        mask: (N, M), at least one valid instance in each row.

    Returns:
        (N, 1, D).
    """
    ceiling = torch.finfo(x.dtype).max
    ordered = x.masked_fill(~mask[..., None], ceiling).sort(dim=1).values
    middle = ((mask.sum(1) - 1) // 2).clamp(min=0)
    return ordered.gather(1, middle[:, None, None].expand(-1, 1, x.shape[-1]))


def least_expressive(
    similarity: Tensor, mask: Tensor, neutral: int | None = None
) -> Tensor:
    """Index of the valid instance with the least expression in each bag [choice].

    Args:
        similarity: Logits of the classes, (N, M, K).
        mask: (N, M), the valid instances.
        neutral: Index of the class of a face at rest: the instance with the highest
            probability of that class is taken. None if there is no such class: then the
            instance with the highest entropy.

    Returns:
        Indices (N,); 0 in a bag of padding alone.

    Raises:
        IndexError: If there is no class with that index.
    """
    count = similarity.shape[-1]
    if neutral is not None and not 0 <= neutral < count:
        raise IndexError(f'neutral={neutral}, but the classes are 0 to {count - 1}')
    log_shares = similarity.log_softmax(-1)
    if neutral is None:
        rest = -(log_shares.exp() * log_shares).sum(-1)
    else:
        rest = log_shares[..., neutral]
    return rest.masked_fill(~mask, torch.finfo(rest.dtype).min).argmax(1)


def spread_in_time(values: Tensor, mask: Tensor) -> Tensor:
    """Smooths over time: half of each instance, a quarter of each valid neighbour.

    Args:
        values: (N, M, K).
        mask: (N, M), the valid instances.

    Returns:
        (N, M, K); zero for padding. If a neighbour is missing or padding, its share
        goes to the others.
    """
    valid = mask[..., None].to(values.dtype)
    total, share = (
        part / 2
        + (F.pad(part[:, 1:], (0, 0, 0, 1)) + F.pad(part[:, :-1], (0, 0, 1, 0))) / 4
        for part in (values * valid, valid)
    )
    return total / share.clamp(min=0.25) * valid


def off_diagonal(square: Tensor) -> Tensor:
    """The entries (..., K, K) off the diagonal, flattened to (..., K * (K - 1))."""
    k = square.shape[-1]
    keep = ~torch.eye(k, dtype=torch.bool, device=square.device)
    return square[..., keep]


def attend(q: Tensor, k: Tensor, v: Tensor, mask: Tensor) -> Tensor:
    """Attention (N, heads, M, d) over the valid keys, mask (N, M).

    A row without any valid key attends evenly to its padding instead of giving NaN; the
    caller must discard it.
    """
    keys = mask | ~mask.any(-1, keepdim=True)
    return F.scaled_dot_product_attention(q, k, v, attn_mask=keys[:, None, None])


def relate_all(q: Tensor, k: Tensor, v: Tensor, mask: Tensor) -> Tensor:
    """A non-local block: every instance attends to all valid ones [from RTFM].

    Args:
        q: Queries, (N, M, d).
        k: Keys, (N, M, d).
        v: Values, (N, M, d).
        mask: (N, M).

    Returns:
        (N, M, d); zero in a bag of padding alone.
    """
    affinity = q @ k.transpose(1, 2) / q.shape[-1] ** 0.5
    return masked_softmax(affinity, mask[:, None], dim=-1) @ v


def attend_in_windows(
    q: Tensor,
    k: Tensor,
    v: Tensor,
    mask: Tensor,
    windows: Sequence[int],
    weights: Tensor,
) -> Tensor:
    """Attention inside non-overlapping windows, mixed over their sizes.

    The windows start at the first instance. The scores of all pairs are computed once,
    and each window size selects its own: for some dozens of instances this takes a
    quarter of the time of a separate attention for each window.

    Args:
        q: Queries, (N, heads, M, d).
        k: Keys, (N, heads, M, d).
        v: Values, (N, heads, M, d).
        mask: Valid instances, (N, M).
        windows: Sizes, in instances.
        weights: Share of each size, (W,).

    Returns:
        (N, heads, M, d); zero where a window holds no valid instance.
    """
    scores = q @ k.transpose(-1, -2) / q.shape[-1] ** 0.5
    place = torch.arange(q.shape[2], device=q.device)
    keys = mask[:, None, None]
    mixed = torch.zeros_like(scores)
    for size, weight in zip(windows, weights, strict=True):
        same = place[:, None] // size == place // size
        mixed = mixed + weight * masked_softmax(scores, keys & same, dim=-1)
    return mixed @ v


def motion(instances: Tensor, mask: Tensor) -> Tensor:
    """The mean distance of each instance to its neighbours [from GRACE; form a choice].

    Distances are between unit features, so they are 0 to 2; the first and the last
    valid instance have one neighbour. No gradient flows through them: training should
    not choose what counts as motion [choice].

    Args:
        instances: (N, M, D).
        mask: (N, M), the valid instances, which come first.

    Returns:
        (N, M), zero for padding and in a bag of one instance.
    """
    unit = F.normalize(instances.detach(), dim=-1)
    both = (mask[:, 1:] & mask[:, :-1]).to(unit.dtype)
    steps = (unit[:, 1:] - unit[:, :-1]).norm(dim=-1) * both
    total = F.pad(steps, (1, 0)) + F.pad(steps, (0, 1))
    count = F.pad(both, (1, 0)) + F.pad(both, (0, 1))
    return total / count.clamp(min=1)


def motion_weights(instances: Tensor, mask: Tensor, temperature: float = 0.1) -> Tensor:
    """Weights of the instances by their motion [from GRACE; form a choice].

    ``softmax(motion / temperature)`` over the valid instances. Where nothing moves, the
    weights are even in spite of noise.

    Args:
        instances: (N, M, D).
        mask: (N, M).
        temperature: Temperature of the softmax.

    Returns:
        (N, M), summing to one over the valid instances.
    """
    return masked_softmax(motion(instances, mask) / temperature, mask, dim=1)


@torch.no_grad()
def sinkhorn(
    cost: Tensor,
    rows: Tensor,
    columns: Tensor,
    epsilon: float = 0.05,
    steps: int = 30,
) -> Tensor:
    """Entropy-regularised optimal transport by Sinkhorn's iterations [from GRACE].

    Minimises ``<P, C> - epsilon H(P)``, in log space. No gradient flows through the
    iterations; the gradient of the minimum with respect to the cost is P itself.

    Args:
        cost: (..., L, M).
        rows: Mass of each row, (..., L), summing to one; 0 leaves a row out.
        columns: Mass of each column, (..., M), summing to one.
        epsilon: Weight of the entropy. With smaller values the plan is sharper and the
            iterations converge more slowly.
        steps: Number of iterations. The sums of the columns are exact, those of the
            rows in the limit.

    Returns:
        P, (..., L, M).
    """
    kernel = -cost / epsilon
    rows, columns = rows.log(), columns.log()
    right = columns.where(columns.isinf(), 0.0)  # rows and columns left out
    for _ in range(steps):
        left = rows - (kernel + right[..., None, :]).logsumexp(-1)
        right = columns - (kernel + left[..., None]).logsumexp(-2)
    return (kernel + left[..., None] + right[..., None, :]).exp()
