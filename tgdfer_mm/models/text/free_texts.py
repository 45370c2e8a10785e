"""Encoding of any text by the text tower of the classes."""

from torch import Tensor, allclose, isin

from ..vision_language.text_image_checkpoint import check_tokens
from .other_texts import SAME, LackingWordsError, all_words


class FreeTexts:
    """A mixin for :class:`.OpenCLIPText` that encodes any text and caches the result.

    Checkpoints have only the word embeddings that the texts of the classes use. The
    other embeddings come from ``pretrained``: training starts with them, and a model
    that was loaded from a checkpoint reads them when a text first needs one. The
    weights of a tag are not fetched then.

    Attributes:
        truncate: Whether texts that are too long for the tower are cut, as is usual
            with CLIP, or are an error.
        kept_texts: Cached results of texts; cleared when weights change.
    """

    truncate = False
    _sure = False  # true if the words belong to the tower

    def __init__(self, *args, truncate: bool = False, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.truncate = truncate
        self.kept_texts: dict = {}

    def text_tokens(self, text: str, where: str) -> list[int]:
        """Token ids of a text, without start and end.

        Args:
            text: The text.
            where: Name of the text in errors.

        Raises:
            LackingWordsError: If a checkpoint was loaded, and ``pretrained`` is not on
                this machine or is not the file that it was trained from.
            ValueError: If the tower has no embedding of a word, or the text is too
                long.
        """
        ids = self.tokenizer.encode(text)
        if not self._sure and not {*ids} <= {*self.token_ids.tolist()}:
            self._find_words(where)
        try:
            if self._kept is not None:
                check_tokens([text], self._kept, self.tokenizer)
        except ValueError as error:
            raise ValueError(f'{where}: {error}') from error
        limit = self.context_length - self.tokenizer.around
        if len(ids) > limit and not self.truncate:
            raise ValueError(
                f'{where} has {len(ids)} tokens, and the text tower takes {limit}: '
                'shorten it, or set text_encoder.truncate=True'
            )
        return ids[:limit]

    def _embed(self, ids: Tensor) -> Tensor:
        known = isin(ids.to(self.token_ids.device), self.token_ids).all()
        return super()._embed(ids) if known else self.words[ids.to(self.words.device)]

    def _find_words(self, where: str) -> None:
        """Loads the word embeddings from ``pretrained`` if they are not complete."""
        if not allclose(self.words[self.token_ids], self.token_rows, atol=SAME):
            words, kept = all_words(self)
            if not len(words):
                raise LackingWordsError(
                    f'{where}: the text tower is from a checkpoint, which only has '
                    'embeddings of the words of the classes. Set '
                    'text_encoder.pretrained to the file of weights that it was '
                    f'trained from; {self.pretrained!r} is not that file, or is not on '
                    'this machine'
                )
            self._take_words(words.to(self.token_rows), kept)
        self._sure = True

    def _take_words(self, words: Tensor, kept: list[int] | None) -> None:
        self._kept = kept
        self.register_buffer('words', words, persistent=False)

    def _apply(self, fn, recurse: bool = True):
        self.kept_texts = {}
        return super()._apply(fn, recurse)

    def _load_from_state_dict(self, state, *args) -> None:
        self.kept_texts, self._sure = {}, False
        super()._load_from_state_dict(state, *args)
