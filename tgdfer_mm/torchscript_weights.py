"""Reads the tensors of a TorchScript archive, such as OpenAI's, without its code.

``torch.jit.load`` compiles the code in the archive, and may run it. The weights do not
need that: they are raw bytes in a zip file, and a pickle has their places. The pickle
is read only with classes of this module.
"""

import pickle
import zipfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import torch
from torch import Tensor

_MODULES = 100_000


class ArchiveError(ValueError):
    """A TorchScript archive that is damaged, or not of a model."""

    exit_code = 2  # of a command


class _Node:
    """Replaces a module of the archive, and keeps its attributes."""

    def __setstate__(self, state: dict) -> None:
        self.__dict__.update(state)


def is_torchscript(path: str | Path) -> bool:
    """True if a file is a TorchScript archive."""
    if not zipfile.is_zipfile(path):
        return False
    with zipfile.ZipFile(path) as archive:
        return any(name.endswith('/constants.pkl') for name in archive.namelist())


def read_torchscript(path: str | Path) -> dict[str, Tensor]:
    """The tensors that are attributes of the archive's modules, by dotted names.

    Raises:
        ArchiveError: The archive needs a class that is not part of a model.
    """
    with zipfile.ZipFile(path) as archive:
        (index,) = (n for n in archive.namelist() if n.endswith('/data.pkl'))
        with archive.open(index) as file:
            reader = _Reader(file, archive, index.removesuffix('data.pkl'))
            try:
                root = reader.load()
            except (pickle.UnpicklingError, AttributeError, TypeError) as error:
                raise ArchiveError(f'{path}: {error}') from error
    return dict(_tensors(root, '', count()))


class _Reader(pickle.Unpickler):
    def __init__(self, file, archive: zipfile.ZipFile, folder: str) -> None:
        super().__init__(file)
        self.archive = archive
        self.folder = folder

    def find_class(self, module: str, name: str):
        if module == 'torch' and name.endswith('Storage'):
            return getattr(torch, name).dtype
        if (module, name) == ('torch._utils', '_rebuild_tensor_v2'):
            return _tensor
        if (module, name) == ('collections', 'OrderedDict'):
            return dict
        if module.startswith('__torch__'):
            return _Node
        raise pickle.UnpicklingError(
            f'the archive asks for {module}.{name}, which is no part of a model'
        )

    def persistent_load(self, pid: tuple) -> Tensor:
        _, dtype, key, _, _ = pid
        data = bytearray(self.archive.read(f'{self.folder}data/{key}'))
        return (
            torch.frombuffer(data, dtype=dtype) if data else torch.empty(0, dtype=dtype)
        )


def _tensor(storage: Tensor, offset: int, size: tuple, stride: tuple, *_) -> Tensor:
    return storage.as_strided(size, stride, offset)


def _tensors(node: _Node, prefix: str, visits: Iterator[int]):
    # One module may be an attribute of many, so a few modules can stand for billions.
    if next(visits) > _MODULES:
        raise ArchiveError(f'the archive has more than {_MODULES:,} modules')
    for name, value in vars(node).items():
        if isinstance(value, Tensor):
            yield prefix + name, value
        elif isinstance(value, _Node):
            yield from _tensors(value, f'{prefix}{name}.', visits)
