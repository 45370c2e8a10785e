"""The bag: the data structure that towers, neck and head pass on.

A video is a bag, and its frames (or short runs of frames) are the instances. Padded
instances never count.
"""

from collections.abc import Sequence
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from .described import Described
from .heard import Heard


class Bag(NamedTuple):
    """A batch of bags, as in multiple-instance learning [paper: MIL].

    N is the number of bags, M of instances in a bag, D the joint width, K the number of
    classes. The neck fills in `enriched` and `relevance`.

    Attributes:
        instances: Instance features, (N, M, D).
        mask: True where an instance is valid, (N, M).
        text: Unit text features of the classes, (K, D).
        enriched: Unit features of the labels, enriched by the bag, (N, K, D).
        relevance: Relevance of each instance for each class, (N, M, K); over the valid
            instances it sums to one for every class.
        described: Descriptions of the clips, or None.
        heard: Sound at the sampled frames, or None.
    """

    instances: Tensor
    mask: Tensor
    text: Tensor
    enriched: Tensor | None = None
    relevance: Tensor | None = None
    described: Described | None = None
    heard: Heard | None = None


def frame_mask(data_samples: Sequence | None, frames: int, device) -> Tensor:
    """The mask of the sampled frames that are not padding.

    Args:
        data_samples: One data sample for each clip, whose ``num_valid`` counts the
            valid frames. Without data samples, or without ``num_valid``, every frame is
            valid.
        frames: T, the sampled frames of a clip.
        device: Device of the mask.

    Returns:
        (N, T) boolean; (1, T) without data samples.

    Raises:
        ValueError: If ``num_valid`` is not between 1 and T.
    """
    if data_samples is None:
        return torch.ones(1, frames, dtype=torch.bool, device=device)
    counts = [s.get('num_valid', frames) for s in data_samples]
    for sample, count in zip(data_samples, counts, strict=True):
        if not 1 <= count <= frames:
            raise ValueError(
                f'clip {sample.get("clip")!r}: num_valid is {count}, but the batch '
                f'has {frames} frames a clip'
            )
    counts = torch.tensor(counts, device=device)
    return torch.arange(frames, device=device) < counts[:, None]


def make_instances(frames: Tensor, mask: Tensor, group: int) -> tuple[Tensor, Tensor]:
    """Turns frame features into instances of unit frames.

    Each frame is scaled to unit length. Then the valid frames in each run of ``group``
    consecutive frames are averaged. ``group`` 1 is the frame level [paper], 4 is [from
    M3DFEL].

    Args:
        frames: (N, T, D).
        mask: (N, T) boolean.
        group: g, the frames of an instance.

    Returns:
        Instances (N, T/g, D) and their mask (N, T/g): valid if any frame is.

    Raises:
        ValueError: If g does not divide T.
    """
    return average_runs(F.normalize(frames, dim=-1), mask, group)


def average_runs(x: Tensor, mask: Tensor, group: int) -> tuple[Tensor, Tensor]:
    """Averages each run of ``group`` consecutive features over its valid ones.

    Args:
        x: (N, T, D).
        mask: (N, T) boolean.
        group: g.

    Returns:
        (N, T/g, D), zero where none is valid, and the mask (N, T/g): valid if any is.

    Raises:
        ValueError: If g does not divide T.
    """
    n, t, d = x.shape
    if t % group:
        raise ValueError(
            f'frames_per_instance={group} does not divide the {t} sampled frames'
        )
    weight = mask.view(n, t // group, group, 1).to(x.dtype)
    total = (x.view(n, t // group, group, d) * weight).sum(2)
    count = weight.sum(2)
    return total / count.clamp(min=1), count.squeeze(-1) > 0
