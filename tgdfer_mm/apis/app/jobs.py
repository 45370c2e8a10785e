"""A queue of jobs: runs one at a time, and removes results when they are old."""

import re
import secrets
import shutil
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .failures import explain

# Advice in brackets that names options or settings; brackets inside are allowed.
_ADVICE = re.compile(r'\s*\((?=[^()]*(?:--|video\.)\w)(?:[^()]|\([^()]*\))*\)')


class Cancelled(Exception):
    """Raised inside a job that was cancelled."""


@dataclass
class Job:
    """One video: its upload, its analysis and its results.

    Attributes:
        id: A long random text: only those who know it can ask for the job.
        name: The file's name, for showing only.
        client: Network address of the sender.
        model: Name of the model to use.
        texts: Classes in words of the user, with their phrasings; if empty, those of
            the model.
        rest: The one of those that is a face at rest.
        folder: Folder of this job alone; removed with the job.
        state: `uploading`, `waiting`, `running`, then `done`, `failed` or `cancelled`.
        step: The step that is being done, in words.
        share: Share of the work that is done, 0 to 1.
        error: A sentence about the error.
        summary: Plain data that the page shows.
        files: Files that a browser may fetch, by name.
        cancelled: If set, the job ends soon.
    """

    id: str
    name: str
    folder: Path
    client: str = ''
    model: str = ''
    texts: dict[str, list[str]] = field(default_factory=dict)
    rest: str | None = None
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
        """Path of the video; the user's name of it is not used for a path."""
        return self.folder / 'video'

    def plain(self, message: object) -> str:
        """A message with the user's name of the file instead of ours.

        Options and settings are left out: users of the page do not type them.
        """
        return _ADVICE.sub('', str(message)).replace(str(self.upload), self.name)

    def is_whole(self) -> bool:
        """True if all of its files are still there."""
        return all(file.is_file() for file in self.files.values())

    def advance(self, share: float) -> None:
        """Notes progress.

        Raises:
            Cancelled: The job was cancelled.
        """
        if self.cancelled.is_set():
            raise Cancelled
        self.share = min(max(share, 0.0), 1.0)


class JobQueue:
    """Runs jobs one after another in its own thread.

    The upload of a job is removed when the job ends, also after an error. Its results
    are removed when the user asks for it, when they are old, and when the queue is
    closed.

    Args:
        work: Function that does a job: it reads `job.upload` and fills in `job.summary`
            and `job.files`.
        make_folder: Function that makes the folder of a job from its id.
        keep: Time for which results are kept, seconds.
    """

    def __init__(
        self,
        work: Callable[[Job], None],
        make_folder: Callable[[str], Path],
        keep: float,
    ) -> None:
        self._work, self._make_folder, self._keep = work, make_folder, keep
        self._jobs: dict[str, Job] = {}
        self._waiting: list[Job] = []
        self._changed = threading.Condition()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name='jobs', daemon=True)
        self._thread.start()

    def begin(self, name: str, client: str = '') -> Job:
        """Makes a job; its video arrives later.

        Args:
            name: The file's name, for showing only.
            client: Network address of the sender.

        Raises:
            OSError: Its folder cannot be made.
        """
        key = secrets.token_urlsafe(18)
        job = Job(key, name, self._make_folder(key), client)
        with self._changed:
            self._jobs[key] = job
            return job

    def count(self, client: str) -> tuple[int, int]:
        """Counts the jobs that wait or run: all, and those of one address."""
        with self._changed:
            own = [
                job.client == client
                for job in self._jobs.values()
                if job.state in ('waiting', 'running')
            ]
            return len(own), sum(own)

    def submit(self, job: Job) -> None:
        """Puts a job at the end of the queue after its video has arrived."""
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
        """Ends a job, if it still runs, and removes all its files."""
        with self._changed:
            job.cancelled.set()
            self._jobs.pop(job.id, None)
            if job in self._waiting:
                self._waiting.remove(job)
            # The thread that reads the folder of a running job removes it itself.
            running = job.state == 'running'
        if not running:
            shutil.rmtree(job.folder, ignore_errors=True)

    def cancel(self) -> None:
        """Asks all jobs to end soon, also those whose video is still arriving."""
        with self._changed:
            for job in self._jobs.values():
                job.cancelled.set()

    def expire(self) -> None:
        """Removes results that are old."""
        limit = time.monotonic() - self._keep
        with self._changed:
            old = [j for j in self._jobs.values() if j.finished and j.finished < limit]
        for job in old:
            self.remove(job)

    def close(self, patience: float = 30.0) -> None:
        """Ends all jobs and removes all their files.

        Args:
            patience: Seconds to wait for the job that runs.
        """
        with self._changed:
            self._closed = True
            jobs = list(self._jobs.values())
            self._changed.notify_all()
        for job in jobs:
            self.remove(job)
        self._thread.join(patience)

    def _run(self) -> None:
        while self._run_next():
            pass

    def _run_next(self) -> bool:
        # One call for each job: variables of a loop would outlive its job.
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._closed)
            if self._closed:
                return False
            job = self._waiting.pop(0)
            job.state = 'running'
        state = self._do(job)
        with suppress(OSError):
            job.upload.unlink(missing_ok=True)
        with self._changed:
            if state != 'done':
                job.files = {}
            job.state, job.finished = state, time.monotonic()
            wanted = job.id in self._jobs
        if not wanted or state != 'done':
            shutil.rmtree(job.folder, ignore_errors=True)
        return True

    def _do(self, job: Job) -> str:
        try:
            job.advance(0.0)
            self._work(job)
            job.advance(1.0)
        except Cancelled:
            return 'cancelled'
        except BaseException as err:  # after any error the next job still runs
            job.error = explain(err, job)
            return 'failed'
        return 'done'
