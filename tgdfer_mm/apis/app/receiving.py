"""Receives uploads: limits their number and time, and cuts off slow ones."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from ipaddress import ip_address

import anyio
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from ...video.errors import InputError
from .failures import explain
from .jobs import Cancelled, Job, JobQueue
from .order import Order
from .problem import Problem
from .sentences import say
from .uploads import Limits, check_upload

_SLOW = 100_000  # bytes a second; faster uploads never give way
_WINDOW = 5.0  # shortest time over which the speed is measured, seconds


@dataclass(eq=False)
class _Upload:
    """An upload that is arriving; times are those of the event loop."""

    client: str
    began: float
    scope: anyio.CancelScope
    size: int = 0
    gives_way: bool = False
    complete: bool = False

    def __post_init__(self) -> None:
        self._marks = [(self.began, 0)] * 2  # the older one is at least one window old

    def add(self, count: int, now: float) -> None:
        """Notes that bytes came."""
        if now - self._marks[1][0] > _WINDOW:
            self._marks = [self._marks[1], (now, self.size)]
        self.size += count

    def speed(self, now: float) -> float:
        """Speed of the last seconds, bytes a second."""
        time, size = self._marks[0]
        return (self.size - size) / max(now - time, 1e-9)


class Reception:
    """Receives videos and puts their jobs into the queue.

    Uploads take no place in the queue. A sender who sends nothing for a time, or takes
    too long, is cut off. If all places for uploads are taken, the slowest upload ends
    so that the next one can start, unless it is fast. Each address has a limited number
    of places, so nobody can take all.

    Args:
        queue: Gets the jobs.
        limits: Limits of the uploads.
    """

    def __init__(self, queue: JobQueue, limits: Limits) -> None:
        self._queue, self._limits = queue, limits
        self._uploads: list[_Upload] = []

    async def receive(
        self,
        chunks: AsyncIterator[bytes],
        name: str,
        order: Order,
        client: str,
        has_left: Callable[[], Awaitable[bool]],
    ) -> Job:
        """Writes a video to the disk, looks at it and queues its job.

        Args:
            chunks: The parts of the file, as they arrive.
            name: Its name, for showing.
            order: The wishes of the user.
            client: Network address of the sender.
            has_left: Tells whether the sender has closed the connection.

        Raises:
            Problem: It is refused, or cannot be stored.
            Cancelled: The server stops.
            ClientDisconnect: The sender has closed the connection and never learns of
                the job.
        """
        client = _place(client)
        self._make_room(client)
        upload = _Upload(client, anyio.current_time(), anyio.CancelScope())
        self._uploads.append(upload)
        try:
            return await self._receive(upload, chunks, name, order, has_left)
        finally:
            self._uploads.remove(upload)

    def _make_room(self, client: str) -> None:
        limits = self._limits
        uploads = [u for u in self._uploads if not u.gives_way]
        mine = [u for u in uploads if u.client == client]
        queued, own = self._queue.count(client)
        busy = Problem(503, say('busy'))
        enough = Problem(429, say('at most', count=limits.each))
        if queued >= limits.jobs:
            raise busy
        if own + len(mine) >= limits.each:
            self._end_slowest(mine, enough)
        elif len(uploads) >= limits.uploads:
            self._end_slowest(uploads, busy)

    def _end_slowest(self, uploads: list[_Upload], problem: Problem) -> None:
        now = anyio.current_time()
        slow = [
            upload
            for upload in uploads
            if not upload.complete
            and now - upload.began >= self._limits.settle
            and upload.speed(now) < _SLOW
        ]
        if not slow:
            raise problem
        slowest = min(slow, key=lambda upload: upload.speed(now))
        slowest.gives_way = True
        slowest.scope.cancel()

    async def _receive(
        self,
        upload: _Upload,
        chunks: AsyncIterator[bytes],
        name: str,
        order: Order,
        has_left: Callable[[], Awaitable[bool]],
    ) -> Job:
        try:
            job = await run_in_threadpool(self._queue.begin, name, upload.client)
        except OSError as err:
            raise Problem(507, explain(err)) from err
        job.model, job.texts, job.rest = order
        try:
            await self._write(upload, chunks, job)
            await run_in_threadpool(check_upload, job, self._limits)
            if await has_left():
                raise ClientDisconnect
        except BaseException as err:  # also when the server stops meanwhile
            sentence = explain(err, job) if _needs_words(err) else ''
            self._queue.remove(job)
            if sentence:
                raise Problem(_status(err), sentence) from err
            raise
        self._queue.submit(job)
        return job

    async def _write(
        self, upload: _Upload, chunks: AsyncIterator[bytes], job: Job
    ) -> None:
        limits, end = self._limits, upload.began + self._limits.upload
        with upload.scope:
            upload.scope.deadline = min(upload.began + limits.silence, end)
            with job.upload.open('xb') as file:
                async for chunk in chunks:
                    now = anyio.current_time()
                    upload.scope.deadline = min(now + limits.silence, end)
                    upload.add(len(chunk), now)
                    if upload.size > limits.bytes:
                        raise Problem(413, say('too large', limits=limits))
                    await run_in_threadpool(file.write, chunk)
            upload.complete = True
        if upload.gives_way:
            raise Problem(503, say('gave way'))
        if not upload.complete:
            minutes = limits.upload / 60
            raise Problem(408, say('too slow', limits=limits, minutes=minutes))


def _needs_words(error: BaseException) -> bool:
    """Not what ends a request on purpose, or because nobody waits for the answer."""
    return isinstance(error, Exception) and not isinstance(
        error, Problem | Cancelled | ClientDisconnect
    )


def _status(error: BaseException) -> int:
    if isinstance(error, InputError):
        return 422
    return 507 if isinstance(error, OSError) else 500


def _place(client: str) -> str:
    """The part of an address that names one sender: IPv6 gives each a whole network."""
    try:
        address = ip_address(client.partition('%')[0])
    except ValueError:
        return client
    if address.version == 4:
        return str(address)
    return str(address.ipv4_mapped or address.exploded[:19])
