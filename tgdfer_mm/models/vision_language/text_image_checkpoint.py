"""A small open_clip model in a small file.

Half precision, and of the vocabulary only the rows that are needed: nine tenths of a
small text tower are embeddings of words it never met. Loading gives the full model
back, with zeros in the dropped rows, so every text has to be checked with
:func:`check_tokens` before it is encoded.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from ...files import replacing
from ...plain_checkpoints import read_safetensors, write_safetensors

_EMBEDDING = 'token_embedding.weight'
_CONFIG_KEYS = {'embed_dim', 'vision_cfg', 'text_cfg', 'quick_gelu'}


def save_vlm(
    path: str | Path, model: nn.Module, kept_ids: Tensor, meta: Mapping[str, Any]
) -> None:
    """Write a model built by ``open_clip.CLIP``.

    Args:
        path: File to write, ``*.safetensors``.
        model: The model.
        kept_ids: Token ids whose embeddings are kept, ascending, the last of the
            vocabulary (end of text) among them.
        meta: Goes into the header. ``vlm_config``, the keyword arguments of
            ``open_clip.CLIP`` with ``quick_gelu`` stated, is required.

    Raises:
        ValueError: If the config or the kept ids are not as described.
    """
    config = meta.get('vlm_config')
    if not isinstance(config, Mapping) or set(config) != _CONFIG_KEYS:
        raise ValueError(f'meta["vlm_config"] must have the keys {_CONFIG_KEYS}')
    vocabulary = config['text_cfg']['vocab_size']
    ids = kept_ids.tolist()
    if ids != sorted(set(ids)) or not ids or ids[-1] != vocabulary - 1:
        # open_clip finds the end of a text as its largest id.
        raise ValueError('kept_ids must ascend and end with the end-of-text token')
    tensors = {
        name: value.half() if value.is_floating_point() else value
        for name, value in model.state_dict().items()
    }
    tensors[_EMBEDDING] = tensors[_EMBEDDING][kept_ids.to(tensors[_EMBEDDING].device)]
    tensors['kept_ids'] = kept_ids.to(torch.int32)
    header = {
        key: value if isinstance(value, str) else json.dumps(value)
        for key, value in meta.items()
    }
    tensors = {k: v.contiguous().cpu() for k, v in tensors.items()}
    with replacing(path) as temporary:
        write_safetensors(tensors, header, temporary)


def load_vlm_state(path: str | Path) -> tuple[dict[str, Tensor], dict, Tensor]:
    """Read what :func:`save_vlm` wrote.

    Returns:
        The complete float32 state of the model (dropped rows are zero), its
        config (keyword arguments of ``open_clip.CLIP``), and the kept ids (n,).

    Raises:
        FileNotFoundError: If there is no such file.
        DamagedCheckpointError: If it is damaged.
        ValueError: If the file was not written by :func:`save_vlm`.
    """
    if not Path(path).is_file():
        raise FileNotFoundError(f'{path}: no such file')
    state, header = read_safetensors(path)
    if 'vlm_config' not in header or 'kept_ids' not in state:
        raise ValueError(
            f'{path} has no "vlm_config" in its header: it was not written by save_vlm'
        )
    config = json.loads(header['vlm_config'])
    kept_ids = state.pop('kept_ids').long()
    state = {k: v.float() if v.is_floating_point() else v for k, v in state.items()}
    rows = state[_EMBEDDING]
    full = rows.new_zeros(config['text_cfg']['vocab_size'], rows.shape[1])
    full[kept_ids] = rows
    state[_EMBEDDING] = full
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
