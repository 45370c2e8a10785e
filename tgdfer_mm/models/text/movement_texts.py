"""Movements of a face that a text tower finds in frames, by their words."""

from dataclasses import dataclass
from functools import cache

import torch
import torch.nn.functional as F
from torch import Tensor

from ...synth.sentences import vocabulary
from .openclip_text import OpenCLIPText
from .other_texts import with_texts


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
