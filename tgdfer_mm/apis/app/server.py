"""The server of the page, with Starlette, so that nothing is loaded from the network.

Gradio was considered. By default it loads fonts and reports its use, it keeps uploads
in its own cache, and it needs tens of packages. This page needs one form, one queue and
a few files.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from mimetypes import guess_type
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, Response
from starlette.routing import Route
from starlette.types import Message, Receive, Scope, Send

from ...version import __version__
from ...visualization.video import limits_of_use
from . import LOCAL
from .camera import CameraView
from .guard import REPORT_HEADERS, Guard
from .jobs import Cancelled, Job, JobQueue
from .order import MOST_LETTERS, read_order
from .problem import Problem
from .receiving import Reception
from .scratch import ScratchFolder
from .sentences import say
from .uploads import Limits, display_name

_PAGE = Path(__file__).with_name('page')
_EXPIRE_EVERY = 5.0  # seconds


def make_app(
    work: Callable[[Job], None],
    models: Sequence[dict[str, Any]],
    limits: Limits,
    scratch: ScratchFolder,
    hosts: Iterable[str] = LOCAL,
    camera: CameraView | None = None,
) -> Starlette:
    """Builds the application.

    Args:
        work: Function that does a job, see :class:`JobQueue`.
        models: `name` and `note` of each model that the page offers; the first one is
            used if none is chosen.
        limits: Limits of a job.
        scratch: Folder of uploads and results; removed on shutdown.
        hosts: Host names under which a browser may open the page.
        camera: The camera of this machine, shown to browsers on this machine only;
            None shows none.
    """
    handlers = _Handlers(work, models, limits, scratch, camera)
    app = Starlette(
        routes=[
            Route('/', handlers.page),
            Route('/page.css', handlers.asset),
            Route('/page.js', handlers.asset),
            Route('/camera.js', handlers.asset),
            Route('/jobs', handlers.upload, methods=['POST']),
            Route('/jobs/{key}', handlers.state),
            Route('/jobs/{key}', handlers.delete, methods=['DELETE']),
            Route('/jobs/{key}/{name}', handlers.file),
            *([] if camera is None else camera.routes()),
        ],
        middleware=[Middleware(Guard, hosts=tuple(hosts))],
        exception_handlers={
            Problem: _say,
            ClientDisconnect: _say_nothing,
            Exception: _say_fault,
        },
        lifespan=handlers.lifespan,
    )
    app.state.stop = handlers.stop
    return app


def _say(request: Request, problem: Problem) -> Response:
    return JSONResponse(dict(error=str(problem)), problem.status)


def _say_nothing(request: Request, error: ClientDisconnect) -> Response:
    return Response(status_code=400)  # nobody waits for this answer


def _say_fault(request: Request, error: Exception) -> Response:
    # Starlette passes the error on, so uvicorn writes its trace.
    kind = type(error).__name__
    return JSONResponse(dict(error=say('server fault', kind=kind)), 500)


class ResultFile(FileResponse):
    """A file that may be removed at any time, also between a check and its opening.

    The answer begins after the file is open; an open file can be read to its end.

    Raises:
        Problem: It has been removed.
    """

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        start: list[Message] = []
        begun = False

        async def send_late(message: Message) -> None:
            nonlocal begun
            if message['type'] == 'http.response.start':
                start.append(message)
                return
            begun = True
            while start:
                await send(start.pop())
            await send(message)

        try:
            await super().__call__(scope, receive, send_late)
        # Starlette says the second one of a file that is missing.
        except (FileNotFoundError, RuntimeError) as err:
            if begun or Path(self.path).exists():
                raise
            raise Problem(410, say('gone')) from err


class _Handlers:
    """Answers to the requests of the page."""

    def __init__(
        self,
        work,
        models,
        limits: Limits,
        scratch: ScratchFolder,
        camera: CameraView | None,
    ) -> None:
        self._work, self._limits, self._scratch = work, limits, scratch
        self._camera = camera
        self._models = [each['name'] for each in models]
        environment = Environment(
            loader=FileSystemLoader(_PAGE), autoescape=True, undefined=StrictUndefined
        )
        self._html = environment.get_template('page.html').render(
            models=models,
            limits=limits,
            most_letters=MOST_LETTERS,
            too_large=say('too large', limits=limits),
            use=limits_of_use(),
            camera=camera is not None,
            version=__version__,
        )

    @asynccontextmanager
    async def lifespan(self, app: Starlette) -> AsyncIterator[None]:
        """Runs the queue, and removes everything at the end."""
        self._queue = JobQueue(self._work, self._scratch.make, self._limits.keep)
        self._reception = Reception(self._queue, self._limits)
        task = asyncio.create_task(self._expire())
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
            if self._camera is not None:
                await run_in_threadpool(self._camera.stop)
            await run_in_threadpool(self._queue.close)
            self._scratch.close()

    def stop(self) -> None:
        """Begins to stop: no request waits for a job any longer."""
        self._queue.cancel()

    async def _expire(self) -> None:
        while True:
            await asyncio.sleep(_EXPIRE_EVERY)
            await run_in_threadpool(self._queue.expire)
            with suppress(OSError):  # the next upload says so
                await run_in_threadpool(self._scratch.keep)

    async def page(self, request: Request) -> Response:
        return HTMLResponse(self._html)

    async def asset(self, request: Request) -> Response:
        return FileResponse(_PAGE / request.url.path.lstrip('/'))

    async def upload(self, request: Request) -> Response:
        """Takes a video, sent as it is, and puts its job into the queue."""
        length = request.headers.get('content-length', '0')
        # Python refuses to convert a number of thousands of digits.
        if not length.isdecimal() or float(length) > self._limits.bytes:
            raise Problem(413, say('too large', limits=self._limits))
        order = read_order(request.headers, self._models)
        try:
            job = await self._reception.receive(
                request.stream(),
                display_name(request.headers.get('x-file-name')),
                order,
                request.client.host if request.client else '',
                request.is_disconnected,
            )
        except (Cancelled, asyncio.CancelledError):  # the server stops
            return Response(status_code=503)
        return JSONResponse(dict(id=job.id), 202)

    async def state(self, request: Request) -> Response:
        """Tells the progress of a job, and its results."""
        job = self._find(request)
        if job is None:
            raise Problem(404, say('removed'))
        if job.state == 'done' and not job.is_whole():
            self._queue.remove(job)
            raise Problem(410, say('gone'))
        return JSONResponse(
            dict(
                name=job.name,
                state=job.state,
                step=job.step,
                share=round(job.share, 3),
                ahead=self._queue.ahead(job) if job.state == 'waiting' else 0,
                error=job.error,
                summary=job.summary if job.state == 'done' else None,
                files=sorted(job.files) if job.state == 'done' else [],
            )
        )

    async def delete(self, request: Request) -> Response:
        """Ends a job and removes all its files."""
        job = self._find(request)
        if job is not None:
            await run_in_threadpool(self._queue.remove, job)
        return Response(status_code=204)

    async def file(self, request: Request) -> Response:
        """Sends one of the files of a job; no other file can be named."""
        job = self._find(request)
        path = job.files.get(request.path_params['name']) if job else None
        if path is None or job.state != 'done':
            raise Problem(404, say('no such file'))
        if not path.is_file():
            raise Problem(410, say('gone'))
        shown = 'attachment' if 'save' in request.query_params else 'inline'
        return ResultFile(
            path,
            media_type=guess_type(path.name)[0],
            headers=REPORT_HEADERS if path.suffix == '.html' else {},
            filename=f'{Path(job.name).stem}_{path.name}',
            content_disposition_type=shown,
        )

    def _find(self, request: Request) -> Job | None:
        return self._queue.get(request.path_params['key'])
