"""Functions of tensors that several parts use; padded entries never count."""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor


def at_least_single(x: Tensor) -> Tensor:
    """Half precisions to single; double stays."""
    return x.to(torch.promote_types(x.dtype, torch.float32))


def single_precision(like: Tensor) -> torch.autocast:
    """A context without autocast on the tensor's device."""
    return torch.autocast(like.device.type, enabled=False)


def masked_softmax(logits: Tensor, mask: Tensor, dim: int) -> Tensor:
    """Softmax over the valid entries; an all-padding row gives zeros, not NaN."""
    floor = torch.finfo(logits.dtype).min
    return logits.masked_fill(~mask, floor).softmax(dim) * mask


def masked_median(x: Tensor, mask: Tensor) -> Tensor:
    """The median over the valid instances; of an even number the lower one.

    Args:
        x: (N, M, D).
        mask: (N, M), at least one valid a row.

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
    """Which valid instance of each bag shows the least expression [choice].

    Args:
        similarity: Logits of the classes, (N, M, K).
        mask: (N, M), the valid instances.
        neutral: The class of a face at rest: the instance with its highest
            probability is taken. None if there is no such class: then the one whose
            probabilities are the evenest.

    Returns:
        Places (N,); 0 in a bag of padding alone.

    Raises:
        IndexError: If there is no class of that number.
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
    """Averages each instance with its valid neighbours: a half, and a quarter each.

    Args:
        values: (N, M, K).
        mask: (N, M), the valid instances.

    Returns:
        (N, M, K); zero for padding. A neighbour that is missing or padding leaves its
        share to the others.
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
    """Attention (N, heads, M, d) over the valid keys (N, M).

    A row without any valid key attends evenly to its padding instead of giving NaN;
    the caller discards it.
    """
    keys = mask | ~mask.any(-1, keepdim=True)
    return F.scaled_dot_product_attention(q, k, v, attn_mask=keys[:, None, None])


def relate_all(q: Tensor, k: Tensor, v: Tensor, mask: Tensor) -> Tensor:
    """A non-local block: every instance reads all valid ones [from RTFM].

    Args:
        q, k, v: (N, M, d).
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

    The windows start at the first instance. All pairs are scored once and each size
    keeps its own: on bags of some dozens of instances that takes a quarter of the time
    of one attention a window.

    Args:
        q, k, v: (N, heads, M, d).
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

    Distances are between unit features, hence 0 to 2; the first and the last valid
    instance have one neighbour. No gradient flows through them: what moves is not for
    training to choose [choice].

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
    """Shares of the instances by how much moves there [from GRACE; form a choice].

    ``softmax(motion / temperature)`` over the valid instances: even shares where
    nothing moves, whatever noise remains.

    Args:
        instances: (N, M, D).
        mask: (N, M).
        temperature: Of the softmax.

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
    """The plan that moves one distribution onto another at the least cost.

    Minimises ``<P, C> - epsilon H(P)`` by Sinkhorn's iterations in log space. No
    gradient flows through them; the gradient of the minimum by the cost is P itself.

    Args:
        cost: (..., L, M).
        rows: What each row gives, (..., L), summing to one; 0 leaves a row out.
        columns: What each column takes, (..., M), summing to one too.
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
