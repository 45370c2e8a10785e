"""Texts of classes and captions of clips through one frozen tower."""

from collections.abc import Sequence

import torch
from torch import Tensor

from ...registry import MODELS
from .free_texts import FreeTexts
from .openclip_text import OpenCLIPText


@MODELS.register_module()
class OpenCLIPCaptions(FreeTexts, OpenCLIPText):
    """:class:`OpenCLIPText` without contexts, which also encodes captions.

    Nothing of it is trained, so that each caption is encoded once. The embeddings of
    all words, which only captions need, are not in checkpoints; training finds them in
    ``pretrained``.

    Args:
        arch: As for :class:`OpenCLIPText`.
        descriptions: As there.
        pretrained: As there.
        truncate: Whether captions that the tower is too short for are cut, as users of
            CLIP do, or an error.
        **kwargs: As for :class:`OpenCLIPText`, less what is about contexts.
    """

    def __init__(
        self,
        arch: str | dict,
        descriptions: str | dict[str, list[str]],
        pretrained: str | None = None,
        truncate: bool = False,
        **kwargs,
    ) -> None:
        super().__init__(
            arch,
            descriptions,
            pretrained,
            context_init=None,
            num_context=0,
            learnable=False,
            truncate=truncate,
            **kwargs,
        )

    @torch.no_grad()
    def encode_captions(self, captions: Sequence[str], clips: Sequence[str]) -> Tensor:
        """Unit features of captions, (N, D); those of equal captions are equal.

        Args:
            captions: N texts.
            clips: Whose they are, for errors.

        Raises:
            ValueError: A caption has a word that the tower has no embedding for, or is
                too long.
        """
        pairs = zip(captions, clips, strict=True)
        new = {text: clip for text, clip in pairs if text not in self.kept_texts}
        if new:
            encoded = [
                self.text_tokens(text, f'the caption of clip {clip}')
                for text, clip in new.items()
            ]
            context = self.context.new_zeros(len(new), 0, self.context.shape[2])
            # In single precision whatever the caller's autocast: it is kept.
            with torch.autocast(context.device.type, enabled=False):
                features = self._unit(self._encode(encoded, context))
            self.kept_texts |= dict(zip(new, features, strict=True))
        return torch.stack([self.kept_texts[text] for text in captions])

    def _drawn(self) -> Tensor:
        if self._cache is None:  # nothing here is trained
            self._cache = self._average()
        return self._cache
