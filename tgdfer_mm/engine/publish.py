"""From a training checkpoint to a small file to hand on."""

import json
from pathlib import Path

import torch

from ..files import file_hash, replacing
from ..plain_checkpoints import (
    DamagedCheckpointError,
    load_from_local,
    write_safetensors,
)

# Of a checkpoint's `meta`, what the checks of tests ask for. Not `cfg`, which names
# folders of the machine that it ran on.
KEPT_META = ('dataset_meta', 'epoch', 'iter', 'seed')


class PublishError(ValueError):
    """Weights that cannot be published, or not under this name."""

    exit_code = 2  # of a command


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
        PublishError: ``out`` is not named ``*.safetensors``, is the checkpoint, or a
            weight is beyond half precision.
        MissingCheckpointError: There is no such checkpoint.
        DamagedCheckpointError: It cannot be read, or holds no weights.
        NonFiniteWeightsError: If the weights hold NaN or infinity.
    """
    out = Path(out)
    if out.suffix != '.safetensors':
        raise PublishError(f'{out}: the file has to be named *.safetensors')
    if out.exists() and Path(checkpoint).exists() and out.samefile(checkpoint):
        raise PublishError(f'{out}: is the checkpoint itself, give another name')
    loaded = load_from_local(checkpoint, 'cpu')
    weights = loaded.get('state_dict') or {}
    if not weights or not all(map(torch.is_tensor, weights.values())):
        raise DamagedCheckpointError(
            f'{checkpoint}: there are no weights under state_dict; is it a checkpoint '
            'of this package?'
        )
    state = {
        name: (value.half() if value.is_floating_point() else value).contiguous()
        for name, value in weights.items()
    }
    lost = [n for n, v in state.items() if not torch.isfinite(v).all()]
    if lost:
        raise PublishError(f'{checkpoint}: {lost[0]} has values beyond half precision')
    known = loaded.get('meta') or {}
    meta = {key: known[key] for key in KEPT_META if key in known}
    with replacing(out) as temporary:
        write_safetensors(state, {'meta': json.dumps(meta | info)}, temporary)
    size = out.stat().st_size
    return {'file': out.name, 'bytes': size, 'sha256': file_hash(out), **info}
