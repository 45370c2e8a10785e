"""Turns a training checkpoint into a small file for publication."""

import json
from pathlib import Path

import torch

from ..files import file_hash, replacing
from ..plain_checkpoints import (
    DamagedCheckpointError,
    load_from_local,
    write_safetensors,
)

# Entries of a checkpoint's `meta` that the checks before a test need. Not `cfg`, which
# names folders of the machine.
KEPT_META = ('dataset_meta', 'epoch', 'iter', 'seed')


class PublishError(ValueError):
    """The weights cannot be published, or not under this name."""

    exit_code = 2  # exit code of a command


def publish(checkpoint: str | Path, out: str | Path, **info: str) -> dict:
    """Writes a checkpoint's weights in half precision, as safetensors.

    Optimizer, schedules and history are left out. The facts about the training data
    stay in the header, so that the checks of a checkpoint work on the new file.

    Args:
        checkpoint: A checkpoint of this package.
        out: The file to write, ``*.safetensors``.
        **info: Facts that are added to the header and to the returned dict, e.g.
            ``command``.

    Returns:
        Name, size in bytes, SHA-256 and ``info`` of the file.

    Raises:
        PublishError: ``out`` is not named ``*.safetensors`` or is the checkpoint
            itself, or a weight is too large for half precision.
        MissingCheckpointError: There is no such checkpoint.
        DamagedCheckpointError: The checkpoint cannot be read, or has no weights.
        NonFiniteWeightsError: If the weights hold NaN or infinity.
    """
    out = Path(out)
    if out.suffix != '.safetensors':
        raise PublishError(f'{out}: the name of the file must end with .safetensors')
    if out.exists() and Path(checkpoint).exists() and out.samefile(checkpoint):
        raise PublishError(f'{out}: is the checkpoint itself; give another name')
    loaded = load_from_local(checkpoint, 'cpu')
    weights = loaded.get('state_dict') or {}
    if not weights or not all(map(torch.is_tensor, weights.values())):
        raise DamagedCheckpointError(
            f'{checkpoint}: there are no weights under state_dict; give a checkpoint '
            'of this package'
        )
    state = {
        name: (value.half() if value.is_floating_point() else value).contiguous()
        for name, value in weights.items()
    }
    lost = [n for n, v in state.items() if not torch.isfinite(v).all()]
    if lost:
        raise PublishError(
            f'{checkpoint}: {lost[0]} has values that are too large for half '
            'precision; publish another checkpoint'
        )
    known = loaded.get('meta') or {}
    meta = {key: known[key] for key in KEPT_META if key in known}
    with replacing(out) as temporary:
        write_safetensors(state, {'meta': json.dumps(meta | info)}, temporary)
    size = out.stat().st_size
    return {'file': out.name, 'bytes': size, 'sha256': file_hash(out), **info}
