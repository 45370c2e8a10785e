"""Memory of clips: never shared by two that live, used again by the next."""

import copy
import weakref
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import cv2
import numpy as np
import pytest
import torch

from tgdfer_mm.clips.decoding import decode_clip
from tgdfer_mm.clips.memory import ClipMemory, empty_clip

SHAPE = (2, 4, 4, 3)


def address(block: np.ndarray) -> int:
    return block.__array_interface__['data'][0]


@pytest.fixture
def memory():
    return ClipMemory()


def test_what_lives_is_never_handed_out_again(memory):
    blocks = [memory.empty(SHAPE) for _ in range(5)]
    for i, block in enumerate(blocks):
        block[:] = i
    assert [int(block.max()) for block in blocks] == [0, 1, 2, 3, 4]
    assert all(block.shape == SHAPE and block.dtype == np.uint8 for block in blocks)


@pytest.mark.parametrize(
    'view',
    [
        lambda block: block[1:, ::2],
        lambda block: block.transpose(0, 3, 1, 2),
        lambda block: torch.from_numpy(block),
        lambda block: torch.from_numpy(block.transpose(0, 3, 1, 2))[1, 0],
        memoryview,
    ],
)
def test_a_view_keeps_its_block(memory, view):
    block = memory.empty(SHAPE)
    block[:] = 7
    place, seen = address(block), view(block)
    del block
    other = memory.empty(SHAPE)
    other[:] = 0
    assert address(other) != place
    assert int(np.asarray(seen).min()) == 7
    del seen
    assert address(memory.empty(SHAPE)) == place


def test_the_next_clip_takes_the_memory_of_one_that_is_gone(memory):
    places = set()
    for _ in range(10):
        batch = [memory.empty(SHAPE) for _ in range(3)]
        places |= {address(block) for block in batch}
        del batch
    assert len(places) == 3


def owner(block: np.ndarray) -> weakref.ref:
    """The memory behind a block."""
    while isinstance(block, np.ndarray) and block.base is not None:
        block = block.base
    return weakref.ref(block._memory)


def test_only_blocks_of_the_last_size_are_kept(memory):
    lives, free = memory.empty(SHAPE), memory.empty(SHAPE)
    lost = [owner(lives), owner(free)]
    del free
    assert lost[1]() is not None
    large = memory.empty((9, *SHAPE))
    assert lost[0]() is not None and lost[1]() is None
    del lives  # of a size that is no longer asked for
    assert lost[0]() is None
    kept = owner(large)
    del large
    assert kept() is not None


def test_no_more_free_blocks_are_kept_than_allowed():
    memory = ClipMemory(kept=2)
    blocks = [memory.empty(SHAPE) for _ in range(5)]
    del blocks
    assert len(memory._pool[1]) == 2


def test_a_copy_is_a_plain_array(memory):
    block = memory.empty(SHAPE)
    block[:] = 3
    place, copied = address(block), copy.deepcopy(block)
    del block
    memory.empty(SHAPE)[:] = 0
    assert address(copied) != place
    assert copied.min() == 3


def test_threads_that_work_at_a_time_have_blocks_of_their_own(memory):
    threads = 8
    together = Barrier(threads)

    def fill(value: int) -> bool:
        for _ in range(20):
            block = memory.empty(SHAPE)
            block[:] = value
            together.wait()
            if not (block == value).all():
                return False
            del block
            together.wait()
        return True

    with ThreadPoolExecutor(threads) as pool:
        assert all(pool.map(fill, range(threads)))


def test_clips_that_live_together_keep_their_pixels():
    def read(value: int) -> bytes:
        return cv2.imencode('.png', np.full((4, 6, 3), value, np.uint8))[1].tobytes()

    clips = [decode_clip('a', (v, v + 1), read, str) for v in (10, 20, 30)]
    for value, clip in zip((10, 20, 30), clips, strict=True):
        assert (clip[0] == value).all() and (clip[1] == value + 1).all()


def test_it_can_be_switched_off(monkeypatch):
    monkeypatch.setattr('tgdfer_mm.clips.memory.REUSE', False)
    block = empty_clip(SHAPE)
    assert (block.shape, block.dtype) == (SHAPE, np.uint8)
    assert block.flags.owndata  # numpy's own, which goes when nothing refers to it
