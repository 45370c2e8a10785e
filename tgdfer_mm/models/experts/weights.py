"""Loads the weights of an expert from a file, completely or not at all."""

from pathlib import Path

from torch import nn

from ...plain_checkpoints import load_from_local
from ...video.errors import InputError


def fill(network: nn.Module, path: Path, unused: str | None = None) -> None:
    """Loads all weights and statistics of a network from a file.

    Args:
        network: The module; it is filled in place.
        path: ``*.safetensors``, or a ``.pth`` of plain data.
        unused: Prefix of the names in the file that are left out.

    Raises:
        InputError: If a weight of the network is not in the file or has another shape,
            or the file has other weights; the message names the first of each.
    """
    state = load_from_local(path, 'cpu')
    state = state.get('state_dict', state)
    if unused is not None:
        state = {k: v for k, v in state.items() if not k.startswith(unused)}
    own = network.state_dict()
    wrong = [
        f'{name} ({tuple(state[name].shape)} for {tuple(own[name].shape)})'
        for name in own
        if name in state and state[name].shape != own[name].shape
    ]
    # A count of batches that inference does not use; some files do not have it.
    absent = [n for n in own if n not in state and not n.endswith('batches_tracked')]
    problems = [
        f'{len(names)} {what}, such as {names[0]}'
        for what, names in (
            ('of its weights have another shape', wrong),
            ('are missing', absent),
            ('are not of the model', [name for name in state if name not in own]),
        )
        if names
    ]
    if problems:
        raise InputError(
            f'{path} does not fit the model: {"; ".join(problems)}. Does the config '
            'describe the model that the file holds?'
        )
    network.load_state_dict(state, strict=False)
