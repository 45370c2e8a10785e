"""Compares texts with each other, as a model reads them, without a video."""

from typing import NamedTuple

import numpy as np
import torch

from .loaded_model import LoadedModel
from .own_words import Texts, with_own_words


class Pair(NamedTuple):
    """Two classes whose texts are nearly the same.

    Attributes:
        first: Name of the first class.
        second: Name of the second class.
        cosine: Cosine of their features.
    """

    first: str
    second: str
    cosine: float


def compare_texts(loaded: LoadedModel, texts: Texts) -> tuple[list[str], np.ndarray]:
    """Compares the texts of all classes with each other.

    Args:
        loaded: A model with a text tower.
        texts: See :func:`tgdfer_mm.apis.own_words.read_words`.

    Returns:
        The classes, and the cosines of their features, (K, K).

    Raises:
        WordsError: The texts cannot be classes of this model.
    """
    own = with_own_words(loaded, texts)
    with torch.no_grad():
        features = own.model.text_encoder()
    return own.classes, (features @ features.t()).float().cpu().numpy()


def nearly_same(classes: list[str], cosines: np.ndarray, least: float) -> list[Pair]:
    """Pairs of classes that a model can hardly tell apart, the most similar first.

    Args:
        classes: K names.
        cosines: (K, K).
        least: Smallest cosine of a pair.
    """
    upper = np.argwhere(np.triu(cosines >= least, 1))
    pairs = [Pair(classes[i], classes[j], float(cosines[i, j])) for i, j in upper]
    return sorted(pairs, key=lambda pair: -pair.cosine)
