"""Small files of small open_clip models.

They have half precision, and only the rows of the vocabulary that are needed: nine
tenths of a small text tower are embeddings of words that training never used. Loading
gives the full model, with zeros in the dropped rows, so every text has to be checked
with :func:`check_tokens` before it is encoded.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from torch import Tensor

from ...files import parse_json
from ...plain_checkpoints import read_safetensors

EMBEDDING = 'token_embedding.weight'


def load_vlm_state(path: str | Path) -> tuple[dict[str, Tensor], dict, Tensor]:
    """Reads a file that ``lab/pretraining/saving.py`` wrote.

    Returns:
        The complete float32 state of the model (dropped rows are zero), its
        config (keyword arguments of ``open_clip.CLIP``), and the kept ids (n,).

    Raises:
        FileNotFoundError: If there is no such file.
        DamagedCheckpointError: If the file is damaged.
        ValueError: If the file is of another kind.
    """
    if not Path(path).is_file():
        raise FileNotFoundError(f'{path}: there is no such file')
    state, header = read_safetensors(path)
    if 'vlm_config' not in header or 'kept_ids' not in state:
        raise ValueError(
            f'{path} has no "vlm_config" in its header, so save_vlm did not write it: '
            'name another file'
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
    """Refuses texts with a word whose embedding was dropped.

    Args:
        texts: Texts that will be encoded.
        kept_ids: The third result of :func:`load_vlm_state`.
        tokenizer: open_clip's tokenizer, with ``encode``.

    Raises:
        ValueError: If there is such a word; the message names the words and the text.
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
