"""Descriptions of clips, passed from the text tower to the neck."""

from typing import NamedTuple

from torch import Tensor


class Described(NamedTuple):
    """Word features of the descriptions of a batch of clips.

    There are U different texts with L places, read at S depths of a tower of width W.
    Each of the N clips has Q texts: one for the whole clip, or one for each of its
    frames.

    Attributes:
        tokens: The tower's features of the words at each depth, (S, U, L, W).
        mask: True where a place holds a word, (U, L); false everywhere for an empty
            text.
        place: Index of each clip's texts, (N, Q), from 0 to U - 1.
    """

    tokens: Tensor
    mask: Tensor
    place: Tensor
