"""A judge that compares sentences with class descriptions, by a text tower."""

from collections.abc import Sequence

import torch
from torch import nn

from ...labels.expression_names import same_expression
from ...models.text import OpenCLIPText
from ...models.text.other_texts import with_texts
from ...registry import MODELS, RATIONALE_JUDGES
from ..rationale_scores import split_sentences

_BATCH = 256


@RATIONALE_JUDGES.register_module('text_tower')
class TextTowerJudge:
    """The class whose description has the highest cosine similarity with a text.

    The feature of several sentences is the mean of their features, so that a long text
    fits.

    With the tower of the evaluated model itself EPC is partly circular: the model has
    predicted the class by the similarity to the same descriptions. Use it to see if
    rationale and prediction agree. Use another judge to see if they are right.

    Args:
        model: The text encoder, a model that has one, or the config of a text encoder
            (``init_weights`` is then called).

    Raises:
        ValueError: The model has no text tower.
    """

    name = 'text_tower'

    def __init__(self, model: nn.Module | dict) -> None:
        if isinstance(model, dict):
            model = MODELS.build(model)
            model.init_weights()
        encoder = getattr(model, 'text_encoder', model)
        if not isinstance(encoder, OpenCLIPText):
            raise ValueError(
                f'{type(encoder).__name__} is not a text tower that reads sentences; '
                'give a model with OpenCLIPText, or use the judge "rule"'
            )
        self._encoder = encoder.eval()

    @torch.no_grad()
    def judge(self, texts: Sequence[str], classes: Sequence[str]) -> list[int]:
        """The class of each text.

        Raises:
            ValueError: The tower has no description of a class, lacks words of a text,
                or a sentence is too long for it.
        """
        if not texts:
            return []
        own = [same_expression(name) for name in self._encoder.classes]
        lacking = [name for name in classes if same_expression(name) not in own]
        if lacking:
            raise ValueError(
                'the judge "text_tower" has no description of '
                f'{", ".join(lacking)}; its classes are '
                f'{", ".join(self._encoder.classes)}'
            )
        order = [own.index(same_expression(name)) for name in classes]
        different = list(dict.fromkeys(texts))  # each sentence is encoded once
        known, found = self._encoder()[order].t(), {}
        for start in range(0, len(different), _BATCH):
            part = different[start : start + _BATCH]
            parts = {text: _sentences(text) for text in part}
            encoder = with_texts(self._encoder, parts)
            best = (encoder.eval()() @ known).argmax(1).tolist()
            found |= zip(part, best, strict=True)
        return [found[text] for text in texts]


def _sentences(text: str) -> list[str]:
    """The sentences without full stops, for which small towers have no embeddings."""
    return [each.rstrip(' .!?') or each for each in split_sentences(text)]
