"""However the program is stopped, it says nothing odd and leaves nothing."""

import http.client
import json
import multiprocessing
import os
import signal
import socket
import sys
import threading
from contextlib import closing
from types import SimpleNamespace

import pytest

from tgdfer_mm.apis.app.scratch import ScratchFolder
from tgdfer_mm.apis.app.server import make_app
from tgdfer_mm.apis.app.serving import serve
from tgdfer_mm.apis.app.uploads import Limits

MODELS = [dict(name='demo', note='')]
HEAD = (
    b'POST /jobs HTTP/1.1\r\nHost: localhost\r\nX-TGDFER: 1\r\n'
    b'Content-Length: %d\r\n\r\n'
)


def hold(job):
    while not threading.Event().wait(0.01):
        job.advance(0.5)


def give_much(job):
    path = job.folder / 'annotated.mp4'
    path.write_bytes(bytes(20_000_000))
    job.files, job.summary = {path.name: path}, {}


def run(root, port, errors, work):
    """The program, in a process of its own."""
    os.dup2(os.open(errors, os.O_CREAT | os.O_WRONLY), 2)
    sys.stderr = os.fdopen(2, 'w', buffering=1, closefd=False)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with closing(ScratchFolder(root)) as scratch:
        try:
            serve(make_app(work, MODELS, Limits(), scratch), port=port)
        except KeyboardInterrupt:
            sys.exit(130)


@pytest.fixture(autouse=True)
def _terminal():
    """Tests that are run by nohup ignore SIGHUP, and so would what they start."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)


@pytest.fixture
def program(tmp_path, wait_until):
    """Starts the program; waits until it answers."""
    if 'fork' not in multiprocessing.get_all_start_methods():
        pytest.skip('a process takes seconds to import all this anew')
    started = []

    def start(work=hold):
        with socket.socket() as probe:
            probe.bind(('127.0.0.1', 0))
            port = probe.getsockname()[1]
        root, errors = tmp_path / 'root', tmp_path / 'errors'
        root.mkdir()
        process = multiprocessing.get_context('fork').Process(
            target=run, args=(root, port, errors, work)
        )
        process.start()
        started.append(process)

        def answers():
            with socket.socket() as link:
                return link.connect_ex(('127.0.0.1', port)) == 0

        wait_until(answers)
        return SimpleNamespace(
            process=process,
            errors=errors,
            root=root,
            folders=lambda: [p for p in root.glob('*/*') if p.name != 'lock'],
            connect=lambda: socket.create_connection(('127.0.0.1', port), timeout=20),
        )

    yield start
    for process in started:
        process.kill()
        process.join()


@pytest.mark.parametrize(
    ('signals', 'code'),
    [
        (['SIGINT'], 130),
        (['SIGINT', 'SIGINT', 'SIGINT'], 130),  # impatience
        (['SIGTERM'], -signal.SIGTERM),
        (['SIGTERM', 'SIGTERM'], -signal.SIGTERM),
        (['SIGHUP'], 0),
    ],
)
def test_a_signal_ends_uploads_jobs_and_idle_connections(
    program, clip, wait_until, signals, code
):
    page = program()
    with page.connect() as upload, page.connect() as job, page.connect() as idle:
        upload.sendall(HEAD % 1000 + b'...')
        job.sendall(HEAD % len(clip) + clip)
        assert job.recv(4096).startswith(b'HTTP/1.1 202')
        idle.sendall(b'GET /jobs/x HTTP/1.1\r\nHost: localhost\r\n\r\n')
        assert idle.recv(4096).startswith(b'HTTP/1.1 404')
        wait_until(lambda: len(page.folders()) == 2)
        for name in signals:
            os.kill(page.process.pid, getattr(signal, name))
        page.process.join(20)
    assert page.process.exitcode == code
    assert page.errors.read_text() == ''
    assert list(page.root.iterdir()) == []


def test_nohup_lets_it_outlive_its_terminal(program):
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)  # as nohup does
    page = program()
    signal.signal(signal.SIGHUP, before)
    os.kill(page.process.pid, signal.SIGHUP)
    with page.connect() as link:
        link.sendall(b'GET /jobs/x HTTP/1.1\r\nHost: localhost\r\n\r\n')
        assert link.recv(4096).startswith(b'HTTP/1.1 404')
    os.kill(page.process.pid, signal.SIGINT)
    page.process.join(20)
    assert page.process.exitcode == 130


def test_a_signal_ends_who_does_not_read_an_answer(program, clip, wait_until):
    page = program(give_much)
    with page.connect() as job, page.connect() as reader:
        job.sendall(HEAD % len(clip) + clip)
        answer = http.client.HTTPResponse(job)
        answer.begin()
        key = json.loads(answer.read())['id'].encode()
        wait_until(lambda: list(page.root.glob('*/*/annotated.mp4')))
        wait_until(lambda: not list(page.root.glob('*/*/video')))
        ask = b'GET /jobs/%s/annotated.mp4 HTTP/1.1\r\nHost: localhost\r\n\r\n' % key
        reader.sendall(ask)
        assert reader.recv(100).startswith(b'HTTP/1.1 200')
        os.kill(page.process.pid, signal.SIGINT)
        page.process.join(20)
    assert page.process.exitcode == 130
    assert page.errors.read_text() == ''
    assert list(page.root.iterdir()) == []
