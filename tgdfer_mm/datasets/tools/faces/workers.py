"""Jobs in separate processes, in which a crash of one job does not end the others."""

import signal
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from itertools import islice
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from typing import Any, TypeVar

import cv2

T, R = TypeVar('T'), TypeVar('R')


def in_processes(
    work: Callable[[T], R],
    jobs: Iterable[T],
    workers: int,
    died: Callable[[T, str], R],
) -> Iterator[R]:
    """Runs the jobs in a number of processes.

    Args:
        work: Function of a job; each process has a copy.
        jobs: The jobs.
        workers: Number of processes; 0 runs the jobs in this process.
        died: Function from a reason to the result of a job whose process died.

    Yields:
        The results, each as soon as it is ready.

    Raises:
        Exception: Any exception of `work`; the other processes are ended.
    """
    if not workers:
        yield from map(work, jobs)
        return
    context, left = get_context('forkserver'), iter(jobs)
    context.set_forkserver_preload([__name__])  # imported once for all jobs
    busy: dict[Connection, tuple[Any, T]] = {}

    def start(job: T, process: Any = None, pipe: Connection | None = None) -> None:
        if process is None:
            pipe, far = context.Pipe()
            process = context.Process(target=_serve, args=(work, far), daemon=True)
            process.start()
            far.close()
        with suppress(OSError):  # it has died: this is noticed when it should answer
            pipe.send(job)
        busy[pipe] = process, job

    try:
        for job in islice(left, workers):
            start(job)
        while busy:
            for pipe in wait(list(busy)):
                process, job = busy.pop(pipe)
                try:
                    error, result = pipe.recv()
                except EOFError:
                    process.join()
                    error, result = None, died(job, _cause(process.exitcode))
                    pipe.close()
                    process = None
                if error is not None:
                    busy[pipe] = process, job
                    raise error
                following = next(left, None)
                if following is not None:
                    start(following, process, pipe if process else None)
                elif process is not None:
                    pipe.close()  # which ends it
                yield result
    finally:
        for pipe, (process, _) in busy.items():
            process.terminate()
            process.join()
            pipe.close()


def _serve(work: Callable, pipe: Connection) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent handles Ctrl-C
    cv2.setNumThreads(1)
    while True:
        try:
            job = pipe.recv()
        except EOFError:
            return
        try:
            answer = None, work(job)
        except Exception as error:
            answer = error, None
        try:
            pipe.send(answer)
        except OSError:  # the parent has died
            return


def _cause(code: int | None) -> str:
    if code is not None and code < 0:
        try:
            return f'ended by {signal.Signals(-code).name}'
        except ValueError:
            return f'ended by signal {-code}'
    return f'ended with code {code}'
