"""Chooses the frames of a clip to look at, also for a clip with too few frames.

Each policy for short clips takes n, the number of the clip's frames, and T > n. It
gives the frames to look at (T,), and the number of them, from the first, that the model
may see; the rest is masked.
"""

from collections.abc import Callable

import numpy as np

Policy = Callable[[int, int], tuple[np.ndarray, int]]


def pad(total: int, size: int) -> tuple[np.ndarray, int]:
    """All frames once, then the last one, masked [choice]."""
    return repeat_last(total, size)[0], total


def repeat_last(total: int, size: int) -> tuple[np.ndarray, int]:
    """All frames once, then the last one repeated [from DFER-CLIP]."""
    return np.minimum(np.arange(size), total - 1), size


def loop(total: int, size: int) -> tuple[np.ndarray, int]:
    """The clip repeated from its start [from DFEW's authors]."""
    return np.arange(size) % total, size


def stretch(total: int, size: int) -> tuple[np.ndarray, int]:
    """Each frame several times, so that the clip runs slower [choice]."""
    return np.arange(size) * total // size, size


def exclude(total: int, size: int) -> tuple[np.ndarray, int]:
    """Refuses a short clip: the data set has left such clips out of its list.

    Raises:
        ValueError: A clip is too short.
    """
    raise ValueError(
        f"short_clip='exclude' met a clip of {total} frames, fewer than the {size} "
        'sampled. Only the data sets of tgdfer_mm exclude clips; take another '
        f'policy, {sorted(set(SHORT_CLIP) - {"exclude"})}.'
    )


SHORT_CLIP: dict[str, Policy] = {
    policy.__name__: policy for policy in (pad, repeat_last, loop, stretch, exclude)
}


def find_policy(short_clip: str) -> Policy:
    """Finds a policy by its name, a key of :data:`SHORT_CLIP`.

    Raises:
        ValueError: There is no such policy.
    """
    if short_clip not in SHORT_CLIP:
        raise ValueError(
            f'short_clip must be in {list(SHORT_CLIP)}, not {short_clip!r}.'
        )
    return SHORT_CLIP[short_clip]


def sample_segments(
    total: int, size: int, test_mode: bool = False, short_clip: str = 'pad'
) -> tuple[np.ndarray, int]:
    """Takes one frame from each of equal segments of a clip.

    Args:
        total: Number of the clip's frames.
        size: T, the number of segments.
        test_mode: Whether the middle frames are taken; otherwise numpy's generator
            draws them.
        short_clip: What to do if `total` is below `size`.

    Returns:
        The frames, (T,) int64, counted from 0, and the number of them that count.
    """
    policy = find_policy(short_clip)
    if total < size:
        inds, num_valid = policy(total, size)
        return inds.astype(np.int64), num_valid
    edges = np.arange(size + 1) * total // size
    if test_mode:
        inds = (edges[:-1] + edges[1:]) // 2
    else:
        inds = np.random.randint(edges[:-1], edges[1:])
    return inds.astype(np.int64), size
