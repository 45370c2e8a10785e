"""Transforms that change the order of sampled frames, to test temporal sensitivity."""

import zlib
from collections.abc import Callable

import numpy as np
from mmcv.transforms import BaseTransform

from ...registry import TRANSFORMS

Perturb = Callable[[np.ndarray, np.random.Generator], np.ndarray]


def shuffled(inds: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The frames in random order."""
    return rng.permutation(inds)


def reversed_(inds: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The last frame first."""
    return inds[::-1]


def frozen(inds: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The middle frame everywhere (the one before the middle if the number is even)."""
    return np.full_like(inds, inds[(len(inds) - 1) // 2])


def half_rate(inds: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Every second frame, shown twice."""
    return inds[np.arange(len(inds)) // 2 * 2]


PERTURBATIONS: dict[str, Perturb] = {
    'shuffled': shuffled,
    'reversed': reversed_,
    'frozen': frozen,
    'half_rate': half_rate,
}


@TRANSFORMS.register_module()
class PerturbTime(BaseTransform):
    """Changes the order of the sampled frames, or repeats some of them [choice].

    It comes between sampling and reading, so that pictures, videos and cached features
    are perturbed in the same way. It changes the valid positions only; padding is not
    changed. Several views of a clip are perturbed one by one. A clip gets the same
    order in every run, process and epoch.

    Required keys: ``frame_inds``, and one of ``clip``, ``frame_dir`` and ``filename``.
    Optional keys: ``num_valid``, ``clip_len`` and ``num_clips``. Changed key:
    ``frame_inds``, which keeps its shape.

    Args:
        mode: A key of ``PERTURBATIONS``: ``shuffled``, ``reversed``, ``frozen`` (all
            positions show the middle frame) or ``half_rate`` (every second frame,
            shown twice).
        seed: Seed of the order.

    Raises:
        ValueError: If the mode is unknown.
    """

    def __init__(self, mode: str, seed: int = 0) -> None:
        if mode not in PERTURBATIONS:
            raise ValueError(f'mode={mode!r} must be in {list(PERTURBATIONS)}')
        self.mode = mode
        self.seed = seed

    def transform(self, results: dict) -> dict:
        inds = results['frame_inds']
        size = _view_length(results)
        num_valid = results.get('num_valid', size)
        rng = np.random.default_rng([self.seed, zlib.crc32(_name(results).encode())])
        views = inds.reshape(-1, size).copy()
        for view in views:
            view[:num_valid] = PERTURBATIONS[self.mode](view[:num_valid], rng)
        results['frame_inds'] = views.reshape(inds.shape)
        return results

    def __repr__(self) -> str:
        return f'{type(self).__name__}(mode={self.mode!r}, seed={self.seed})'


def _view_length(results: dict) -> int:
    """Frames that follow each other in time.

    mmaction2's 2D recognizers take ``num_clips`` segments of one frame each.
    """
    length = results.get('clip_len', 1)
    return (
        length if length > 1 else results.get('num_clips', results['frame_inds'].size)
    )


def _name(results: dict) -> str:
    for key in ('clip', 'frame_dir', 'filename'):
        if results.get(key):
            return str(results[key])
    raise ValueError(
        'PerturbTime: the clip has none of the keys clip, frame_dir and filename, so '
        'its order would not be the same in every run; give each clip of the data set '
        'a name under the key `clip`'
    )
