"""Texts of clips through the tower that also encodes those of the classes."""

from torch import Tensor, isin

from ..vision_language.text_image_checkpoint import check_tokens


class FreeTexts:
    """A mixin before :class:`.OpenCLIPText`: any text can be encoded, once.

    The embeddings of all words, which only such texts need, are not in checkpoints;
    training finds them in ``pretrained``.

    Attributes:
        truncate: Whether texts that the tower is too short for are cut, as users of
            CLIP do, or an error.
        kept_texts: What was made of texts; forgotten with the weights.
    """

    truncate = False

    def __init__(self, *args, truncate: bool = False, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.truncate = truncate
        self.kept_texts: dict = {}

    def text_tokens(self, text: str, where: str) -> list[int]:
        """Ids of a text, without start and end.

        Args:
            text: The text.
            where: Whose it is, for errors.

        Raises:
            ValueError: It has a word that the tower has no embedding for, or is too
                long.
        """
        try:
            if self._kept is not None:
                check_tokens([text], self._kept, self.tokenizer)
        except ValueError as error:
            raise ValueError(f'{where}: {error}') from error
        ids = self.tokenizer.encode(text)
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

    def _take_words(self, words: Tensor, kept: list[int] | None) -> None:
        self._kept = kept
        self.register_buffer('words', words, persistent=False)

    def _apply(self, fn, recurse: bool = True):
        self.kept_texts = {}
        return super()._apply(fn, recurse)

    def _load_from_state_dict(self, state, *args) -> None:
        self.kept_texts = {}
        super()._load_from_state_dict(state, *args)
