"""What to do with a clip that has fewer frames than are sampled.

Each policy takes n, the clip's frames, and T > n, and gives the frames to look at
(T,) and how many of them, from the first, the model may see; it masks the rest.
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
