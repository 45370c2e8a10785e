"""Texts of classes and captions of clips through one frozen tower."""

from collections.abc import Sequence

import torch
from torch import Tensor

from ...registry import MODELS
from ..vision_language.text_image_checkpoint import check_tokens
from .openclip_text import OpenCLIPText


@MODELS.register_module()
class OpenCLIPCaptions(OpenCLIPText):
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
            **kwargs,
        )
        self.truncate = truncate
        self._encoded_captions: dict[str, Tensor] = {}

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
        new = {text: clip for text, clip in pairs if text not in self._encoded_captions}
        if new:
            encoded = [self._tokens(text, clip) for text, clip in new.items()]
            context = self.context.new_zeros(len(new), 0, self.context.shape[2])
            # In single precision whatever the caller's autocast: it is kept.
            with torch.autocast(context.device.type, enabled=False):
                features = self._unit(self._encode(encoded, context))
            self._encoded_captions |= dict(zip(new, features, strict=True))
        return torch.stack([self._encoded_captions[text] for text in captions])

    def _tokens(self, text: str, clip: str) -> list[int]:
        try:
            if self._kept is not None:
                check_tokens([text], self._kept, self.tokenizer)
        except ValueError as error:
            raise ValueError(f'the caption of clip {clip}: {error}') from error
        ids = self.tokenizer.encode(text)
        limit = self.context_length - self.tokenizer.around
        if len(ids) > limit and not self.truncate:
            raise ValueError(
                f'the caption of clip {clip} has {len(ids)} tokens, and the text tower '
                f'takes {limit}: shorten it, or set text_encoder.truncate=True'
            )
        return ids[:limit]

    def _embed(self, ids: Tensor) -> Tensor:
        known = torch.isin(ids.to(self.token_ids.device), self.token_ids).all()
        return super()._embed(ids) if known else self.words[ids.to(self.words.device)]

    def _drawn(self) -> Tensor:
        if self._cache is None:  # nothing here is trained
            self._cache = self._average()
        return self._cache

    def _take_words(self, words: Tensor, kept: list[int] | None) -> None:
        self._kept = kept
        self.register_buffer('words', words, persistent=False)

    def _apply(self, fn, recurse: bool = True):
        self._encoded_captions = {}
        return super()._apply(fn, recurse)

    def _load_from_state_dict(self, state, *args) -> None:
        self._encoded_captions = {}
        super()._load_from_state_dict(state, *args)
