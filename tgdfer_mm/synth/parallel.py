"""Runs independent jobs on all cores."""

import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

import cv2

Job = TypeVar('Job')
Result = TypeVar('Result')


def _one_thread() -> None:
    # OpenCV's own threads do not survive a fork, and are not needed here.
    cv2.setNumThreads(0)


def parallel_map(
    work: Callable[[Job], Result], jobs: Sequence[Job], workers: int | None = None
) -> Iterator[Result]:
    """Do independent jobs in processes.

    Args:
        work: A function of a module.
        jobs: Its arguments.
        workers: Number of processes; by default one per core that may be used. With 1
            the jobs are done in this process.

    Yields:
        The results in the jobs' order.
    """
    if workers is None:
        affinity = getattr(os, 'sched_getaffinity', None)
        workers = len(affinity(0)) if affinity else os.cpu_count() or 1
    workers = min(workers, len(jobs))
    if workers <= 1:
        yield from map(work, jobs)
        return
    # A forked worker starts at once; a spawned one first imports all of mmaction2.
    forks = 'fork' in multiprocessing.get_all_start_methods()
    context = multiprocessing.get_context('fork' if forks else 'spawn')
    with context.Pool(workers, _one_thread) as pool:
        yield from pool.imap(work, jobs)
