"""A frozen text tower that encodes class texts and captions of clips."""

from collections.abc import Sequence

import torch
from torch import Tensor

from ...registry import MODELS
from .free_texts import FreeTexts
from .openclip_text import OpenCLIPText


@MODELS.register_module()
class OpenCLIPCaptions(FreeTexts, OpenCLIPText):
    """A frozen text tower for class texts and captions of clips [from EmoCLIP].

    It is :class:`OpenCLIPText` without contexts. No part of it is trained, so that each
    caption is encoded once. Checkpoints do not have the embeddings of words that only
    captions use; training reads them from ``pretrained``.

    Args:
        arch: As for :class:`OpenCLIPText`.
        descriptions: As for :class:`OpenCLIPText`.
        pretrained: As for :class:`OpenCLIPText`.
        truncate: Whether captions that are too long for the tower are cut, as is usual
            with CLIP, or are an error.
        **kwargs: As for :class:`OpenCLIPText`, without those for contexts.
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
            clips: Names of their clips, for errors.

        Raises:
            ValueError: If the tower has no embedding of a word, or a caption is too
                long.
        """
        pairs = zip(captions, clips, strict=True)
        new = {text: clip for text, clip in pairs if text not in self.kept_texts}
        if new:
            encoded = [
                self.text_tokens(text, f'the caption of clip {clip}')
                for text, clip in new.items()
            ]
            context = self.context.new_zeros(len(new), 0, self.context.shape[2])
            # In single precision even under autocast, because the result is cached.
            with torch.autocast(context.device.type, enabled=False):
                features = self._unit(self._encode(encoded, context))
            self.kept_texts |= dict(zip(new, features, strict=True))
        return torch.stack([self.kept_texts[text] for text in captions])

    def _drawn(self) -> Tensor:
        if self._cache is None:  # nothing here is trained
            self._cache = self._average()
        return self._cache
