"""Reading checkpoints without running what is in them."""

import json
import logging
import os
import pickle
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from mmengine.logging import print_log
from mmengine.runner import CheckpointLoader
from mmengine.runner import checkpoint as mmengine_checkpoint
from safetensors import safe_open
from torch.hub import load_state_dict_from_url

ALLOW_PICKLE = 'TGDFER_ALLOW_PICKLE'


class MissingCheckpointError(FileNotFoundError):
    """There is no such file."""

    exit_code = 2  # of a command


class DamagedCheckpointError(RuntimeError):
    """A file that is no checkpoint, or is cut off or damaged."""

    exit_code = 2


class ForbiddenPickleError(pickle.UnpicklingError):
    """A file that could run code when it is loaded, which has not been allowed."""

    exit_code = 2


def pickle_allowed() -> bool:
    """Whether the user has allowed files that can run code when loaded."""
    return os.environ.get(ALLOW_PICKLE, '0') not in ('', '0')


_lock = threading.Lock()
_inside = 0  # how many are inside `plain_loading`, in all threads
_outside: tuple = ()


@contextmanager
def plain_loading() -> Iterator[None]:
    """Lets mmengine load plain data only, from files and from URLs, for a while.

    Outside, mmengine loads as it does without this package. It has the gap for files
    (https://github.com/open-mmlab/mmengine/issues/1655), and for URLs torch's own
    default is still to unpickle.
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


# mmengine logs the loader as `__name__[10:]`, hence the function's name.
def load_from_local(filename: str | Path, map_location: Any = None) -> dict:
    """Loads a file of plain data; in the place of mmengine's loader of local files.

    A ``.safetensors`` file is read as the state dict, and the JSON text under
    ``meta`` in its header as the ``meta`` of the checkpoint.

    Args:
        filename: The file.
        map_location: As in ``torch.load``.

    Raises:
        MissingCheckpointError: There is no such file.
        ForbiddenPickleError: The file holds other objects than plain data, and loading
            those has not been allowed.
        DamagedCheckpointError: It is no checkpoint, or cut off.
    """
    path = Path(filename).expanduser()
    if not path.is_file():
        raise MissingCheckpointError(f'{path}: there is no such checkpoint.')
    read = _load_safetensors if path.suffix == '.safetensors' else _load_torch
    try:
        loaded = read(path, map_location)
    except (ForbiddenPickleError, MemoryError):
        raise
    # torch and safetensors have no common error for what can be wrong in a file.
    except Exception as error:
        reason = (str(error).splitlines() or [''])[0]
        raise DamagedCheckpointError(
            f'{path} cannot be read as a checkpoint; is it whole? '
            f'({type(error).__name__}: {reason})'
        ) from error
    if not isinstance(loaded, dict):
        raise DamagedCheckpointError(
            f'{path} is no checkpoint: it holds a {type(loaded).__name__} and no dict.'
        )
    return loaded


def _load_torch(path: Path, map_location: Any) -> Any:
    try:
        return torch.load(path, map_location=map_location, weights_only=True)
    except pickle.UnpicklingError as error:
        reason = str(error).split('\n')[0]
        if not pickle_allowed():
            raise ForbiddenPickleError(
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
