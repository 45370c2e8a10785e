"""Reading checkpoints without running what is in them."""

import json
import logging
import os
import pickle
import re
from pathlib import Path
from typing import Any

import torch
from mmengine.logging import print_log
from mmengine.runner import CheckpointLoader
from safetensors import safe_open
from torch import nn

ALLOW_PICKLE = 'TGDFER_ALLOW_PICKLE'


def pickle_allowed() -> bool:
    """Whether the user has allowed files that can run code when loaded."""
    return os.environ.get(ALLOW_PICKLE, '0') not in ('', '0')


# mmengine logs the loader as `__name__[10:]`, hence the function's name.
@CheckpointLoader.register_scheme(prefixes='', force=True)
def load_from_local(filename: str | Path, map_location: Any = None) -> dict:
    """Loads a checkpoint of plain data; mmengine's loader for local files.

    A ``.safetensors`` file is read as the state dict, and the JSON text under
    ``meta`` in its header as the ``meta`` of the checkpoint.

    Args:
        filename: The file.
        map_location: As in ``torch.load``.

    Raises:
        FileNotFoundError: There is no such file.
        pickle.UnpicklingError: The file holds other objects than plain data, and
            loading those has not been allowed; or it is no checkpoint at all.
    """
    path = Path(filename).expanduser()
    if not path.is_file():
        raise FileNotFoundError(f'{path}: there is no such checkpoint.')
    if path.suffix == '.safetensors':
        return _load_safetensors(path, map_location)
    try:
        return torch.load(path, map_location=map_location, weights_only=True)
    except pickle.UnpicklingError as error:
        reason = str(error).split('\n')[0]
        if not pickle_allowed():
            raise pickle.UnpicklingError(
                f'{path} holds Python objects that are not plain data, or is damaged '
                f'({reason}). Loading such a file can run any code hidden in it. If '
                'you trust where it comes from, allow it on purpose: pass '
                f'--allow-pickle to the tools or set {ALLOW_PICKLE}=1.'
            ) from error
    print_log(
        f'{path} is unpickled because {ALLOW_PICKLE} allows it.',
        logger='current',
        level=logging.WARNING,
    )
    return torch.load(path, map_location=map_location, weights_only=False)


def _load_safetensors(path: Path, map_location: Any) -> dict:
    device = map_location if isinstance(map_location, str) else 'cpu'
    with safe_open(path, 'pt', device=device) as file:
        header = file.metadata() or {}
        state = {name: file.get_tensor(name) for name in file.keys()}
    return dict(state_dict=state, meta=json.loads(header.get('meta', '{}')))


def weights_misfit(model: nn.Module, checkpoint: dict) -> str | None:
    """Says what keeps a checkpoint's weights from filling a model.

    mmengine only logs missing weights, other sizes and what a module objects to. This
    lets torch load, which collects all of it.

    Args:
        model: The model, not wrapped; what fits is loaded.
        checkpoint: A checkpoint or a state dict.

    Returns:
        A sentence, None if every weight of the model is there and fits.
    """
    state = checkpoint.get('state_dict', checkpoint)
    state = {name.removeprefix('module.'): value for name, value in state.items()}
    try:
        missing = model.load_state_dict(state, strict=False).missing_keys
    except RuntimeError as error:  # raised for all but names, strict or not
        return f'its weights do not fit the model. {error}.'
    if missing:
        return f'it lacks {len(missing)} weights of the model, such as {missing[0]}.'
    return None


def find_resumable(
    work_dir: str | Path, filename_tmpl: str = 'epoch_{}.pth'
) -> tuple[Path | None, dict[Path, str]]:
    """Finds the newest checkpoint that loads.

    Neither the file ``last_checkpoint`` nor the times of the files are trusted, only
    the number in the name and an attempt to load.

    Args:
        work_dir: Folder of the checkpoints.
        filename_tmpl: Their name, with ``{}`` for the number of epochs.

    Returns:
        The checkpoint, None if there is none at all, and the newer ones that do not
        load with the reason.

    Raises:
        RuntimeError: There are checkpoints, but none loads.
    """
    pattern = re.compile(re.escape(filename_tmpl).replace(r'\{\}', r'(\d+)'))
    folder = Path(work_dir)
    names = os.listdir(folder) if folder.is_dir() else []
    found = [(int(m[1]), folder / m[0]) for m in map(pattern.fullmatch, names) if m]
    skipped: dict[Path, str] = {}
    for _, path in sorted(found, reverse=True):
        try:
            load_from_local(path, 'cpu')
        # torch has no common error for what can be wrong in a damaged file.
        except Exception as error:
            skipped[path] = f'{type(error).__name__}: {str(error)}'.splitlines()[0]
        else:
            return path, skipped
    if skipped:
        reasons = '\n'.join(f'  {path}: {why}' for path, why in skipped.items())
        raise RuntimeError(
            f'None of the checkpoints in {folder} loads:\n{reasons}\nMove them away to '
            'start anew.'
        )
    return None, skipped
