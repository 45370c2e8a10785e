"""Work in threads: items that are made before they are needed, and jobs in order."""

import threading
from collections import deque
from collections.abc import Callable, Generator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any


def read_ahead(items: Generator, most: int = 8) -> Generator:
    """Makes the items of an iterator in a thread, before they are needed.

    Args:
        items: The iterator. The thread iterates it, and closes it in the end. An error
            that it raises is raised here.
        most: Largest number of items that wait.

    Yields:
        The items in their order. Closing this generator ends the thread, after the item
        that the thread is making.
    """
    queue: deque[tuple[Any, BaseException | None, bool]] = deque()
    changed = threading.Condition()
    closed = False

    def put(item: Any, error: BaseException | None = None, last: bool = False) -> bool:
        with changed:
            changed.wait_for(lambda: closed or len(queue) < most)
            queue.append((item, error, last))
            changed.notify_all()
            return not closed

    def make() -> None:
        try:
            for item in items:
                if not put(item):
                    return
        except BaseException as err:
            put(None, err)
        else:
            put(None, last=True)

    thread = threading.Thread(target=make, daemon=True)
    thread.start()
    try:
        while True:
            with changed:
                changed.wait_for(lambda: queue)
                item, error, last = queue.popleft()
                changed.notify_all()
            if error is not None:
                raise error
            if last:
                return
            yield item
    finally:
        with changed:
            closed = True
            changed.notify_all()
        thread.join()
        items.close()


class WorkBehind:
    """Does jobs in one thread, one after another, and hands each result back in order.

    Args:
        work: Does a job.
        take: Is called with each job and its result, in the thread that calls the
            methods.
        most: Largest number of jobs that are not finished.
    """

    def __init__(
        self, work: Callable[[Any], Any], take: Callable[[Any, Any], None], most: int
    ) -> None:
        self._work, self._take, self._most = work, take, most
        self._jobs: deque[tuple[Any, Future]] = deque()
        self._pool = ThreadPoolExecutor(1)

    def put(self, job: Any) -> None:
        """Adds a job; waits while too many are not finished."""
        self._jobs.append((job, self._pool.submit(self._work, job)))
        while len(self._jobs) > self._most:
            self._take_one()

    def finish(self) -> None:
        """Waits for all jobs."""
        while self._jobs:
            self._take_one()

    def close(self) -> None:
        """Ends the thread; jobs that have not started are dropped."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _take_one(self) -> None:
        job, future = self._jobs[0]
        result = future.result()
        self._jobs.popleft()  # only now: Ctrl-C before this line must lose no job
        self._take(job, result)
