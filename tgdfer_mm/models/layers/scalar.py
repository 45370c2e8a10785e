"""Parameters of one number."""

import torch
from torch import Tensor, nn


def scalar(value: float) -> Tensor:
    """The initial value of a parameter of one number, shape (1,).

    It has a dimension because torch's FSDP refuses parameters without one.
    """
    return torch.tensor([float(value)])


def give_scalars_a_dimension(
    module: nn.Module, state_dict: dict[str, Tensor], prefix: str, *_
) -> None:
    """Lets a module load weights that were saved before its scalars had a dimension.

    A hook for ``register_load_state_dict_pre_hook``; changes the dict in place.
    """
    own = dict(module.named_parameters()) | dict(module.named_buffers())
    for name, value in own.items():
        name = prefix + name.replace('_fsdp_wrapped_module.', '')
        loaded = state_dict.get(name)
        if value.ndim and torch.is_tensor(loaded) and not loaded.ndim:
            state_dict[name] = loaded.reshape(1)
