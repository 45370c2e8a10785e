"""Memory for the frames of clips, used again and again."""

import math
from collections import deque

import numpy as np

KEPT = 64  # clips


class ClipMemory:
    """Blocks of one size that come back when nothing refers to them any more.

    A new block of some megabytes is mapped by the system page by page, as it is filled:
    a fifth of the time that decoding into it takes. A process keeps at most as many
    blocks as it once had in use at a time, and those of one size: of the last.

    Args:
        kept: How many free blocks are kept at the most.
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
        """Keeps a block that nothing refers to, if it is of the size asked for last."""
        if free is self._pool[1]:
            free.append(memory)


class _Lent:
    """What all arrays and tensors of one block refer to in the end."""

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
