"""The states of all random generators of a process."""

import random
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch


def get_random_state() -> dict:
    """Reads the generators of Python, NumPy, torch and, if used, the CUDA device.

    Returns:
        Plain data only: numbers, texts, tuples and CPU tensors.
    """
    kind, keys, *rest = np.random.get_state()
    cuda = torch.cuda.is_available() and torch.cuda.is_initialized()
    return dict(
        python=random.getstate(),
        numpy=(kind, torch.from_numpy(keys.astype(np.int64)), *rest),
        torch=torch.get_rng_state(),
        cuda=torch.cuda.get_rng_state() if cuda else None,
    )


def set_random_state(state: dict) -> None:
    """Puts the generators back into a state of :func:`get_random_state`."""
    version, internal, gauss = state['python']
    random.setstate((version, tuple(internal), gauss))
    kind, keys, *rest = state['numpy']
    np.random.set_state((kind, keys.cpu().numpy().astype(np.uint32), *rest))
    torch.set_rng_state(state['torch'].cpu())
    if state['cuda'] is not None and torch.cuda.is_available():
        torch.cuda.set_rng_state(state['cuda'].cpu())


@contextmanager
def random_state_kept() -> Iterator[None]:
    """Code inside may draw random numbers; the generators outside do not change."""
    state = get_random_state()
    try:
        yield
    finally:
        set_random_state(state)
