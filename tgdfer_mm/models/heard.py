"""Sound of clips, passed from the data samples to the neck."""

from typing import NamedTuple

from torch import Tensor


class Heard(NamedTuple):
    """Sound features of a batch of N clips, at each of their T sampled frames.

    Attributes:
        values: C numbers for each frame, (N, T, C).
        mask: True where the sound is known, (N, T).
    """

    values: Tensor
    mask: Tensor
