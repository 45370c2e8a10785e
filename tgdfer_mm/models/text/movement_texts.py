"""Movements of a face that a text tower finds in frames."""

import math
from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from functools import cache

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ...hf_hub import PREFIX
from ...synth.sentences import vocabulary
from .openclip_text import OpenCLIPText
from .other_texts import with_texts

LEAST = 2.0  # smallest difference of logits at which a movement is reported [choice]
MOST = 4  # most movements that are reported for a frame [choice]


@dataclass(frozen=True)
class NamedMovement:
    """A movement of the face, and texts for it.

    Attributes:
        units: Action units of the movement; all are needed.
        texts: Texts of the movement.
        rest: Texts of its part of the face at rest.
        region: That part of the face.
    """

    units: tuple[str, ...]
    texts: tuple[str, ...]
    rest: tuple[str, ...]
    region: str


@cache
def named_movements() -> tuple[NamedMovement, ...]:
    """All movements that ``synth/sentences.json`` names."""
    found = []
    for region, entries in vocabulary()['regions'].items():
        [rest] = (each['phrases'] for each in entries if not each['needs'])
        for each in entries:
            if each['needs']:
                texts = tuple(phrase.replace('{}', '') for phrase in each['phrases'])
                units = tuple(each['needs'])
                found.append(NamedMovement(units, texts, tuple(rest), region))
    return tuple(found)


class TowerMovements:
    """Movement scores: frames against texts of a movement and of rest [choice].

    docs/own_words.md has the accuracy for each movement, on drawn faces.

    Args:
        encoder: The text encoder whose tower encodes the texts; it is not changed.

    Attributes:
        movements: The P movements.

    Raises:
        LackingWordsError: If the tower lacks words of the texts.
        ValueError: If a text is too long for the tower.
    """

    def __init__(self, encoder: OpenCLIPText) -> None:
        self.movements = named_movements()
        texts = {m.texts[0]: list(m.texts) for m in self.movements}
        texts |= {f'rest of {m.region}': list(m.rest) for m in self.movements}
        own = with_texts(encoder, texts).eval()
        names = list(texts)
        with torch.no_grad():
            features = own()
        moved = features[: len(self.movements)]
        rest = [names.index(f'rest of {m.region}') for m in self.movements]
        self._directions = own.logit_scale * (moved - features[rest])

    def read(self, features: Tensor) -> Tensor:
        """Differences of logits; positive where a movement fits better than rest.

        Args:
            features: Features of frames from the image tower, (..., D).

        Returns:
            (..., P).
        """
        unit = F.normalize(features.float(), dim=-1)
        return unit @ self._directions.to(unit).t()

    @staticmethod
    def told(scores: Tensor | Sequence[float]) -> list[tuple[NamedMovement, float]]:
        """The movements of a frame that are reported, the clearest first.

        In each region this is the movement that fits best, if it fits better than rest
        by `LEAST`.

        Args:
            scores: Scores of one frame, (P,).
        """
        best: dict[str, tuple[NamedMovement, float]] = {}
        for movement, score in zip(named_movements(), map(float, scores), strict=True):
            if score > best.get(movement.region, (None, LEAST))[1]:
                best[movement.region] = movement, score
        return sorted(best.values(), key=lambda pair: -pair[1])[:MOST]


def reader_of(model: nn.Module) -> TowerMovements | None:
    """The reader of a model's text tower; None if it has none or lacks words.

    Nothing is fetched, not even from a repository that the model's config names,
    because the user did not ask for words.
    """
    encoder = getattr(model, 'text_encoder', None)
    if not isinstance(encoder, OpenCLIPText):
        return None
    if (encoder.pretrained or '').startswith(PREFIX):
        encoder = copy(encoder)
        encoder.pretrained = None
    try:
        return TowerMovements(encoder)
    except (ValueError, OSError):  # words, or the file that has them
        return None


def share(score: float) -> float:
    """Turns a difference of logits into the probability of the movement, 0 to 1."""
    return 1 / (1 + math.exp(-max(-50.0, min(50.0, score))))
