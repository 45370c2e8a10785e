"""Traces of a video after its job: files, and places that show its name."""

import gc
import logging
import socket
import weakref

import numpy as np
import pytest

from lab.video_writing import write_video
from tgdfer_mm.apis import DFERInferencer
from tgdfer_mm.apis.app.jobs import Job
from tgdfer_mm.apis.app.uploads import Limits
from tgdfer_mm.apis.app.work import analyse

CANARY = 'Zwiebelkuchen'


@pytest.fixture(autouse=True)
def only_what_is_new():
    """The collector looks at a million objects of libraries for half a second."""
    gc.freeze()


def dead(references):
    gc.collect()
    return [reference() is None for reference in references]


def test_no_frame_and_no_crop_outlives_its_job(tmp_path):
    frames, crops = [], []

    def find(picture):
        frames.append(weakref.ref(picture))
        return [(8, 8, 56, 56)]

    inferencer = DFERInferencer('demo', device='cpu', faces=find, show_progress=False)
    predict = inferencer.runtime.predict

    def watched(windows):
        crops.extend(weakref.ref(crop) for window in windows for crop in window)
        return predict(windows)

    inferencer.runtime.predict = watched
    job = Job('key', f'{CANARY}.mp4', tmp_path / 'key')
    job.folder.mkdir()
    pictures = [np.full((64, 64, 3), 100 + i, np.uint8) for i in range(10)]
    write_video(job.upload.with_suffix('.mp4'), pictures, 10)
    job.upload.with_suffix('.mp4').rename(job.upload)
    tensors = []
    for run in range(2):  # what is made at the first time may stay
        if run:
            (job.folder / 'results').rename(tmp_path / 'first')
        analyse(job, lambda name: inferencer, Limits())
        gc.collect()
        tensors.append(sum(type(o).__name__ == 'Tensor' for o in gc.get_objects()))
    assert job.summary['tracks'] and frames and crops
    assert all(dead(frames + crops))
    assert tensors[0] == tensors[1]


@pytest.mark.parametrize('error', [None, ZeroDivisionError, MemoryError])
def test_of_a_removed_job_nothing_is_left_in_memory(serving, clip, wait_until, error):
    jobs = []

    def work(job):
        picture = np.zeros(9)
        jobs.extend([weakref.ref(job), weakref.ref(picture)])
        job.result = picture
        if error:
            raise error

    server = serving(work)
    key = server.upload(clip)[1]['id']
    server.wait(key, 'done', 'failed')
    server.ask('DELETE', f'/jobs/{key}')
    wait_until(lambda: all(dead(jobs)))
    assert len(jobs) == 2 and server.uploads() == []


def test_nobody_logs_the_name_of_a_file(serving, clip, wait_until, caplog, capfd):
    """Not on success, failure, crash, cancelling, refusal, or for odd requests."""
    caplog.set_level(logging.DEBUG)

    def work(job):
        kind = job.name.partition('.')[2]
        path = job.folder / 'track1.html'
        path.write_text('<p>found</p>')
        job.files, job.summary = {path.name: path}, {}
        if kind == 'wait':
            while True:
                job.advance(0.0)
        if kind == 'disk':
            raise OSError(28, 'No space left', job.name)
        if kind == 'crash':
            raise ValueError(f'{job.name} {job.upload}')

    server = serving(work)
    for kind in ('done', 'disk', 'crash', 'wait'):
        key = server.upload(clip, f'{CANARY}.{kind}')[1]['id']
        if kind == 'wait':
            server.wait(key, 'running')
        else:
            server.wait(key, 'done', 'failed')
            server.ask('GET', f'/jobs/{key}/track1.html?save')
        server.ask('DELETE', f'/jobs/{key}')
    assert server.upload(b'no video', CANARY)[0] == 422
    assert server.upload(clip, CANARY, X_Model=CANARY)[0] == 422
    assert server.upload(clip, CANARY, Host=CANARY)[0] == 403
    assert server.ask('GET', f'/{CANARY}').status == 404
    for odd in (b'%s\r\n\r\n', b'GET /%s HTTP/1.1\r\nX y: %s\r\n\r\n'):
        with socket.create_connection(('127.0.0.1', server.port), timeout=20) as link:
            link.sendall(odd.replace(b'%s', CANARY.encode()))
            assert link.recv(4096)
    server.stop()
    said = capfd.readouterr()
    assert CANARY not in caplog.text + said.out + said.err
    assert 'ValueError' in caplog.text  # the crash itself is told
