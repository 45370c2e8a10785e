"""A file as Keras wrote mini-Xception's, with random weights, and its arithmetic."""

import io

import h5py
import numpy as np

WIDTHS = (8, 16, 32, 64, 128)


def shapes():
    """Layer -> array of the layer -> shape, as in the file of the package fer."""
    found = {
        'conv2d_1': {'kernel': (3, 3, 1, 8)},
        'conv2d_2': {'kernel': (3, 3, 8, 8)},
        'conv2d_7': {'kernel': (3, 3, 128, 7), 'bias': (7,)},
    }
    norms = [8, 8]
    for b, (a, c) in enumerate(zip(WIDTHS, WIDTHS[1:], strict=False)):
        found[f'conv2d_{3 + b}'] = {'kernel': (1, 1, a, c)}
        for i, width in enumerate((a, c)):
            found[f'separable_conv2d_{1 + 2 * b + i}'] = {
                'depthwise_kernel': (3, 3, width, 1),
                'pointwise_kernel': (1, 1, width, c),
            }
        norms += [c, c, c]
    for i, width in enumerate(norms, 1):
        parts = ('gamma', 'beta', 'moving_mean', 'moving_variance')
        found[f'batch_normalization_{i}'] = dict.fromkeys(parts, (width,))
    return found


def random_weights(seed=0):
    """Arrays of those shapes, float32, of a size at which no layer dies out."""
    rng = np.random.default_rng(seed)
    weights = {}
    for layer, parts in shapes().items():
        for part, shape in parts.items():
            if part in ('gamma', 'moving_variance'):
                value = rng.uniform(0.5, 1.5, shape)
            else:
                fan = np.prod(shape[:3]) if len(shape) == 4 else 4
                fan = np.prod(shape[:2]) if part == 'depthwise_kernel' else fan
                value = rng.normal(0, 1.4 / np.sqrt(fan), shape)
            weights[layer, part] = value.astype(np.float32)
    return weights


def write_hdf5(weights):
    """The bytes of such a file; what else Keras keeps there is noise."""
    content = io.BytesIO()
    with h5py.File(content, 'w') as file:
        file.attrs['model_config'] = b'{"not": "read"}'
        file['optimizer_weights/noise'] = np.zeros(3)
        for (layer, part), value in weights.items():
            file[f'model_weights/{layer}/{layer}_1/{part}:0'] = value
    return content.getvalue()


def keras_logits(weights, pictures):
    """What Keras computes, in plain NumPy and double precision.

    Args:
        weights: Of :func:`random_weights`.
        pictures: (B, 64, 64, 1), -1 to 1.
    """
    w = {key: value.astype(np.float64) for key, value in weights.items()}

    def norm(x, number):
        layer = f'batch_normalization_{number}'
        scale = w[layer, 'gamma'] / np.sqrt(w[layer, 'moving_variance'] + 1e-3)
        return (x - w[layer, 'moving_mean']) * scale + w[layer, 'beta']

    def separable(x, number):
        layer = f'separable_conv2d_{number}'
        depth = w[layer, 'depthwise_kernel'][..., 0]
        views = windows(pad_same(x, 3, 1, 0.0), 3, 1)
        return np.einsum('bijxyc,xyc->bijc', views, depth) @ w[
            layer, 'pointwise_kernel'
        ].reshape(x.shape[-1], -1)

    x = pictures.astype(np.float64)
    x = np.maximum(norm(convolve(x, w['conv2d_1', 'kernel']), 1), 0)
    x = np.maximum(norm(convolve(x, w['conv2d_2', 'kernel']), 2), 0)
    for b in range(4):
        short = x[:, ::2, ::2] @ w[f'conv2d_{3 + b}', 'kernel'][0, 0]
        short = norm(short, 3 + 3 * b)
        x = np.maximum(norm(separable(x, 1 + 2 * b), 4 + 3 * b), 0)
        x = norm(separable(x, 2 + 2 * b), 5 + 3 * b)
        x = windows(pad_same(x, 3, 2, -np.inf), 3, 2).max((3, 4)) + short
    x = convolve(pad_same(x, 3, 1, 0.0), w['conv2d_7', 'kernel'])
    return (x + w['conv2d_7', 'bias']).mean((1, 2))


def windows(x, size, step):
    """(B, h, w, C) -> (B, i, j, size, size, C)."""
    view = np.lib.stride_tricks.sliding_window_view(x, (size, size), (1, 2))
    return view[:, ::step, ::step].transpose(0, 1, 2, 4, 5, 3)


def convolve(x, kernel):
    """Without padding, by steps of one."""
    return np.einsum('bijxyc,xyco->bijo', windows(x, kernel.shape[0], 1), kernel)


def pad_same(x, size, step, value):
    """As TensorFlow pads `same`: what is odd goes to the end."""
    sides = []
    for length in x.shape[1:3]:
        total = max((-(-length // step) - 1) * step + size - length, 0)
        sides.append((total // 2, total - total // 2))
    return np.pad(x, [(0, 0), *sides, (0, 0)], constant_values=value)
