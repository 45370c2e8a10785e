"""Memory for the frames of clips, which is used again."""

import math
from collections import deque

import numpy as np

KEPT = 64  # clips


class ClipMemory:
    """Blocks of one size that are kept for the next use when nothing refers to them.

    The system maps a new block of some megabytes page by page while it is filled, which
    takes a fifth of the time of decoding. A process keeps at most as many blocks as it
    had in use at one time, and only blocks of the size that was used last.

    Args:
        kept: Largest number of free blocks that are kept.
    """

    def __init__(self, kept: int = KEPT) -> None:
        self.kept = kept
        self._pool = 0, deque()  # one attribute, which threads replace as a whole

    def empty(self, shape: tuple[int, ...]) -> np.ndarray:
        """As ``np.empty(shape, np.uint8)``."""
        wanted = math.prod(shape)
        size, free = self._pool
        if size != wanted:
            free.clear()  # blocks that live refer to it
            free = deque(maxlen=self.kept)
            self._pool = wanted, free
        try:
            memory = free.pop()
        except IndexError:
            memory = np.empty(wanted, np.uint8)
        return np.asarray(_Lent(memory, free, self)).reshape(shape)

    def take_back(self, memory: np.ndarray, free: deque) -> None:
        """Keeps a block that nothing refers to, if it has the last used size."""
        if free is self._pool[1]:
            free.append(memory)


class _Lent:
    """The owner of a block, to which all its arrays and tensors refer."""

    def __init__(self, memory: np.ndarray, free: deque, owner: ClipMemory) -> None:
        self._memory, self._free, self._owner = memory, free, owner
        self.__array_interface__ = memory.__array_interface__

    def __del__(self) -> None:
        self._owner.take_back(self._memory, self._free)


REUSE = True  # decoding takes a fifth less time (docs/performance.md); same pixels
_CLIPS = ClipMemory()


def empty_clip(shape: tuple[int, ...]) -> np.ndarray:
    """A place for the frames of a clip, as ``np.empty(shape, np.uint8)``."""
    return _CLIPS.empty(shape) if REUSE else np.empty(shape, np.uint8)
