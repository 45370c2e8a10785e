"""From class texts to token ids, with errors that name the class and the word."""

import torch
from open_clip import tokenizer
from torch import Tensor

from ..vision_language.text_image_checkpoint import check_tokens

# open_clip makes one when it is imported; another one takes a tenth of a second.
TOKENIZER = getattr(tokenizer, '_tokenizer', None) or tokenizer.SimpleTokenizer()


def encode_texts(
    texts: dict[str, list[str]], context: int, limit: int, kept: list[int] | None
) -> list[list[int]]:
    """Token ids of every text of every class, without SOS and EOT.

    Args:
        texts: Class -> texts.
        context: m, context vectors that will stand before each text.
        limit: The tower's context length.
        kept: Ids whose embeddings exist; None: all.

    Raises:
        ValueError: If a text does not fit the context, or has a word that the tower
            has no embedding for.
    """
    encoded = []
    for name, options in texts.items():
        if kept is not None:
            check_tokens(options, kept, TOKENIZER)
        for text in options:
            ids = TOKENIZER.encode(text)
            length = len(ids) + context + 2
            if length > limit:
                raise ValueError(
                    f'class {name!r}: the description {text!r} has {len(ids)} tokens; '
                    f'with {context} context vectors, start and end that makes '
                    f'{length}, and the text tower takes {limit}: shorten it'
                )
            encoded.append(ids)
    return encoded


def lay_out(
    encoded: list[list[int]], context: int, length: int
) -> tuple[Tensor, Tensor]:
    """Lays ids out as rows ``[SOS, m places, text, EOT, 0 ...]``.

    Returns:
        Ids (S, length), with 0 in the m places, and the positions of EOT (S,).
    """
    rows = torch.zeros(len(encoded), length, dtype=torch.long)
    ends = torch.tensor([len(ids) + context + 1 for ids in encoded])
    rows[:, 0] = TOKENIZER.sot_token_id
    for row, ids in zip(rows, encoded, strict=True):
        row[context + 1 : context + 1 + len(ids)] = torch.tensor(ids)
    rows[torch.arange(len(encoded)), ends] = TOKENIZER.eot_token_id
    return rows, ends
