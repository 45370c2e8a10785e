"""Checks if a checkpoint fills a model, and finds the one to resume from."""

import os
import re
from pathlib import Path

import torch
from mmengine.model import is_model_wrapper
from mmengine.runner import Runner
from torch import nn

from ..plain_checkpoints import ALLOW_PICKLE, load_from_local, pickle_allowed
from ..recipe.runners import ResumeError
from .fsdp_strategy import WholeFSDPStrategy

__all__ = [
    'ALLOW_PICKLE',  # kept here for version 0.1, like the two functions of that module
    'find_resumable',
    'give_states_a_dimension',
    'load_from_local',
    'module_to_fill',
    'pickle_allowed',
    'weights_misfit',
]


def weights_misfit(model: nn.Module, checkpoint: dict) -> str | None:
    """Finds out why a checkpoint's weights do not fill a model.

    mmengine only logs missing weights, wrong sizes and the errors of modules. Here
    torch loads the weights, and collects all of these.

    Args:
        model: The model without a wrapper, except FSDP's. Weights that fit are loaded.
        checkpoint: A checkpoint or a state dict.

    Returns:
        A sentence, None if every weight of the model is there and fits.
    """
    state = checkpoint.get('state_dict', checkpoint)
    state = {name.removeprefix('module.'): value for name, value in state.items()}
    try:
        missing = model.load_state_dict(state, strict=False).missing_keys
    except RuntimeError as error:  # raised for every fault except names, strict or not
        return f'its weights do not fit the model. {error}.'
    if missing:
        return f'it lacks {len(missing)} weights of the model, such as {missing[0]}.'
    return None


def give_states_a_dimension(state: dict) -> None:
    """Converts an optimizer's state from the time when scalars had no dimension.

    Values that the optimizer keeps for each number of a parameter get a dimension, too.
    Values that it keeps once for a parameter, such as the number of steps, never have
    one.

    Args:
        state: State of the optimizer, or of several by name; changed in place.
    """
    if 'state' not in state:
        for part in state.values():
            if isinstance(part, dict):
                give_states_a_dimension(part)
        return
    kept = [values for values in state['state'].values() if isinstance(values, dict)]
    by_number = {
        name
        for values in kept
        for name, value in values.items()
        if torch.is_tensor(value) and value.ndim
    }
    for values in kept:
        for name in by_number & values.keys():
            if torch.is_tensor(values[name]) and not values[name].ndim:
                values[name] = values[name].reshape(1)


def module_to_fill(runner: Runner) -> nn.Module | None:
    """The model into which a checkpoint's weights are loaded.

    Returns:
        The model without its wrapper, or in FSDP's wrapper; None if the strategy of a
        ``FlexibleRunner`` has its own form of files.
    """
    model = runner.model
    if isinstance(runner, Runner):
        return model.module if is_model_wrapper(model) else model
    return model if isinstance(runner.strategy, WholeFSDPStrategy) else None


def find_resumable(
    work_dir: str | Path, filename_tmpl: str = 'epoch_{}.pth'
) -> tuple[Path | None, dict[Path, str]]:
    """Finds the newest checkpoint that loads.

    It uses only the number in the name and tries to load the file. It does not use the
    file ``last_checkpoint`` or the times of files.

    Args:
        work_dir: Folder of the checkpoints.
        filename_tmpl: Their names, with ``{}`` for the number of epochs.

    Returns:
        The checkpoint (None if there is none), and the newer ones that do not load,
        each with the reason.

    Raises:
        ResumeError: There are checkpoints, but none loads.
    """
    pattern = re.compile(re.escape(filename_tmpl).replace(r'\{\}', r'(\d+)'))
    folder = Path(work_dir)
    names = os.listdir(folder) if folder.is_dir() else []
    found = [(int(m[1]), folder / m[0]) for m in map(pattern.fullmatch, names) if m]
    skipped: dict[Path, str] = {}
    for _, path in sorted(found, reverse=True):
        try:
            load_from_local(path, 'cpu')
        # torch raises errors of many kinds for a damaged file.
        except Exception as error:
            skipped[path] = f'{type(error).__name__}: {str(error)}'.splitlines()[0]
        else:
            return path, skipped
    if skipped:
        reasons = '\n'.join(f'  {path}: {why}' for path, why in skipped.items())
        raise ResumeError(
            f'None of the checkpoints in {folder} loads:\n{reasons}\nTo start from '
            'the beginning, move them away.'
        )
    return None, skipped
