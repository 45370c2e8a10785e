"""Does jobs one after the other, and shares them with other processes."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol, TypeVar

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from ..terminal import Terminal
from .launch import folder_lock

LOG = 'run.log'


class Job(Protocol):
    """A job: it has a name, and a folder that is locked while it is done."""

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def folder(self) -> Path:
        """Its work folder; its log is ``run.log`` in that folder."""


AnyJob = TypeVar('AnyJob', bound=Job)


def take_turns(
    jobs: Sequence[AnyJob],
    work: Callable[[AnyJob, int, Callable[[str], None]], None],
    console: Terminal,
    title: str = 'runs',
) -> None:
    """Does each job while its folder is locked.

    Several processes may share the jobs. A job of another process is left to it. In the
    end this process waits for such jobs.

    Args:
        jobs: The jobs.
        work: Does one job. It gets the lock of the folder, and a function that shows
            the progress. It must check if the job is already done.
        console: The console that shows progress.
        title: Name of the jobs, for the progress bar.
    """
    pending = list(jobs)
    with Progress(
        *(TextColumn('{task.description}'), BarColumn(), MofNCompleteColumn()),
        TextColumn('{task.fields[step]}'),
        console=console,
    ) as progress:
        task = progress.add_task(title, total=len(pending), step='')
        wait = False  # for another process, when no other job is left
        while pending:
            for job in list(pending):
                with folder_lock(job.folder, wait) as lock:
                    if lock is None:
                        continue
                    wait = False
                    work(job, lock, lambda step: progress.update(task, step=step))
                pending.remove(job)
                progress.update(task, advance=1, step='')
                break
            else:
                names = ', '.join(job.name for job in pending)
                console.print(
                    f'{names}: another process works on it; waiting (its log is in '
                    f'{pending[0].folder / LOG})'
                )
                wait = True
