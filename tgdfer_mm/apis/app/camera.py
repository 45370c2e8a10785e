"""The camera of this machine on the page: its picture, and the faces in it."""

import threading
import time
from collections.abc import Callable

import cv2
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ...visualization.video.words import is_sure, model_note
from ..live import LiveStream
from . import LOCAL
from .failures import explain
from .receiving import Problem
from .sentences import say

_UNWATCHED = 10.0  # seconds without a request after which the camera is closed
_LATEST = 8  # faces whose last window is remembered
_SIDE = 960  # pixels of the picture that is shown
_BLUE = (0, 90, 142)
_FORWARDED = ('forwarded', 'x-forwarded-for', 'x-real-ip')


class CameraView:
    """Watches the camera while a browser on this machine shows it.

    Nothing is kept: in memory are the newest picture and the last window of each face.

    Args:
        open_stream: Opens the camera, in real time.
        about: What the model says about itself.
    """

    def __init__(self, open_stream: Callable[[], LiveStream], about: dict) -> None:
        self._open = open_stream
        self._about = about
        self._stream: LiveStream | None = None
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()
        self._latest: dict[int, dict] = {}
        self._error = ''
        self._asked = 0.0
        self._stopping = False

    def routes(self) -> list[Route]:
        """Routes of the requests that the page sends."""
        return [
            Route('/camera', self._start, methods=['POST']),
            Route('/camera', self._say, methods=['GET']),
            Route('/camera', self._stop, methods=['DELETE']),
            Route('/camera/picture', self._picture),
        ]

    def start(self) -> None:
        """Opens the camera, if it is not open.

        Raises:
            VideoError: It cannot be opened.
        """
        with self._lock:
            self._asked = time.monotonic()
            if self._thread is not None and self._thread.is_alive():
                return
            self._latest, self._error, self._stopping = {}, '', False
            self._stream = self._open()
            self._thread = threading.Thread(
                target=self._watch, args=(self._stream,), daemon=True
            )
            self._thread.start()

    def stop(self, patience: float = 10.0) -> None:
        """Closes the camera and forgets what was seen."""
        with self._lock:
            self._stopping = True
            if self._thread is not None:
                self._thread.join(patience)
            self._stream = self._thread = None
            self._latest = {}

    def state(self) -> dict:
        """The faces that are seen now, in the form that the page shows."""
        self._asked = time.monotonic()
        stream, thread = self._stream, self._thread
        if stream is None or thread is None:
            return dict(running=False, error=self._error, faces=[])
        return dict(
            running=thread.is_alive(),
            error=self._error,
            note=model_note(self._about),
            sure=is_sure(dict(model=self._about)),
            frames=stream.frames,
            dropped=stream.dropped,
            usual=round(stream.delay['usual'], 1),
            faces=list(self._latest.values()),
        )

    def picture(self) -> bytes | None:
        """The newest picture with the faces' boxes, as JPEG."""
        self._asked = time.monotonic()
        stream = self._stream
        frame = None if stream is None else stream.newest
        if frame is None:
            return None
        picture, scale = frame.small(_SIDE)
        picture = picture.copy()
        for face in stream.faces:
            x1, y1, x2, y2 = (round(v * scale) for v in face['box'])
            cv2.rectangle(picture, (x1, y1), (x2, y2), _BLUE, 2)
            place, font = (x1, max(14, y1 - 6)), cv2.FONT_HERSHEY_SIMPLEX
            cv2.putText(picture, str(face['track']), place, font, 0.6, _BLUE, 2)
        _, data = cv2.imencode('.jpg', picture[..., ::-1])
        return data.tobytes()

    def _watch(self, stream: LiveStream) -> None:
        try:
            with stream:
                for window in stream.until(self._is_unwanted):
                    keys = ('track', 'label', 'score', 'start', 'end')
                    latest = dict(self._latest)
                    latest.pop(window['track'], None)  # the newest comes last
                    latest[window['track']] = {key: window[key] for key in keys} | dict(
                        ago=round(window['delay']['clock'], 1)
                    )
                    self._latest = dict(list(latest.items())[-_LATEST:])
        except BaseException as err:  # the page shows it
            self._error = explain(err)

    def _is_unwanted(self) -> bool:
        return self._stopping or time.monotonic() - self._asked > _UNWATCHED

    async def _start(self, request: Request) -> Response:
        _check_is_here(request)
        try:
            await run_in_threadpool(self.start)
        except Exception as err:
            explain(err)  # to the terminal
            raise Problem(503, say('no camera')) from err
        return JSONResponse({}, 202)

    async def _say(self, request: Request) -> Response:
        _check_is_here(request)
        return JSONResponse(self.state())

    async def _stop(self, request: Request) -> Response:
        _check_is_here(request)
        await run_in_threadpool(self.stop)
        return Response(status_code=204)

    async def _picture(self, request: Request) -> Response:
        _check_is_here(request)
        data = await run_in_threadpool(self.picture)
        if data is None:
            raise Problem(404, say('no picture'))
        return Response(data, media_type='image/jpeg')


def _check_is_here(request: Request) -> None:
    """Refuses every browser on another machine, also behind a proxy on this one."""
    client = request.client.host if request.client else ''
    if client not in LOCAL or any(name in request.headers for name in _FORWARDED):
        raise Problem(403, say('not here'))
