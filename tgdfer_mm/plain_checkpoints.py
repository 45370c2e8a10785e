"""Reads checkpoints without running code that is in them."""

import hashlib
import json
import logging
import os
import pickle
import re
import threading
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from math import prod
from pathlib import Path
from typing import Any

import torch
from mmengine.logging import print_log
from mmengine.runner import CheckpointLoader
from mmengine.runner import checkpoint as mmengine_checkpoint
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor
from torch.hub import load_state_dict_from_url

from .files import file_hash
from .finite_weights import check_finite
from .torchscript_weights import ArchiveError, is_torchscript, read_torchscript

ALLOW_PICKLE = 'TGDFER_ALLOW_PICKLE'
_TEXTS = 64 << 20  # bytes of code in a TorchScript archive, at most
_SHARED = 4  # largest ratio of the size of weights to their file
DIGEST = 'sha256'  # in the header of a file of `write_safetensors`
_SHIPPED = Path(__file__).parent / 'weights'
# Texts of torch about a pickle that needs more than plain data.
_OBJECTS = re.compile('Unsupported (global|class)|Trying to|Can only|Not allowed')


class MissingCheckpointError(FileNotFoundError):
    """There is no such file."""

    exit_code = 2  # of a command


class DamagedCheckpointError(RuntimeError):
    """A file that is not a checkpoint, is cut off, or damaged."""

    exit_code = 2


class ForbiddenPickleError(pickle.UnpicklingError):
    """A file that could run code when it is loaded, without the user's permission."""

    exit_code = 2


def pickle_allowed() -> bool:
    """True if the user has allowed files that can run code when they are loaded."""
    return os.environ.get(ALLOW_PICKLE, '0') not in ('', '0')


_lock = threading.Lock()
_inside = 0  # how many are inside `plain_loading`, in all threads
_outside: tuple = ()


@contextmanager
def plain_loading() -> Iterator[None]:
    """Makes mmengine load only plain data, from files and URLs, for a limited time.

    Outside of it mmengine loads as it does without this package: it unpickles files
    (https://github.com/open-mmlab/mmengine/issues/1655), and for URLs torch's own
    default is also to unpickle.
    """
    global _inside, _outside
    schemes = CheckpointLoader._schemes
    with _lock:
        if not _inside:
            _outside = schemes[''], mmengine_checkpoint.load_url
            schemes[''] = load_from_local
            mmengine_checkpoint.load_url = _load_url
        _inside += 1
    try:
        yield
    finally:
        with _lock:
            _inside -= 1
            if not _inside:
                schemes[''], mmengine_checkpoint.load_url = _outside


def _load_url(*args, **kwargs) -> dict:
    kwargs.setdefault('weights_only', not pickle_allowed())
    return load_state_dict_from_url(*args, **kwargs)


def load_plain(source: str | Path) -> dict:
    """Loads a checkpoint of plain data from a file or a URL, onto the CPU.

    Raises:
        FileNotFoundError: There is no such file.
        pickle.UnpicklingError: See :func:`load_from_local`.
    """
    with plain_loading():
        return CheckpointLoader.load_checkpoint(str(source), map_location='cpu')


# mmengine logs the loader as `__name__[10:]`, which explains the function's name.
def load_from_local(filename: str | Path, map_location: Any = None) -> dict:
    """Loads a file of plain data; replaces mmengine's loader of local files.

    A ``.safetensors`` file is read as the state dict, and the JSON text under
    ``meta`` in its header as the ``meta`` of the checkpoint. For a TorchScript archive,
    such as OpenAI's CLIP, the tensors are read and the code is not.

    The checksums that a file has are compared with its content: the CRC of every part
    of a ``.pth`` (half a second a gigabyte), and the SHA-256 of a file written by
    :func:`write_safetensors` or shipped with this package (one second). Other
    safetensors files have no checksums, and neither have files of torch before 1.6.

    Args:
        filename: The file.
        map_location: As in ``torch.load``.

    Raises:
        MissingCheckpointError: There is no such file.
        ForbiddenPickleError: The file has other objects than plain data, and the user
            has not allowed them.
        DamagedCheckpointError: It is not a checkpoint, is cut off, or its content does
            not have its checksum.
        NonFiniteWeightsError: A weight is NaN or infinity.
    """
    path = Path(filename).expanduser()
    if not path.is_file():
        raise MissingCheckpointError(f'{path}: there is no such checkpoint.')
    read = _load_safetensors if path.suffix == '.safetensors' else _load_torch
    try:
        loaded = read(path, map_location)
    except (ForbiddenPickleError, DamagedCheckpointError, ArchiveError, MemoryError):
        raise
    # torch and safetensors have no common error for the faults of a file.
    except Exception as error:
        raise DamagedCheckpointError(
            f'{path} cannot be read as a checkpoint; is it whole? '
            f'({type(error).__name__}: {first_reason(error)})'
        ) from error
    wrong = _misshapen(loaded)
    if wrong:
        raise DamagedCheckpointError(f'{path} is no checkpoint: {wrong}.')
    check_size(loaded.get('state_dict', loaded), path)
    check_finite(loaded, path)
    return loaded


