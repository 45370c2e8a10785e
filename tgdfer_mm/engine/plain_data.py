"""Turns the content of mmengine's checkpoints into plain data, and back.

``torch.load(weights_only=True)`` reads tensors, numbers, texts and containers of them.
mmengine 0.10 also stores its own history buffers and NumPy values, which only a full
unpickler reads (https://github.com/open-mmlab/mmengine/issues/1655). A value without a
plain form becomes a dict with the entry ``__plain__``, which names its type.
"""

from collections import OrderedDict, deque
from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

import numpy as np
import torch
from mmengine.logging import HistoryBuffer

_TAG = '__plain__'


def to_plain(value: Any, where: str = 'checkpoint') -> Any:
    """Returns the same structure as ``torch.load(weights_only=True)`` can read it.

    NumPy scalars become Python's numbers and texts; arrays, deques, sets and history
    buffers become tagged dicts; sub-classes of dict lose their class.

    Args:
        value: Any nesting of containers, numbers, texts, arrays and tensors.
        where: Name of `value` for the error message.

    Raises:
        TypeError: A part of `value` has no plain form. The message says which part.
    """
    if value is None or type(value) in (bool, int, float, str, bytes):
        return value
    if isinstance(value, np.generic):
        return to_plain(value.item(), where)
    if isinstance(value, torch.Tensor | torch.dtype | torch.device):
        return value
    if isinstance(value, np.ndarray):
        return _array_to_plain(value, where)
    if isinstance(value, HistoryBuffer):
        log, count = value.data
        return {
            _TAG: 'HistoryBuffer',
            'log': _array_to_plain(log, f'{where}.log'),
            'count': _array_to_plain(count, f'{where}.count'),
            'max_length': value.max_length,
        }
    if isinstance(value, Mapping):
        if _TAG in value:
            raise TypeError(f'{where} has the key {_TAG!r}, which is reserved.')
        items = (
            (to_plain(key, where), to_plain(item, f'{where}[{key!r}]'))
            for key, item in value.items()
        )
        return OrderedDict(items) if type(value) is OrderedDict else dict(items)
    if isinstance(value, list | tuple | deque | set | frozenset):
        items = [to_plain(item, f'{where}[{i}]') for i, item in enumerate(value)]
        if isinstance(value, list):
            return items
        if isinstance(value, tuple):
            return tuple(items)
        if isinstance(value, deque):
            return {_TAG: 'deque', 'items': items, 'maxlen': value.maxlen}
        return {_TAG: type(value).__name__, 'items': items}
    if isinstance(value, PurePath):
        return str(value)
    for base in (int, float, str):  # sub-classes, e.g. of enumerations
        if isinstance(value, base):
            return base.__str__(value) if base is str else base(value)
    raise TypeError(
        f'{where} is a {type(value).__module__}.{type(value).__qualname__}, which a '
        'checkpoint of plain data cannot hold. Find the code that stores it (often a '
        'hook that writes to the message hub). Let it store numbers, texts, lists or '
        'tensors, or pass resumed=False.'
    )


def from_plain(value: Any) -> Any:
    """Reverses :func:`to_plain`, except that NumPy scalars stay Python numbers."""
    if isinstance(value, Mapping):
        if _TAG in value:
            return _DECODERS[value[_TAG]](value)
        items = ((from_plain(key), from_plain(item)) for key, item in value.items())
        return OrderedDict(items) if isinstance(value, OrderedDict) else dict(items)
    if type(value) in (list, tuple):
        return type(value)(from_plain(item) for item in value)
    return value


def _array_to_plain(array: np.ndarray, where: str) -> dict:
    if array.dtype.kind in 'biuf':
        return {_TAG: 'array', 'values': torch.from_numpy(array.copy())}
    if array.dtype.kind in 'US':
        values = to_plain(array.tolist(), where)
        return {_TAG: 'array', 'values': values, 'dtype': array.dtype.str}
    raise TypeError(f'{where} is an array of {array.dtype}, which has no plain form.')


def _array(plain: Mapping) -> np.ndarray:
    values = plain['values']
    if isinstance(values, torch.Tensor):
        return values.cpu().numpy()  # in resuming, every tensor is moved to the device
    return np.array(values, dtype=plain['dtype'])


def _history(plain: Mapping) -> HistoryBuffer:
    return HistoryBuffer(
        _array(plain['log']), _array(plain['count']), plain['max_length']
    )


_DECODERS = {
    'array': _array,
    'HistoryBuffer': _history,
    'deque': lambda plain: deque(from_plain(plain['items']), plain['maxlen']),
    'set': lambda plain: set(from_plain(plain['items'])),
    'frozenset': lambda plain: frozenset(from_plain(plain['items'])),
}
