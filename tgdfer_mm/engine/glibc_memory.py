"""What a step frees, kept for the next one."""

import ctypes
import sys

# glibc's malloc.h
M_TRIM_THRESHOLD, M_MMAP_MAX = -1, -4


def keep_freed_memory() -> bool:
    """Lets this process keep the memory that it frees, where the C library is glibc.

    glibc gives blocks of megabytes back to the system as soon as they are freed, and
    gets them again page by page as they are filled. A training step on CPU does that
    with every activation and gradient. The process then holds at least what it once had
    in use at a time until it ends, as it does with any other allocator for training
    (jemalloc, PyTorch's own on CUDA).

    Returns:
        Whether glibc was told so; on other systems nothing changes.
    """
    if not sys.platform.startswith('linux'):
        return False
    mallopt = getattr(ctypes.CDLL(None), 'mallopt', None)
    if mallopt is None:  # musl
        return False
    return bool(mallopt(M_TRIM_THRESHOLD, -1) and mallopt(M_MMAP_MAX, 0))
