"""From a training checkpoint to a small file to hand on."""

import json
from pathlib import Path

import torch
from safetensors.torch import save_file

from ..files import file_hash
from ..plain_checkpoints import load_from_local

# Not `cfg`, which names folders of the machine that it ran on.
KEPT_META = ('dataset_meta', 'epoch', 'iter', 'seed')


def publish(checkpoint: str | Path, out: str | Path, **info: str) -> dict:
    """Writes a checkpoint's weights in half precision, as safetensors.

    Optimizer, schedules and history are left out. What the weights were trained on
    stays in the header, so that the checks of a checkpoint work on the new file.

    Args:
        checkpoint: A checkpoint of this package.
        out: The file to write, ``*.safetensors``.
        **info: Added to the header and to what is returned, e.g. ``command``.

    Returns:
        Name, size in bytes, SHA-256 and ``info`` of the file.

    Raises:
        ValueError: If ``out`` is not named ``*.safetensors``.
    """
    out = Path(out)
    if out.suffix != '.safetensors':
        raise ValueError(f'{out}: the file has to be named *.safetensors')
    loaded = load_from_local(checkpoint, 'cpu')
    state = {
        name: (value.half() if value.is_floating_point() else value).contiguous()
        for name, value in loaded['state_dict'].items()
    }
    lost = [n for n, v in state.items() if not torch.isfinite(v).all()]
    if lost:
        raise ValueError(f'{checkpoint}: {lost[0]} has values beyond half precision')
    meta = {key: loaded['meta'][key] for key in KEPT_META if key in loaded['meta']}
    save_file(state, out, {'meta': json.dumps(meta | info)})
    size = out.stat().st_size
    return {'file': out.name, 'bytes': size, 'sha256': file_hash(out), **info}