def first_reason(error: Exception) -> str:
    """The first part of an error of torch, without its advice to run the file."""
    line = (str(error).splitlines() or [''])[0]
    return re.split(r' In PyTorch| \(Could this error| Re-running', line)[0].strip()


def check_size(weights: Mapping[str, Any], path: str | Path) -> None:
    """Refuses tensors that take far more memory than their file.

    A tensor with few numbers can have any size: with a stride of 0, or if it is sparse.

    Args:
        weights: The weights that were read.
        path: The file.

    Raises:
        DamagedCheckpointError: There is such a tensor, or one without its numbers.
    """
    tensors = {k: v for k, v in weights.items() if torch.is_tensor(v)}
    for name, value in tensors.items():
        dense = value.layout == torch.strided and not value.is_nested
        if not dense or value.is_meta:
            raise DamagedCheckpointError(
                f'{path}: {name} is no tensor with all of its numbers (it is '
                f'{"meta" if value.is_meta else value.layout}), so it is no weight.'
            )
    # Tied weights are in a file only once.
    most = _SHARED * Path(path).stat().st_size + _TEXTS
    # If the size overflows, torch gives no number of bytes.
    size = sum(prod(v.shape) * v.element_size() for v in tensors.values())
    if size > most:
        raise DamagedCheckpointError(
            f'{path}: its weights would take {size:,} bytes, many times more than the '
            'file. It is damaged, or made to fill the memory.'
        )


def write_safetensors(
    state: Mapping[str, Tensor], header: Mapping[str, str], path: str | Path
) -> None:
    """Writes tensors as safetensors, with a SHA-256 of them and of the header.

    Args:
        state: The tensors by name.
        header: Texts by name; ``meta`` is the JSON text of a checkpoint's ``meta``.
        path: The file.

    Raises:
        OSError: It cannot be written.
    """
    header = {**header, DIGEST: _digest(state, header)}
    try:
        save_file(dict(state), path, header)
    except SafetensorError as error:
        raise OSError(f'{path} cannot be written: {error}') from error


def read_safetensors(path: str | Path) -> tuple[dict[str, Tensor], dict[str, str]]:
    """Reads tensors and header of a safetensors file, and compares its checksum.

    Raises:
        DamagedCheckpointError: It is not such a file, is cut off, or damaged.
    """
    path = Path(path)
    try:
        with safe_open(path, 'pt', device='cpu') as file:
            header = file.metadata() or {}
            state = {name: file.get_tensor(name) for name in file.keys()}
    except Exception as error:  # safetensors has no common error for its faults
        raise DamagedCheckpointError(
            f'{path} is no safetensors file, or not whole: {error}.'
        ) from error
    shipped = _shipped_digest(path)
    if shipped is not None:
        whole = file_hash(path) == shipped
    else:
        whole = header.get(DIGEST) in (None, _digest(state, header))
    if not whole:
        raise DamagedCheckpointError(
            f'{path} is not whole: its content does not have the SHA-256 that it was '
            'written with. Take another copy of it.'
        )
    return state, header


