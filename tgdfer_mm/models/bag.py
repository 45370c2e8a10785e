"""The bag: what the towers hand to the neck, and the neck to the head.

A video is a bag, its frames (or short runs of frames) are the instances. Padded
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
    """One batch of bags on its way through neck and head.

    N bags, M instances, D joint width, K classes. The neck fills in `enriched` and
    `relevance`.

    Attributes:
        instances: Instance features, (N, M, D).
        mask: True where an instance is valid, (N, M).
        text: Unit text features of the classes, (K, D).
        enriched: Labels enriched by what the bag shows, unit, (N, K, D).
        relevance: How much each valid instance speaks for each class, (N, M, K);
            sums to one over a class's valid instances.
        described: What was told of the clips, if anything was.
        heard: What is heard at the sampled frames, if anything is known of it.
    """

    instances: Tensor
    mask: Tensor
    text: Tensor
    enriched: Tensor | None = None
    relevance: Tensor | None = None
    described: Described | None = None
    heard: Heard | None = None


def frame_mask(data_samples: Sequence | None, frames: int, device) -> Tensor:
    """Reads which sampled frames are real from the data samples' ``num_valid``.

    Args:
        data_samples: One data sample a clip, or None: every frame is valid. So is
            every frame of a sample without ``num_valid``.
        frames: T, sampled frames a clip.

    Returns:
        (N, T) boolean; (1, T) where there are no samples.

    Raises:
        ValueError: If ``num_valid`` is not in 1..T.
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
    """Turns frame features into instances.

    Each frame is scaled to unit length, then each run of ``group`` consecutive frames
    is averaged over its valid ones. ``group`` 1 is the paper's frame level [paper], 4
    is M3DFEL's [from M3DFEL].

    Args:
        frames: (N, T, D).
        mask: (N, T) boolean.
        group: g, frames an instance.

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
