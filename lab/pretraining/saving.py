"""Writing the small vision-language model, which the package loads."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from tgdfer_mm.files import replacing
from tgdfer_mm.models.vision_language.text_image_checkpoint import EMBEDDING
from tgdfer_mm.plain_checkpoints import write_safetensors

_CONFIG_KEYS = {'embed_dim', 'vision_cfg', 'text_cfg', 'quick_gelu'}


def save_vlm(
    path: str | Path, model: nn.Module, kept_ids: Tensor, meta: Mapping[str, Any]
) -> None:
    """Writes a model built by ``open_clip.CLIP``.

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
    tensors[EMBEDDING] = tensors[EMBEDDING][kept_ids.to(tensors[EMBEDDING].device)]
    tensors['kept_ids'] = kept_ids.to(torch.int32)
    header = {
        key: value if isinstance(value, str) else json.dumps(value)
        for key, value in meta.items()
    }
    tensors = {k: v.contiguous().cpu() for k, v in tensors.items()}
    with replacing(path) as temporary:
        write_safetensors(tensors, header, temporary)
