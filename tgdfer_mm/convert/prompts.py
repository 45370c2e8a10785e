"""Class texts of a prompt learner, read from its weights.

CoOp's prompt learner, and DFER-CLIP's after it, stores the embeddings of the tokens
after the contexts. The text tower's table has the ids of these embeddings, so that the
texts are found without a copy of them.
"""

import torch
from torch import Tensor

from ..models.text.tokens import TOKENIZER
from .errors import ConvertError


def read_texts(rows: Tensor, embedding: Tensor) -> list[str]:
    """The texts of the classes.

    Args:
        rows: Embeddings after the contexts, (K, L, width): text, EOT, padding.
        embedding: The embedding table of the text tower, (vocabulary, width).

    Raises:
        ValueError: If a row is not in the table, there is no EOT, or the tokens of a
            text are not those of the file.
    """
    ids = {row: i for i, row in enumerate(_bytes(embedding))}
    texts = []
    for number, sequence in enumerate(rows):
        tokens = [ids.get(row) for row in _bytes(sequence)]
        if TOKENIZER.eot_token_id not in tokens:
            raise ConvertError(f'class {number}: its tokens have no end token')
        tokens = tokens[: tokens.index(TOKENIZER.eot_token_id)]
        if None in tokens:
            raise ConvertError(
                f'class {number}: token {tokens.index(None)} of its text is not in the '
                'table of the text tower'
            )
        text = TOKENIZER.decode(tokens).strip()
        if TOKENIZER.encode(text) != tokens:
            raise ConvertError(
                f'class {number}: {text!r} does not give the same tokens as the file'
            )
        texts.append(text)
    return texts


def _bytes(rows: Tensor) -> list[bytes]:
    """Each row of a matrix as a dict key."""
    values = rows.contiguous().view(torch.uint8).numpy()  # numpy has no bfloat16
    return values.view(f'V{values.shape[1]}').ravel().tolist()
