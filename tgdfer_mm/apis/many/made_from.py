"""The origin of a result: its model, its settings and its file.

A video is finished if its result was made from the same three. [choice] They are
compared by content, not by name: a folder that was moved or copied stays finished.
"""

import json
import os
import stat
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from ...files import file_hash
from ..inferencer import DFERInferencer

# Each export has another digest; the one of an ONNX file is in the recipe.
_CALLED = ('name', 'config', 'checkpoint', 'domain', 'note', 'onnx', 'onnx_sha256')
_WORDS = dict(model='another model', settings='other settings', file='another file')


def made_by(inferencer: DFERInferencer) -> dict[str, str]:
    """Digests of the model and of the settings.

    The model counts by the facts about it (SHA-256 of the weights, classes, texts)
    without its name, and by the recipe of the runtime: the config's network and test
    pipeline, or the ONNX file. The settings are those of the result and of the
    detector, and the content of a file of movements. Device and batch size do not
    count: they change only the last digits. Neither does the version of this package,
    which each row of a summary states.
    """
    about = {k: v for k, v in inferencer.about.items() if k not in _CALLED}
    model = dict(about, recipe=inferencer.runtime.recipe)
    settings = [inferencer.settings.asdict(), inferencer.detector.describe()]
    if inferencer.measured is not None:  # results without it stay finished
        settings.append(inferencer.measured.digest)
    return dict(model=_digest(model), settings=_digest(settings))


def file_facts(path: str) -> dict[str, Any] | None:
    """Size, time of the last change and SHA-256 of a file.

    Returns:
        None if it is not a file, or cannot be read.
    """
    try:
        facts = _stat(path)
        return None if facts is None else facts | dict(sha256=file_hash(path))
    except OSError:
        return None


def is_same_file(path: str, facts: Mapping[str, Any] | None) -> bool:
    """True if a file is the one that a result was made from.

    Equal size and time of change are enough, as for ``make`` and ``rsync``. A file with
    another time may be a copy: then its content decides.
    """
    if not facts:
        return False
    try:
        now = _stat(path)
    except OSError:
        return False
    if now is None or now['size'] != facts.get('size'):
        return False
    if now['mtime_ns'] == facts.get('mtime_ns'):
        return True
    found = file_facts(path)
    return found is not None and found['sha256'] == facts.get('sha256')


def what_differs(
    path: str, made: Mapping[str, str], earlier: Mapping[str, Any]
) -> list[str]:
    """Names, in words, what differs in the origin of an earlier result.

    Args:
        path: The video.
        made: As :func:`made_by` gives it.
        earlier: The same for the earlier result, with the facts of its `file`.
    """
    differ = [name for name in made if earlier.get(name) != made[name]]
    if not is_same_file(path, earlier.get('file')):
        differ.append('file')
    return [_WORDS[name] for name in differ]


def _stat(path: str) -> dict[str, int] | None:
    found = os.stat(path)
    if not stat.S_ISREG(found.st_mode):  # a pipe would be read without end
        return None
    return dict(size=found.st_size, mtime_ns=found.st_mtime_ns)


def _digest(content: Any) -> str:
    plain = json.dumps(_portable(content), sort_keys=True, default=_name)
    return sha256(plain.encode('utf-8', 'backslashreplace')).hexdigest()


def _portable(content: Any) -> Any:
    """The value without folders of files, which differ from machine to machine."""
    if isinstance(content, Mapping):
        return {str(key): _portable(value) for key, value in content.items()}
    if isinstance(content, list | tuple):
        return [_portable(value) for value in content]
    if isinstance(content, str) and os.path.isabs(content):
        return os.path.basename(content)
    return content


def _name(thing: Any) -> str:
    """Name of a class or function in a config; its own text has a memory address."""
    return getattr(thing, '__qualname__', type(thing).__qualname__)
