"""Finds and reads files of weights in a folder or a repository, whole or in parts."""

from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor

from ...files import read_json
from ...hf_hub import HubFolder, LocalFolder
from ...plain_checkpoints import DamagedCheckpointError, load_from_local

# File names of transformers, in the order of the search.
OF_TRANSFORMERS = ('model.safetensors', 'pytorch_model.bin')


class NoWeightsError(OSError):
    """The weights are not on this machine and cannot be fetched."""

    exit_code = 2  # of a command


def find_weights(folder: HubFolder | LocalFolder, names: Sequence[str]) -> list[Path]:
    """The first of some files that exists, or the parts of it.

    Raises:
        NoWeightsError: If no file exists.
        DamagedCheckpointError: If the list of parts (``*.index.json``) is damaged, or
            names one that does not exist.
        HubError: If the repository cannot be used.
    """
    for name in names:
        whole = folder.find(name)
        if whole is not None:
            return [whole]
        index = folder.find(f'{name}.index.json')
        if index is not None:
            return _parts(folder, index)
    raise NoWeightsError(
        f'{folder} has no weights; put one of these files there: {", ".join(names)}.'
    )


def read_weights(files: Sequence[Path]) -> dict[str, Tensor]:
    """The tensors of some files; a common prefix ``module.`` is removed.

    Raises:
        DamagedCheckpointError: If they hold no tensors, or are damaged.
        NonFiniteWeightsError: If a weight is NaN or infinity.
    """
    weights: dict[str, Tensor] = {}
    for path in files:
        loaded = load_from_local(path, 'cpu')
        weights |= loaded.get('state_dict', loaded)
    if not weights or not all(map(torch.is_tensor, weights.values())):
        raise DamagedCheckpointError(f'{files[0]} holds no tensors by name.')
    if all(name.startswith('module.') for name in weights):
        weights = {name.removeprefix('module.'): v for name, v in weights.items()}
    return weights


def _parts(folder: HubFolder | LocalFolder, index: Path) -> list[Path]:
    named = read_json(index, 'weight_map')['weight_map']
    names = sorted(set(named.values())) if isinstance(named, dict) else []
    if not names or not all(isinstance(n, str) and Path(n).name == n for n in names):
        raise DamagedCheckpointError(f'{index}: weight_map names no files next to it.')
    found = {name: folder.find(name) for name in names}
    absent = [name for name, path in found.items() if path is None]
    if absent:
        raise DamagedCheckpointError(f'{index} names {absent[0]}, which is not there.')
    return list(found.values())
