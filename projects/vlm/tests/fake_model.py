"""A model behind HTTP that answers and fails as a test wants."""

import json
import socket
import threading
from collections import Counter
from collections.abc import Callable
from contextlib import contextmanager, suppress

from tests.local_server import QuietHandler, listening


class FakeModel:
    """Behaviour of the server, and record of the requests.

    Args:
        reply: From the body of a request to text and reason of the end.
        name: From the body to the name of its clip.
        fail: From a clip and how often it was asked before to a kind of failure: a
            status, or a method of the handler; None answers.

    Attributes:
        asked: How often each clip was asked about.
        answered: How often each was answered.
        bodies: What was asked, in order.
        keys: The authorisation headers of the requests.
    """

    def __init__(
        self,
        reply: Callable[[dict], tuple[str, str]],
        name: Callable[[dict], str] = lambda body: '',
        fail: Callable[[str, int], object] = lambda clip, before: None,
    ) -> None:
        self.reply, self.name, self.fail = reply, name, fail
        self.asked, self.answered = Counter(), Counter()
        self.bodies: list[dict] = []
        self.keys: set[str | None] = set()
        self.over = threading.Event()  # until then a slow reply waits
        self.mark = 0  # after this number of answers it stops, until it is resumed
        self.reached, self.resumed = threading.Event(), threading.Event()
        self.status, self.raw = 200, b''  # of a reply as it is
        self._lock, self._busy = threading.Lock(), 0
        self._settled = threading.Condition(self._lock)

    def begin(self) -> bool:
        """True if a request is heard; otherwise it waits, and is closed."""
        with self._lock:
            halted = self.reached.is_set() and not self.resumed.is_set()
            self._busy += not halted
        if halted:
            self.resumed.wait()
        return not halted

    def end(self) -> None:
        """Notes the end of a request that was heard."""
        with self._settled:
            self._busy -= 1
            self._settled.notify_all()

    def settle(self) -> None:
        """Waits until no request that was heard is open."""
        with self._settled:
            assert self._settled.wait_for(lambda: not self._busy, 60)

    def seen(self, body: dict, key: str | None) -> tuple[str, object]:
        """Notes a request; the clip, and how it fails."""
        clip = self.name(body)
        with self._lock:
            before = self.asked[clip]
            self.asked[clip] += 1
            self.bodies.append(body)
            self.keys.add(key)
        return clip, self.fail(clip, before)

    def good(self, clip: str) -> None:
        """Notes an answer."""
        with self._lock:
            self.answered[clip] += 1
            if self.mark and self.answered.total() >= self.mark:
                self.reached.set()


class _Handler(QuietHandler):
    model: FakeModel
    protocol_version = 'HTTP/1.1'
    disable_nagle_algorithm = True

    def handle(self):
        with suppress(ConnectionError):  # of a client that was killed
            super().handle()

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers['Content-Length'])))
        if not self.model.begin():
            return self.closed(body)
        try:
            return self.hear(body)
        finally:
            self.model.end()

    def hear(self, body):
        clip, failure = self.model.seen(body, self.headers.get('Authorization'))
        if isinstance(failure, int):
            return self.send(
                failure, {'error': f'told {self.headers["Authorization"]}'}
            )
        if failure is not None:
            return getattr(self, failure)(body)
        self.model.good(clip)
        return self.answer(body)

    def answer(self, body):
        text, finish = self.model.reply(body)
        message = dict(role='assistant', content=text)
        self.send(
            200,
            dict(
                choices=[dict(message=message, finish_reason=finish)],
                usage=dict(prompt_tokens=100, completion_tokens=2),
            ),
        )

    def send(self, status, content):
        data = json.dumps(content).encode()
        head = f'HTTP/1.1 {status} x\r\nContent-Length: {len(data)}\r\n'
        head += 'Retry-After: 0\r\n' if status == 429 else ''
        self.wfile.write(head.encode() + b'\r\n' + data)

    def garbage(self, body):
        self.raw(body, b'{"choices": [<html>')

    def raw(self, body, data=None):
        data = self.model.raw if data is None else data
        head = f'HTTP/1.1 {self.model.status} x\r\nContent-Length: {len(data)}\r\n\r\n'
        self.wfile.write(head.encode() + data)

    def cut_off(self, body):
        self.wfile.write(b'HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n{"choices": [')
        self.closed(body)

    def closed(self, body):
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def slow(self, body):
        self.wfile.write(b'HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n{')
        self.model.over.wait(60)  # `serving` sets it at its end
        self.closed(body)


@contextmanager
def serving(model: FakeModel):
    """Runs the server; gives its address."""
    with listening(type('Handler', (_Handler,), dict(model=model))) as address:
        try:
            yield f'{address}/v1'
        finally:
            model.over.set()
            model.resumed.set()
