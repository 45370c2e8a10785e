"""Reads other projects' files without running code in them."""

import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import torch
from torch import Tensor
from torch.serialization import get_unsafe_globals_in_checkpoint, safe_globals

from ..plain_checkpoints import (
    MissingCheckpointError,
    check_size,
    first_reason,
    load_from_local,
    require_whole_zip,
)
from ..torchscript_weights import is_torchscript, read_torchscript
from .errors import ConvertError

# Keys under which training code stores the weights.
WRAPPERS = ('state_dict', 'model_state_dict', 'model', 'module')


@dataclass
class Source:
    """The content of a file.

    Attributes:
        path: The file.
        state: Its tensors by name; a common prefix ``module.`` is removed.
        others: Other entries among them, by name.
        stubs: Names of classes and functions in the file that were replaced by inert
            objects.
    """

    path: Path
    state: dict[str, Tensor]
    others: list[str] = field(default_factory=list)
    stubs: list[str] = field(default_factory=list)


def read_source(path: str | Path) -> Source:
    """Reads ``.safetensors``, ``.pt``/``.pth``/``.bin``, or a TorchScript archive.

    Pickles are only read by ``torch.load(weights_only=True)``. Everything in them that
    is not plain data becomes an inert object that takes any arguments and does nothing.

    Raises:
        MissingCheckpointError: If there is no such file.
        ConvertError: If the file cannot be read in this way, or holds no named tensors.
        DamagedCheckpointError: See :func:`tgdfer_mm.plain_checkpoints.check_size`.
    """
    path = Path(path).expanduser()
    if not path.is_file():
        raise MissingCheckpointError(f'{path}: there is no such checkpoint.')
    content, stubs = _content(path)
    for wrapper in WRAPPERS:
        inner = content.get(wrapper) if isinstance(content, Mapping) else None
        if isinstance(inner, Mapping) and any(map(torch.is_tensor, inner.values())):
            content = inner
            break
    if not isinstance(content, Mapping):
        raise ConvertError(f'{path} holds a {type(content).__name__}, no state dict.')
    state = {str(k): v for k, v in content.items() if torch.is_tensor(v)}
    if not state:
        found = ', '.join(map(str, content)) or 'nothing'
        raise ConvertError(
            f'{path} has no named tensors, neither at the top nor below '
            f'{", ".join(WRAPPERS)}: it has {found}.'
        )
    check_size(state, path)
    if all(name.startswith('module.') for name in state):
        state = {name.removeprefix('module.'): v for name, v in state.items()}
    others = [str(k) for k, v in content.items() if not torch.is_tensor(v)]
    return Source(path, state, others, stubs)


def _content(path: Path) -> tuple[object, list[str]]:
    try:
        return _read(path)
    except Exception as error:  # a damaged file can raise any exception
        if hasattr(error, 'exit_code'):
            raise
        kind, reason = type(error).__name__, first_reason(error)
        raise ConvertError(
            f'{path} cannot be read as plain data: it is not a checkpoint, is damaged, '
            f'or holds other objects ({kind}: {reason}). Take another copy of it'
        ) from error


def _read(path: Path) -> tuple[object, list[str]]:
    if path.suffix == '.safetensors':
        return load_from_local(path, 'cpu')['state_dict'], []
    require_whole_zip(path)
    if is_torchscript(path):
        return read_torchscript(path), []
    asked = []
    if zipfile.is_zipfile(path):
        asked = sorted(get_unsafe_globals_in_checkpoint(path))
    with safe_globals([(_stub(name), name) for name in asked]):
        return torch.load(path, map_location='cpu', weights_only=True), asked


def _stub(name: str) -> type:
    """A class that accepts all operations of a pickle, and does nothing."""
    return type(
        name.rsplit('.', 1)[-1],
        (),
        {
            '__new__': lambda cls, *args, **kwargs: object.__new__(cls),
            '__init__': lambda self, *args, **kwargs: None,
            '__setstate__': lambda self, state: None,
        },
    )
