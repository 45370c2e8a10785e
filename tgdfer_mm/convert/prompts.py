"""The class texts that a prompt learner was trained with, read from its weights.

CoOp's prompt learner, and DFER-CLIP's after it, keeps the embeddings of the tokens that
follow the contexts. The text tower's table tells which tokens those are, so the texts
need not be known beforehand, nor be copied from anywhere.
"""

import torch
from torch import Tensor

from ..models.text.tokens import TOKENIZER
from .errors import ConvertError


def read_texts(rows: Tensor, embedding: Tensor) -> list[str]:
    """The texts of the classes.

    Args:
        rows: What follows the contexts, (K, L, width): text, EOT, padding.
        embedding: The table of the text tower, (vocabulary, width).

    Raises:
        ValueError: If a row is none of the table's, there is no EOT, or a text does
            not give the same tokens again.
    """
    ids = {row: i for i, row in enumerate(_bytes(embedding))}
    texts = []
    for number, sequence in enumerate(rows):
        tokens = [ids.get(row) for row in _bytes(sequence)]
        if TOKENIZER.eot_token_id not in tokens:
            raise ConvertError(f'class {number}: no end of its text among the tokens')
        tokens = tokens[: tokens.index(TOKENIZER.eot_token_id)]
        if None in tokens:
            raise ConvertError(
                f'class {number}: token {tokens.index(None)} of its text is not in the '
                'table of the text tower'
            )
        text = TOKENIZER.decode(tokens).strip()
        if TOKENIZER.encode(text) != tokens:
            raise ConvertError(
                f'class {number}: {text!r} does not give its tokens again'
            )
        texts.append(text)
    return texts


def _bytes(rows: Tensor) -> list[bytes]:
    """Each row of a matrix as something to look up."""
    values = rows.contiguous().view(torch.uint8).numpy()  # numpy has no bfloat16
    return values.view(f'V{values.shape[1]}').ravel().tolist()