def require_whole_zip(path: Path) -> None:
    """Compares the content of a file written by ``torch.save`` with its checksums.

    A file that is not a zip file is not checked: older versions wrote other files.

    Raises:
        DamagedCheckpointError: It is cut off or damaged.
    """
    with open(path, 'rb') as file:
        starts = file.read(4) == b'PK\3\4'
    if not starts and not zipfile.is_zipfile(path):
        return
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            # torch compresses small texts only, and no part lies in another one: the
            # check takes no longer than reading the file.
            if sum(part.file_size for part in parts) > path.stat().st_size + _TEXTS:
                problem = 'its parts are larger than the file'
            elif not any(part.CRC for part in parts):
                return  # torch.serialization.set_crc32_options(False)
            else:
                bad = archive.testzip()
                problem = bad and f'the content of {bad} does not have its checksum'
    # A list of parts can be damaged in many ways, each with its own exception.
    except Exception as error:
        problem = f'it is cut off, or its list of parts is damaged ({error})'
    if problem:
        raise DamagedCheckpointError(
            f'{path} is not whole: {problem}. Take another copy of it, or an earlier '
            'checkpoint.'
        )


def _load_torch(path: Path, map_location: Any) -> Any:
    require_whole_zip(path)
    if is_torchscript(path):
        return read_torchscript(path)
    try:
        return torch.load(path, map_location=map_location, weights_only=True)
    except pickle.UnpicklingError as error:
        # A file without checksums may be damaged; permission does not help then.
        if not (zipfile.is_zipfile(path) or _OBJECTS.search(str(error))):
            raise
        if not pickle_allowed():
            found = re.search(r'(Unsupported|GLOBAL|Trying|Can only)[^\n]*', str(error))
            reason = found[0] if found else type(error).__name__
            raise ForbiddenPickleError(
                f'{path} holds Python objects that are not plain data ({reason}). '
                'Loading such a file can run any code hidden in it. If you trust where '
                'it comes from, allow it on purpose: set the environment variable '
                f'{ALLOW_PICKLE}=1.'
            ) from error
    print_log(
        f'{path} is unpickled because {ALLOW_PICKLE} allows it.',
        logger='current',
        level=logging.WARNING,
    )
    return torch.load(path, map_location=map_location, weights_only=False)


def _load_safetensors(path: Path, map_location: Any) -> dict:
    state, header = read_safetensors(path)
    device = map_location if isinstance(map_location, str) else 'cpu'
    state = {name: value.to(device) for name, value in state.items()}
    return dict(state_dict=state, meta=json.loads(header.get('meta', '{}')))


def _shipped_digest(path: Path) -> str | None:
    if path.absolute().parent != _SHIPPED:
        return None
    manifest = json.loads((_SHIPPED / 'manifest.json').read_text(encoding='utf-8'))
    return manifest.get(path.name, {}).get('sha256')


def _digest(state: Mapping[str, Tensor], header: Mapping[str, str]) -> str:
    texts = {name: text for name, text in header.items() if name != DIGEST}
    return hash_weights(state, json.dumps(texts, sort_keys=True))


def hash_weights(state: Mapping[str, Tensor], start: str = '') -> str:
    """SHA-256 of a state dict: names, types, shapes and values.

    Args:
        state: Tensors by name.
        start: Text that is hashed before them.
    """
    digest = hashlib.sha256(start.encode())
    for name, value in sorted(state.items()):
        value = value.detach().cpu().contiguous()
        digest.update(f'{name} {value.dtype} {tuple(value.shape)}'.encode())
        digest.update(value.reshape(-1).view(torch.uint8).numpy())
    return digest.hexdigest()


def _misshapen(loaded: Any) -> str | None:
    """Tells why a loaded object is not a checkpoint or a state dict."""
    if not isinstance(loaded, dict):
        return f'it holds a {type(loaded).__name__} and no dict'
    meta = loaded.get('meta') or {}
    for name, value in (
        ('state_dict', loaded.get('state_dict', {})),
        ('meta', meta),
        ('meta.dataset_meta', isinstance(meta, Mapping) and meta.get('dataset_meta')),
    ):
        if value and not isinstance(value, Mapping):
            return f'its {name} is a {type(value).__name__} and no dict'
    classes = (meta.get('dataset_meta') or {}).get('classes') or ()
    if not isinstance(classes, list | tuple) or not all(
        isinstance(name, str) for name in classes
    ):
        return 'its meta.dataset_meta.classes is no list of names'
    names = loaded.get('state_dict', loaded)
    odd = [name for name in names if not isinstance(name, str)]
    return f'{odd[0]!r} is no name of a weight' if odd else None
