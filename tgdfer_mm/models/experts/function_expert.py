"""A user's function as a classifier of single faces."""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ...registry import MODELS
from ...video.errors import UsageError
from .frame_expert import FrameExpert


@MODELS.register_module()
class FunctionExpert(FrameExpert):
    """A user's Python function as a classifier of single faces [choice].

    The function prepares its pictures itself: it takes a NumPy array (B, H, W, 3) of
    uint8 RGB and returns (B, ``out_channels``), an array or a tensor.

    Args:
        function: The function, or its import path, ``package.module.function``.
        out_channels: Numbers that it returns for each picture.
        gives: ``logits``, ``probabilities`` or ``features``.

    Raises:
        UsageError: If there is no such function.
    """

    def __init__(
        self,
        function: str | Callable[[np.ndarray], Any],
        out_channels: int,
        gives: str = 'logits',
    ) -> None:
        super().__init__(out_channels, gives)
        self.function = _find(function) if isinstance(function, str) else function

    @property
    def weights_path(self) -> Path | None:
        """The file of the function's code, if there is one."""
        code = getattr(self.function, '__code__', None)
        path = Path(code.co_filename) if code is not None else None
        return path if path is not None and path.is_file() else None

    def run(self, pictures: Tensor) -> Tensor:
        """(B, 3, H, W), 0 to 255, to (B, out_channels)."""
        array = pictures.round().clamp(0, 255).byte().permute(0, 2, 3, 1)
        try:
            given = self.function(np.ascontiguousarray(array.cpu().numpy()))
            given = torch.as_tensor(given, dtype=torch.float32, device=pictures.device)
        except Exception as err:  # the user's code may raise anything
            raise UsageError(
                f'FunctionExpert.function failed ({type(err).__name__}: {err})'
            ) from err
        if given.dim() and len(given) != len(pictures):
            raise UsageError(
                f'FunctionExpert.function gave {len(given)} rows for {len(pictures)} '
                'pictures; return one row for each picture'
            )
        return given


def _find(name: str) -> Callable:
    module, _, attribute = name.rpartition('.')
    try:
        found = getattr(import_module(module), attribute)
    except (ImportError, AttributeError, ValueError) as error:
        raise UsageError(
            f'FunctionExpert.function={name!r} cannot be imported ({error}); write '
            "'package.module.function'"
        ) from error
    if not callable(found):
        raise UsageError(
            f'FunctionExpert.function={name!r} is not a function; write the path of one'
        )
    return found
