"""Movements of a face that a text tower finds in frames, by their words."""

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

LEAST = 2.0  # difference of logits from which on a movement is told [choice]
MOST = 4  # movements that are told of a frame [choice]


@dataclass(frozen=True)
class NamedMovement:
    """A movement, and the words for it.

    Attributes:
        units: Action units that it needs, all of them.
        texts: Phrasings of it.
        rest: Phrasings of its part of the face at rest.
        region: That part.
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
    """How much more frames are like a movement's words than like its region at rest.

    What that is worth for each movement, on drawn faces, is in docs/own_words.md.

    Args:
        encoder: Its tower is asked; it stays as it is.

    Attributes:
        movements: P movements.

    Raises:
        LackingWordsError: The tower lacks words of them.
        ValueError: A phrase is too long for the tower.
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
        """Differences of logits, above 0 where a movement fits better than rest.

        Args:
            features: Of frames, as the image tower gives them, (..., D).

        Returns:
            (..., P).
        """
        unit = F.normalize(features.float(), dim=-1)
        return unit @ self._directions.to(unit).t()

    @staticmethod
    def told(scores: Tensor | Sequence[float]) -> list[tuple[NamedMovement, float]]:
        """The movements of a frame that are worth a word, the clearest first.

        Of each region the one that fits best, if it fits better than rest by `LEAST`.

        Args:
            scores: Of one frame, (P,).
        """
        best: dict[str, tuple[NamedMovement, float]] = {}
        for movement, score in zip(named_movements(), map(float, scores), strict=True):
            if score > best.get(movement.region, (None, LEAST))[1]:
                best[movement.region] = movement, score
        return sorted(best.values(), key=lambda pair: -pair[1])[:MOST]


def reader_of(model: nn.Module) -> TowerMovements | None:
    """The reader of a model's text tower; None where it has none or lacks the words.

    Nothing is fetched, also not from a repository that the model's config names: nobody
    asked for words then.
    """
    encoder = getattr(model, 'text_encoder', None)
    if not isinstance(encoder, OpenCLIPText):
        return None
    if (encoder.pretrained or '').startswith(PREFIX):
        encoder = copy(encoder)
        encoder.pretrained = None
    try:
        return TowerMovements(encoder)
    except (ValueError, OSError):  # words, or the file that they are in
        return None


def share(score: float) -> float:
    """A difference of logits as the movement's share, 0..1, of movement and rest."""
    return 1 / (1 + math.exp(-max(-50.0, min(50.0, score))))
