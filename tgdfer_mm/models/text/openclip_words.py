"""The classes' texts word by word."""

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from ...registry import MODELS
from .openclip_text import OpenCLIPText


@MODELS.register_module()
class OpenCLIPWords(OpenCLIPText):
    """:class:`OpenCLIPText` that also gives the features of the words.

    For an alignment of words with what is seen [from GRACE]. A word's feature is what
    the tower makes of its place, in the joint space: pre-training tied only the last
    place of a text to pictures, so that a head should refine the others [choice].

    Training takes the words of the description drawn for each class, evaluation those
    of all its descriptions. Contexts are no words.
    """

    def forward(self) -> Tensor:
        """Unit features (K, 1 + L, D): of a class's text, then of its words.

        A class with fewer than L words ends in zeros.
        """
        return super().forward()

    def _drawn(self) -> Tensor:
        return self._with_words(self.draw())

    def _average(self) -> Tensor:
        with torch.autocast(self.context.device.type, enabled=False):
            return self._with_words(range(len(self._encoded)))

    def _with_words(self, chosen) -> Tensor:
        owner = [self._owner[i] for i in chosen]
        encoded = [self._encoded[i] for i in chosen]
        x, ends = self._place(encoded, self.context[owner])
        x = self._run(x, ends)
        texts, places = self._unit(self._pooled(x, ends)), self._unit(x)
        first = self._first_word
        classes = []
        for c in range(len(self.classes)):
            own = [i for i, each in enumerate(owner) if each == c]
            text = F.normalize(texts[own].mean(0, keepdim=True), dim=-1)
            words = [places[i, first : first + len(encoded[i])] for i in own]
            classes.append(torch.cat([text, *words]))
        return pad_sequence(classes, batch_first=True)
