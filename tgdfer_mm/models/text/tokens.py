"""Tokenization of class texts, with errors that name the class and the word."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from open_clip import tokenizer
from torch import Tensor

from ..vision_language.text_image_checkpoint import check_tokens

# open_clip creates one on import; a second one would take a tenth of a second.
TOKENIZER = getattr(tokenizer, '_tokenizer', None) or tokenizer.SimpleTokenizer()


@dataclass(frozen=True)
class TextTokenizer:
    """A tokenizer, with the start, end and padding tokens of a text tower.

    A text is laid out as ``[start, tokens, end, pad ...]``.

    Attributes:
        encode: Function from a text to its ids, without start and end.
        decode: Function from ids to a text, for errors.
        start: Ids before a text; may be empty.
        end: Ids after a text; may be empty.
        pad: Id of the padding.
        source: Origin of the tokenizer, for errors.
    """

    encode: Callable[[str], list[int]]
    decode: Callable[[list[int]], str]
    start: tuple[int, ...]
    end: tuple[int, ...]
    pad: int
    source: str

    @property
    def around(self) -> int:
        """Number of start and end tokens."""
        return len(self.start) + len(self.end)

    def continued(self, text: str, before: str | None) -> list[int]:
        """Ids of a text when it follows another text and a space.

        Some vocabularies have different tokens for a word at the start of a text.
        """
        own, first = self.encode(text), self.encode(before) if before else []
        if first:
            joined = self.encode(f'{before} {text}')
            if joined[: len(first)] == first:
                return joined[len(first) :]
        return own

    def __deepcopy__(self, memo: dict[int, Any]) -> 'TextTokenizer':
        return self  # it never changes, and a vocabulary is large


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
        texts: Class to its texts.
        context: m, the number of context vectors before each text.
        limit: The tower's context length.
        kept: Ids whose embeddings exist; None means all.
        tokenizer: The tokenizer of the tower.
        before: The template that the contexts start from, if there is one.

    Raises:
        ValueError: If a text does not fit the context length, or the tower has no
            embedding of a word.
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
                    f'{len(ids)} tokens; with {context} context vectors, start and end '
                    f'these are {length}, but the text tower takes {limit}: shorten '
                    'the description'
                )
            encoded.append(ids)
    return encoded


def lay_out(
    encoded: list[list[int]],
    context: int,
    length: int,
    tokenizer: TextTokenizer = CLIP_TOKENIZER,
) -> tuple[Tensor, Tensor]:
    """Arranges ids as rows ``[start, m places, text, end, pad ...]``.

    Returns:
        Ids (S, length), with padding in the m places, and the positions (S,) of the
        ends: the first token of ``end``, or the first place after the text.
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
        template: Ids of the template that they start from, if there is one.
        num_context: m as the user set it.

    Raises:
        ValueError: If m is not the template's number of tokens.
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
    """The beginning of a text, as errors quote it."""
    return repr(text if len(text) <= 60 else f'{text[:57]}...')
