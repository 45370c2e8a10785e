"""Runs the server: no connection may wait for ever, and Ctrl-C ends it cleanly."""

import asyncio
import signal
import sys
from functools import partial
from types import FrameType
from typing import Any

import uvicorn
from starlette.applications import Starlette
from uvicorn.protocols.http.h11_impl import H11Protocol

_BACKLOG = 128  # connections that are accepted at a time
_FAREWELL = 1.0  # seconds that running answers get when the server stops


def serve(app: Starlette, host: str = '127.0.0.1', port: int = 7860) -> None:
    """Serves until Ctrl-C, a request to end, or the closing of the terminal.

    Args:
        app: Application of :func:`tgdfer_mm.apis.app.server.make_app`.
        host: Address to listen at; the default is this machine only.
        port: Port; 0 takes a free one.

    Raises:
        KeyboardInterrupt: Ctrl-C, after everything has been removed.
    """
    server = Server(app, host, port)
    # A job that uses the interpreter delays answers by at most this: with 200 visitors,
    # 99 of 100 answers then take two thirds of the time.
    sys.setswitchinterval(0.0005)
    # Uvicorn ends cleanly on SIGINT and SIGTERM. It has to do so for a closed terminal,
    # too, but not under `nohup`.
    if hasattr(signal, 'SIGHUP') and signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:
        signal.signal(signal.SIGHUP, lambda *_: setattr(server, 'should_exit', True))
    server.run()


class Server(uvicorn.Server):
    """Uvicorn that logs no uploads and ends at once.

    Args:
        app: The application; its `state.stop` is called when the server stops.
        host: Address to listen at.
        port: Port; 0 takes a free one.
        patience: Seconds in which a connection has to send a request.
        connections: Largest number of connections; by default a third of the files that
            the system lets a process open. If there are more, the one that has been
            idle, or has not read its answer, for the longest time is closed.
    """

    def __init__(
        self,
        app: Starlette,
        host: str,
        port: int,
        patience: float = 20.0,
        connections: int | None = None,
    ) -> None:
        most = _most_connections() if connections is None else connections
        config = uvicorn.Config(
            app,
            host=host,
            port=port,
            http=partial(_Connection, patience=patience, most=most),
            access_log=False,
            log_config=None,  # uvicorn's own closes every log file of the process
            log_level='warning',
            server_header=False,
            timeout_graceful_shutdown=30,
            ws='none',
            backlog=_BACKLOG,
        )
        super().__init__(config)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Notes a signal; a second one does not stop the cleaning up."""
        if not self.should_exit:
            super().handle_exit(sig, frame)

    async def shutdown(self, *args: Any, **kwargs: Any) -> None:
        """Stops; a connection that does not end is cut, not its task cancelled."""
        self.config.app.state.stop()
        asyncio.get_running_loop().call_later(_FAREWELL, self._cut)
        await super().shutdown(*args, **kwargs)

    def _cut(self) -> None:
        for connection in list(self.server_state.connections):
            connection.transport.abort()


def _most_connections() -> int:
    # An answer may need a file, too; and a process without files left does nothing but
    # complain.
    try:
        import resource
    except ImportError:  # Windows
        return 500
    soft = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return 1000 if soft == resource.RLIM_INFINITY else min(1000, max(16, soft // 3))


class _Connection(H11Protocol):
    """Uvicorn's protocol, but with a time limit for a request that has begun."""

    def __init__(self, *args: Any, patience: float, most: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._patience, self._most = patience, most
        self._since = 0.0  # since when the other side has had to do something
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:
        """Begins to wait for the first request."""
        super().connection_made(transport)
        self._expect_request()
        if len(self.connections) > self._most:
            self._make_room()

    def pause_writing(self) -> None:
        """Notes that the other side does not read."""
        super().pause_writing()
        self._since = self.loop.time()

    def _make_room(self) -> None:
        idle = [each for each in self.connections if each._is_waiting()]
        last = min(idle, key=lambda each: each._since)
        self.connections.discard(last)  # now: more may come before it is lost
        last.transport.abort()

    def _is_waiting(self) -> bool:
        """True if the other side has to do something."""
        return (
            self.cycle is None or self.cycle.response_complete or self.flow.write_paused
        )

    def on_response_complete(self) -> None:
        """Begins to wait for the next one."""
        super().on_response_complete()
        self._expect_request()

    def connection_lost(self, exc: Exception | None) -> None:
        """Waits no longer."""
        self._stop_waiting()
        super().connection_lost(exc)

    def _expect_request(self) -> None:
        self._stop_waiting()
        self._since = self.loop.time()
        if not self.transport.is_closing():
            self._timer = self.loop.call_later(
                self._patience, self._give_up, self.cycle
            )

    def _stop_waiting(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _give_up(self, last: Any) -> None:
        # Also ends a client that goes on sending a refused file.
        if self.cycle is last and (last is None or last.response_complete):
            self.transport.close()
