"""Keeps the memory that a training step frees, for the next step."""

import ctypes
import sys

# glibc's malloc.h
M_TRIM_THRESHOLD, M_MMAP_MAX = -1, -4


def keep_freed_memory() -> bool:
    """Lets this process keep the memory that it frees, if the C library is glibc.

    glibc returns blocks of megabytes to the system as soon as they are freed, and gets
    them again page by page. In a training step on CPU this happens with every
    activation and gradient. With this function the process keeps its peak memory until
    it ends, as with other allocators for training (jemalloc, PyTorch's own on CUDA).

    Returns:
        Whether glibc accepted the setting; on other systems nothing changes.
    """
    if not sys.platform.startswith('linux'):
        return False
    mallopt = getattr(ctypes.CDLL(None), 'mallopt', None)
    if mallopt is None:  # musl
        return False
    return bool(mallopt(M_TRIM_THRESHOLD, -1) and mallopt(M_MMAP_MAX, 0))
