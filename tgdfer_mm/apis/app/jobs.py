"""Jobs that wait for their turn: one at a time, nothing kept longer than promised."""

import logging
import secrets
import shutil
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ...video.errors import VideoError
from .sentences import say


class Cancelled(Exception):
    """Raised inside a job that is no longer wanted."""


class QueueFull(Exception):
    """There are as many jobs as are allowed to wait."""


@dataclass
class Job:
    """One video on its way.

    Attributes:
        id: Long and random: who does not know it cannot ask for the job.
        name: The file's name, for showing only.
        model: Name of the model that is asked.
        folder: Of this job alone; gone when the job is removed.
        state: `uploading`, `waiting`, `running`, then `done`, `failed` or `cancelled`.
        step: What is being done, in words.
        share: How much of the work is done, 0 to 1.
        error: What went wrong, a sentence.
        summary: What the page shows, plain data.
        files: What may be fetched, by name.
        cancelled: Set to end the job soon.
    """

    id: str
    name: str
    folder: Path
    model: str = ''
    state: str = 'uploading'
    step: str = ''
    share: float = 0.0
    error: str | None = None
    summary: dict[str, Any] | None = None
    files: dict[str, Path] = field(default_factory=dict)
    finished: float | None = None
    cancelled: threading.Event = field(default_factory=threading.Event)

    @property
    def upload(self) -> Path:
        """Where the video lies; its own name is not used for a path."""
        return self.folder / 'video'

    def plain(self, message: object) -> str:
        """A message with the user's name of the file in place of ours."""
        return str(message).replace(str(self.upload), self.name)

    def advance(self, share: float) -> None:
        """Notes progress.

        Raises:
            Cancelled: The job is no longer wanted.
        """
        if self.cancelled.is_set():
            raise Cancelled
        self.share = min(max(share, 0.0), 1.0)


class JobQueue:
    """Runs jobs one after another in a thread of its own.

    The upload of a job is removed when the job ends, however it ends; its results when
    they are told to, when they get old, and when the queue is closed.

    Args:
        work: Does a job: reads `job.upload`, fills in `job.summary` and `job.files`.
        folder: Gets a folder a job.
        most: Jobs that may be uploading, waiting or running at a time.
        keep: Seconds that results are kept.
    """

    def __init__(
        self, work: Callable[[Job], None], folder: Path, most: int, keep: float
    ) -> None:
        self._work, self._folder, self._most, self._keep = work, folder, most, keep
        self._jobs: dict[str, Job] = {}
        self._waiting: list[Job] = []
        self._changed = threading.Condition()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name='jobs', daemon=True)
        self._thread.start()

    def reserve(self, name: str) -> Job:
        """Makes a job, whose video is still to come.

        Raises:
            QueueFull: Too many are on their way already.
        """
        with self._changed:
            active = [j for j in self._jobs.values() if j.finished is None]
            if len(active) >= self._most or self._closed:
                raise QueueFull
            key = secrets.token_urlsafe(18)
            job = Job(key, name, self._folder / key)
            job.folder.mkdir(mode=0o700)
            self._jobs[key] = job
            return job

    def submit(self, job: Job) -> None:
        """Puts a job whose video is there at the end of the queue."""
        with self._changed:
            if job.id not in self._jobs:
                return  # removed meanwhile
            job.state = 'waiting'
            self._waiting.append(job)
            self._changed.notify_all()

    def get(self, key: str) -> Job | None:
        """Finds a job."""
        with self._changed:
            return self._jobs.get(key)

    def ahead(self, job: Job) -> int:
        """Counts the jobs that come before a waiting one."""
        with self._changed:
            running = sum(j.state == 'running' for j in self._jobs.values())
            earlier = self._waiting.index(job) if job in self._waiting else 0
            return earlier + running

    def remove(self, job: Job) -> None:
        """Ends a job, if it has not ended, and removes everything of it."""
        with self._changed:
            job.cancelled.set()
            self._jobs.pop(job.id, None)
            if job in self._waiting:
                self._waiting.remove(job)
            # The thread that reads the folder of a running job removes it itself.
            running = job.state == 'running'
        if not running:
            shutil.rmtree(job.folder, ignore_errors=True)

    def expire(self) -> None:
        """Removes results that got old."""
        limit = time.monotonic() - self._keep
        with self._changed:
            old = [j for j in self._jobs.values() if j.finished and j.finished < limit]
        for job in old:
            self.remove(job)

    def close(self, patience: float = 30.0) -> None:
        """Ends all jobs and removes everything of them.

        Args:
            patience: Seconds to wait for the running one.
        """
        with self._changed:
            self._closed = True
            jobs = list(self._jobs.values())
            self._changed.notify_all()
        for job in jobs:
            self.remove(job)
        self._thread.join(patience)

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self._closed)
                if self._closed:
                    return
                job = self._waiting.pop(0)
                job.state = 'running'
            state = self._do(job)
            job.upload.unlink(missing_ok=True)
            with self._changed:
                if state != 'done':
                    job.files = {}
                job.state, job.finished = state, time.monotonic()
                wanted = job.id in self._jobs
            if not wanted or state != 'done':
                shutil.rmtree(job.folder, ignore_errors=True)

    def _do(self, job: Job) -> str:
        try:
            job.advance(0.0)
            self._work(job)
            job.advance(1.0)
        except Cancelled:
            return 'cancelled'
        except (VideoError, OSError) as err:
            job.error = job.plain(err)
            return 'failed'
        except BaseException:  # whatever it was, the next job gets its turn
            logging.getLogger(__name__).exception('a job failed')
            job.error = say('fault')
            return 'failed'
        return 'done'
