"""A progress bar for the long steps over many files."""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from rich.progress import track as rich_track

from ..terminal import Terminal

T, R = TypeVar('T'), TypeVar('R')


def track(steps: Iterable, total: int, what: str) -> Iterator:
    """Goes through the steps; on a terminal it shows how far it got, on stderr.

    Args:
        steps: What to go through.
        total: How many there are.
        what: What is being done.
    """
    console = Terminal(stderr=True)
    return rich_track(
        steps,
        what,
        total,
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )


def in_threads(
    work: Callable[[T], R],
    items: Sequence[T],
    what: str,
    threads: int | None = None,
    chunk: int = 1,
) -> Iterator[R]:
    """Does the same to many items, several at a time, and shows how far it got.

    Args:
        work: What is done to an item.
        items: The items.
        what: What is being done.
        threads: How many at a time; by default as the system has cores for.
        chunk: How many items a thread takes at once.

    Yields:
        The results, in the order of the items.
    """
    chunks = [items[i : i + chunk] for i in range(0, len(items), chunk)]
    with ThreadPoolExecutor(threads or os.cpu_count()) as pool:
        done = pool.map(lambda part: [work(item) for item in part], chunks)
        for part in track(done, len(chunks), what):
            yield from part
