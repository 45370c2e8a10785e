"""The page's server on a free port, with work that a test controls."""

import http.client
import json
import os
import threading
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from lab.video_writing import write_video
from tgdfer_mm.apis.app.scratch import ScratchFolder
from tgdfer_mm.apis.app.server import make_app
from tgdfer_mm.apis.app.serving import Server as PageServer
from tgdfer_mm.apis.app.uploads import Limits

PATIENCE = 20  # seconds


class Server:
    """A running server; `work` is called with each job."""

    def __init__(
        self, root: Path, work, limits: Limits, *settings, camera=None
    ) -> None:
        self.scratch = ScratchFolder(root)
        self.folder = self.scratch.path
        models = [
            dict(name='demo', note='It knows only drawn faces.'),
            dict(name='other one', note='It knows little.'),
        ]
        app = make_app(work, models, limits, self.scratch, camera=camera)
        self._server = PageServer(app, '127.0.0.1', 0, *settings)
        self._thread = threading.Thread(target=self._server.run)
        self._thread.start()
        until(lambda: self._server.started)
        self.port = self._server.servers[0].sockets[0].getsockname()[1]

    def ask(self, method, path, body=None, **headers):
        """Sends a request; returns status, headers and content."""
        link = http.client.HTTPConnection('127.0.0.1', self.port, timeout=PATIENCE)
        headers = {k.replace('_', '-'): v for k, v in headers.items()}
        try:
            link.request(method, path, body, {'X-TGDFER': '1'} | headers)
            answer = link.getresponse()
            return SimpleNamespace(
                status=answer.status, headers=answer.headers, content=answer.read()
            )
        finally:
            link.close()

    def upload(self, content, name='film.mp4', **headers):
        """Sends a video; returns the status and what was said."""
        answer = self.ask('POST', '/jobs', content, X_File_Name=name, **headers)
        return answer.status, json.loads(answer.content)

    def state(self, key):
        """The state of a job."""
        return json.loads(self.ask('GET', f'/jobs/{key}').content)

    def wait(self, key, *states):
        """Waits until a job is in one of these states, then returns it."""
        until(lambda: self.state(key).get('state') in states)
        return self.state(key)

    def uploads(self):
        """What lies on the disk of videos and results."""
        found = os.walk(self.folder)  # which passes over what is removed meanwhile
        names = [Path(at, n) for at, dirs, files in found for n in (*dirs, *files)]
        return [path for path in names if path.name != 'lock']

    def stop(self):
        """Ends as on Ctrl-C."""
        self._server.should_exit = True
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive()


def until(condition) -> None:
    """Waits until a condition holds."""
    passing = threading.Event()
    for _ in range(PATIENCE * 100):
        if condition():
            return
        passing.wait(0.01)
    raise AssertionError('it never happened')


@pytest.fixture
def wait_until():
    """Waits until a condition holds."""
    return until


@pytest.fixture
def serving(tmp_path):
    """Starts servers, and stops them."""
    servers = []

    def start(work, patience=20.0, connections=None, camera=None, **limits):
        settings = patience, connections
        servers.append(
            Server(tmp_path, work, Limits(**limits), *settings, camera=camera)
        )
        return servers[-1]

    yield start
    for server in servers:
        server.stop()


@pytest.fixture(scope='session')
def clip(tmp_path_factory) -> bytes:
    """A video of one second."""
    path = tmp_path_factory.mktemp('clip') / 'clip.mp4'
    frames = [np.full((32, 32, 3), 8 * i, np.uint8) for i in range(10)]
    write_video(path, frames, 10)
    return path.read_bytes()
