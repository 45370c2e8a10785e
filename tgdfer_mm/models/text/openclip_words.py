"""A text encoder that also gives the words of the class texts."""

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from ...registry import MODELS
from .openclip_text import OpenCLIPText


@MODELS.register_module()
class OpenCLIPWords(OpenCLIPText):
    """Text features of the classes and of their words [choice].

    It is :class:`OpenCLIPText` for heads that align words with frames [from GRACE]. A
    word's feature is the tower's output at its place, projected to the joint space.
    Pre-training tied only the last place of a text to pictures, so a head should refine
    the others [choice].

    Training takes the words of one drawn description of each class, evaluation those of
    all its descriptions. Contexts do not count as words.
    """

    def forward(self) -> Tensor:
        """Unit features (K, 1 + L, D): each class's text, then its words.

        A class with fewer than L words is filled with zeros.
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
