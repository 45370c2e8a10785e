"""What is heard in clips, on its way from the data samples to the neck."""

from typing import NamedTuple

from torch import Tensor


class Heard(NamedTuple):
    """What is heard in a batch of N clips, at each of their T sampled frames.

    Attributes:
        values: C numbers a frame, (N, T, C).
        mask: Where they are known, (N, T).
    """

    values: Tensor
    mask: Tensor
