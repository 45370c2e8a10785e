"""Descriptions of clips on their way from the text tower to the neck."""

from typing import NamedTuple

from torch import Tensor


class Described(NamedTuple):
    """What was told of a batch of clips, word by word.

    U different texts, L places, S depths of the tower, W its width. Each of the N clips
    has Q texts: one for all of it, or one for each of its frames.

    Attributes:
        tokens: What the tower makes of the words at each depth, (S, U, L, W).
        mask: Which places hold a word, (U, L). A text without words has none.
        place: Which text is which, (N, Q), from 0 to U - 1.
    """

    tokens: Tensor
    mask: Tensor
    place: Tensor
