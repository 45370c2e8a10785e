"""A progress bar for the long steps over many files."""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from rich.progress import track as rich_track

from ..terminal import Terminal

T, R = TypeVar('T'), TypeVar('R')


def track(steps: Iterable, total: int, what: str) -> Iterator:
    """Goes through the steps; on a terminal it shows a progress bar on stderr.

    Args:
        steps: The steps.
        total: Number of steps.
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
    """Processes many items in threads, with a progress bar.

    Args:
        work: Function of an item.
        items: The items.
        what: What is being done.
        threads: Number of threads; by default it follows the number of cores.
        chunk: Items that a thread takes at once.

    Yields:
        The results, in the order of the items.
    """
    chunks = [items[i : i + chunk] for i in range(0, len(items), chunk)]
    with ThreadPoolExecutor(threads or os.cpu_count()) as pool:
        done = pool.map(lambda part: [work(item) for item in part], chunks)
        for part in track(done, len(chunks), what):
            yield from part
