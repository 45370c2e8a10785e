"""Which frames of a clip are looked at, and what a clip with fewer frames gives.

Each policy for short clips takes n, the clip's frames, and T > n, and gives the frames
to look at (T,) and how many of them, from the first, the model may see; it masks the
rest.
"""

from collections.abc import Callable

import numpy as np

Policy = Callable[[int, int], tuple[np.ndarray, int]]


def pad(total: int, size: int) -> tuple[np.ndarray, int]:
    """All frames once, then the last one, masked [choice]."""
    return repeat_last(total, size)[0], total


def repeat_last(total: int, size: int) -> tuple[np.ndarray, int]:
    """All frames once, then the last one again and again [from DFER-CLIP]."""
    return np.minimum(np.arange(size), total - 1), size


def loop(total: int, size: int) -> tuple[np.ndarray, int]:
    """The clip from its start again and again [from DFEW's authors]."""
    return np.arange(size) % total, size


def stretch(total: int, size: int) -> tuple[np.ndarray, int]:
    """Each frame several times, so that the clip runs slower [choice]."""
    return np.arange(size) * total // size, size


def exclude(total: int, size: int) -> tuple[np.ndarray, int]:
    """Never: the data set has excluded such clips when it read its list.

    Raises:
        ValueError: A clip is too short all the same.
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
    """The policy of a name, a key of :data:`SHORT_CLIP`.

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
        total: The clip's frames.
        size: T, the number of segments.
        test_mode: Whether the middle frames are taken; numpy's generator draws if not.
        short_clip: What to do if `total` is below `size`.

    Returns:
        The frames, (T,) int64, counted from 0, and how many of them count.
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
