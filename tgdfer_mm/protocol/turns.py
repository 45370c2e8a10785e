"""Doing jobs one after the other, and sharing them with other processes."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol, TypeVar

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from ..terminal import Terminal
from .launch import folder_lock

LOG = 'run.log'


class Job(Protocol):
    """What can be done: it has a name, and a folder that is locked meanwhile."""

    @property
    def name(self) -> str:
        """What it is called."""

    @property
    def folder(self) -> Path:
        """Where it works; its log is ``run.log`` in there."""


AnyJob = TypeVar('AnyJob', bound=Job)


def take_turns(
    jobs: Sequence[AnyJob],
    work: Callable[[AnyJob, int, Callable[[str], None]], None],
    console: Terminal,
    title: str = 'runs',
) -> None:
    """Does each job while its folder is locked.

    Several processes may share the jobs: what another one is at is left to it, and
    waited for in the end.

    Args:
        jobs: The jobs.
        work: Does one; is given the lock of its folder, and a function that shows how
            far it is. It sees for itself whether the job has been done.
        console: Where progress is shown.
        title: What the jobs are, for the bar.
    """
    pending = list(jobs)
    with Progress(
        *(TextColumn('{task.description}'), BarColumn(), MofNCompleteColumn()),
        TextColumn('{task.fields[step]}'),
        console=console,
    ) as progress:
        task = progress.add_task(title, total=len(pending), step='')
        wait = False  # for another process, once nothing else is left
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
                    f'{names}: another process is at it; waiting (its log is in '
                    f'{pending[0].folder / LOG})'
                )
                wait = True
