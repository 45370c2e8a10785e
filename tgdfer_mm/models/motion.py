"""How much moves around each instance of a bag."""

import torch.nn.functional as F
from torch import Tensor

from .bags import masked_softmax


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
