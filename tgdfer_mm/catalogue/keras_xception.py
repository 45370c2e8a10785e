"""Reads the weights of mini-Xception from Keras's HDF5 file, without Keras."""

import io
from typing import Any

import numpy as np

from ..video.errors import InputError
from ..video.optional_packages import need

_BLOCKS = 4


def read_keras(content: bytes) -> dict[str, np.ndarray]:
    """The weights under the names of ``MiniXception``.

    Only the arrays below ``model_weights`` are read, out of memory; nothing in the
    file is run.

    Args:
        content: The HDF5 file.

    Returns:
        Our names -> float32 arrays, laid out as torch has them.

    Raises:
        MissingPackage: h5py is not installed.
        InputError: It is not such a file, or lacks a layer, which the message names.
    """
    h5py = need('h5py')
    try:
        with h5py.File(io.BytesIO(content), 'r') as file:
            weights = file['model_weights']
            return {
                ours: _to_torch(_array(weights, layer, part), part)
                for ours, layer, part in _table()
            }
    except (OSError, KeyError, ValueError, TypeError, AttributeError) as err:
        raise InputError(f'this is not an HDF5 file of mini-Xception ({err})') from err


def _table() -> list[tuple[str, str, str]]:
    """Our name, Keras's layer, and which of its arrays."""
    rows = [('conv1', 'conv2d_1'), ('conv2', 'conv2d_2')]
    norms = [('bn1', 1), ('bn2', 2)]
    table = []
    for b in range(_BLOCKS):
        ours = f'blocks.{b}'
        rows.append((f'{ours}.shortcut', f'conv2d_{3 + b}'))
        norms.append((f'{ours}.shortcut_bn', 3 + 3 * b))
        for i, half in enumerate(('first', 'second')):
            layer = f'separable_conv2d_{1 + 2 * b + i}'
            for part in ('depthwise', 'pointwise'):
                name = f'{ours}.{half}.{part}.weight'
                table.append((name, layer, f'{part}_kernel'))
            norms.append((f'{ours}.{half}.bn', 4 + 3 * b + i))
    rows.append(('classifier', 'conv2d_7'))
    table += [(f'{ours}.weight', layer, 'kernel') for ours, layer in rows]
    table.append(('classifier.bias', 'conv2d_7', 'bias'))
    for ours, number in norms:
        layer = f'batch_normalization_{number}'
        table += [
            (f'{ours}.weight', layer, 'gamma'),
            (f'{ours}.bias', layer, 'beta'),
            (f'{ours}.running_mean', layer, 'moving_mean'),
            (f'{ours}.running_var', layer, 'moving_variance'),
        ]
    return table


def _array(weights: Any, layer: str, part: str) -> np.ndarray:
    # Keras puts a group of the layer's scope around the arrays: conv2d_1/conv2d_1_1.
    [scope] = weights[layer].values()
    return np.asarray(scope[f'{part}:0'], dtype=np.float32)


def _to_torch(value: np.ndarray, part: str) -> np.ndarray:
    """Kernels (h, w, in, out) to (out, in, h, w); depthwise ones have in for out."""
    if part == 'depthwise_kernel':
        value = value.transpose(2, 3, 0, 1)
    elif value.ndim == 4:
        value = value.transpose(3, 2, 0, 1)
    return np.ascontiguousarray(value)
