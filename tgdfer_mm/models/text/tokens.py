"""From class texts to token ids, with errors that name the class and the word."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from open_clip import tokenizer
from torch import Tensor

from ..vision_language.text_image_checkpoint import check_tokens

# open_clip makes one when it is imported; another one takes a tenth of a second.
TOKENIZER = getattr(tokenizer, '_tokenizer', None) or tokenizer.SimpleTokenizer()


@dataclass(frozen=True)
class TextTokenizer:
    """How texts are cut into tokens, and which tokens a tower wants around them.

    A text is laid out as ``[start, tokens, end, pad ...]``.

    Attributes:
        encode: Text -> ids, without start and end.
        decode: Ids -> text, for errors.
        start: Ids before a text; there may be none.
        end: Ids after it; there may be none.
        pad: Id of the padding.
        source: Where it is from, for errors.
    """

    encode: Callable[[str], list[int]]
    decode: Callable[[list[int]], str]
    start: tuple[int, ...]
    end: tuple[int, ...]
    pad: int
    source: str

    @property
    def around(self) -> int:
        """How many tokens stand around a text."""
        return len(self.start) + len(self.end)

    def continued(self, text: str, before: str | None) -> list[int]:
        """Ids of a text as they are after another one and a space.

        Some vocabularies tell a word at the start of a text from one inside it.
        """
        own, first = self.encode(text), self.encode(before) if before else []
        if first:
            joined = self.encode(f'{before} {text}')
            if joined[: len(first)] == first:
                return joined[len(first) :]
        return own

    def __deepcopy__(self, memo: dict[int, Any]) -> 'TextTokenizer':
        return self  # nothing of it changes, and a vocabulary is large


CLIP_TOKENIZER = TextTokenizer(
    encode=TOKENIZER.encode,
    decode=TOKENIZER.decode,
    start=(TOKENIZER.sot_token_id,),
    end=(TOKENIZER.eot_token_id,),
    pad=0,
    source="open_clip's byte pairs",
)


def encode_texts(
    texts: dict[str, list[str]],
    context: int,
    limit: int,
    kept: list[int] | None,
    tokenizer: TextTokenizer = CLIP_TOKENIZER,
    before: str | None = None,
) -> list[list[int]]:
    """Token ids of every text of every class, without start and end.

    Args:
        texts: Class -> texts.
        context: m, context vectors that will stand before each text.
        limit: The tower's context length.
        kept: Ids whose embeddings exist; None: all.
        tokenizer: What cuts the texts.
        before: The text that the contexts start as, if they do.

    Raises:
        ValueError: If a text does not fit the context, or has a word that the tower
            has no embedding for.
    """
    encoded = []
    for name, options in texts.items():
        if kept is not None:
            check_tokens(options, kept, tokenizer)
        for text in options:
            ids = tokenizer.continued(text, before)
            length = len(ids) + context + tokenizer.around
            if length > limit:
                raise ValueError(
                    f'class {_short(name)}: the description {_short(text)} has '
                    f'{len(ids)} tokens; '
                    f'with {context} context vectors, start and end that makes '
                    f'{length}, and the text tower takes {limit}: shorten it'
                )
            encoded.append(ids)
    return encoded


def lay_out(
    encoded: list[list[int]],
    context: int,
    length: int,
    tokenizer: TextTokenizer = CLIP_TOKENIZER,
) -> tuple[Tensor, Tensor]:
    """Lays ids out as rows ``[start, m places, text, end, pad ...]``.

    Returns:
        Ids (S, length), with padding in the m places, and the positions (S,) of what
        ends the texts: the first of ``end``, or the first place after the text.
    """
    rows = torch.full((len(encoded), length), tokenizer.pad)
    first = len(tokenizer.start) + context
    ends = torch.tensor([first + len(ids) for ids in encoded])
    rows[:, : len(tokenizer.start)] = torch.tensor(tokenizer.start, dtype=torch.long)
    for row, ids in zip(rows, encoded, strict=True):
        after = torch.tensor([*ids, *tokenizer.end], dtype=torch.long)
        row[first : first + len(after)] = after
    return rows, ends


def context_size(template: list[int] | None, num_context: int | None) -> int:
    """m, the number of context vectors.

    Args:
        template: Ids of what they start as, if they do.
        num_context: m as it was asked for.

    Raises:
        ValueError: It is not the template's number of tokens.
    """
    if template is None:
        return 8 if num_context is None else num_context
    if num_context not in (None, len(template)):
        raise ValueError(
            f'num_context={num_context}, but context_init has {len(template)} tokens: '
            'leave num_context out, or set context_init=None'
        )
    return len(template)


def _short(text: str) -> str:
    """A text as errors quote it: its beginning says which is meant."""
    return repr(text if len(text) <= 60 else f'{text[:57]}...')
