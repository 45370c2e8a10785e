"""A small open_clip model in a small file.

Half precision, and of the vocabulary only the rows that are needed: nine tenths of a
small text tower are embeddings of words it never met. Loading gives the full model
back, with zeros in the dropped rows, so every text has to be checked with
:func:`check_tokens` before it is encoded.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from torch import Tensor

from ...files import parse_json
from ...plain_checkpoints import read_safetensors

EMBEDDING = 'token_embedding.weight'


def load_vlm_state(path: str | Path) -> tuple[dict[str, Tensor], dict, Tensor]:
    """Read what ``lab/pretraining/saving.py`` wrote.

    Returns:
        The complete float32 state of the model (dropped rows are zero), its
        config (keyword arguments of ``open_clip.CLIP``), and the kept ids (n,).

    Raises:
        FileNotFoundError: If there is no such file.
        DamagedCheckpointError: If it is damaged.
        ValueError: If the file is no such file.
    """
    if not Path(path).is_file():
        raise FileNotFoundError(f'{path}: no such file')
    state, header = read_safetensors(path)
    if 'vlm_config' not in header or 'kept_ids' not in state:
        raise ValueError(
            f'{path} has no "vlm_config" in its header: it was not written by save_vlm'
        )
    config = parse_json(header['vlm_config'])
    kept_ids = state.pop('kept_ids').long()
    state = {k: v.float() if v.is_floating_point() else v for k, v in state.items()}
    rows = state[EMBEDDING]
    full = rows.new_zeros(config['text_cfg']['vocab_size'], rows.shape[1])
    full[kept_ids] = rows
    state[EMBEDDING] = full
    return state, config, kept_ids


def check_tokens(
    texts: Iterable[str], kept_ids: Sequence[int] | Tensor, tokenizer: Any
) -> None:
    """Refuse texts with a word whose embedding was dropped.

    Args:
        texts: Texts that are going to be encoded.
        kept_ids: Third result of :func:`load_vlm_state`.
        tokenizer: open_clip's, with ``encode``.

    Raises:
        ValueError: Naming the words and the text.
    """
    kept = {int(i) for i in kept_ids}
    for text in texts:
        if kept.issuperset(tokenizer.encode(text)):
            continue
        missing = [w for w in text.split() if not kept.issuperset(tokenizer.encode(w))]
        words = ', '.join(map(repr, missing or [text]))
        raise ValueError(
            f'the text tower has no embedding for {words} (in {text!r}): its row was '
            'dropped to keep the file small. Use other words, or pre-train with a '
            'vocabulary that has them (lab/tools/pretrain_vlm.py)'
        )
