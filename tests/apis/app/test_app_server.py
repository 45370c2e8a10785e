import asyncio
import re
import socket
import threading

import pytest

from tgdfer_mm.apis.app import uploads
from tgdfer_mm.apis.app.problem import Problem
from tgdfer_mm.apis.app.server import ResultFile
from tgdfer_mm.video.apart import process
from tgdfer_mm.video.errors import InputError


def finish(job):
    """Work that makes one file."""
    path = job.folder / 'track1.html'
    path.write_text('<p>found</p>')
    job.files = {path.name: path}
    job.summary = dict(tracks=[])


class Hold:
    """Work that lasts until it is let go, and counts how many are at it."""

    def __init__(self):
        self.go, self.begun = threading.Event(), threading.Event()
        self.now = self.most = 0

    def __call__(self, job):
        self.now += 1
        self.most = max(self.most, self.now)
        self.begun.set()
        try:
            while not self.go.wait(0.01):
                job.advance(0.5)
        finally:
            self.now -= 1
        finish(job)


def send(server, content, size=None):
    """A connection by which a video, or its beginning, was sent."""
    link = socket.create_connection(('127.0.0.1', server.port), timeout=20)
    head = (
        f'POST /jobs HTTP/1.1\r\nHost: localhost:{server.port}\r\nX-TGDFER: 1\r\n'
        f'Content-Length: {size or len(content)}\r\n\r\n'
    )
    link.sendall(head.encode() + content)
    return link


def test_a_job_gives_its_files_and_its_video_is_gone(serving, clip):
    server = serving(finish)
    status, answer = server.upload(clip, 'my%20%C3%A4rger.mp4')
    assert status == 202
    done = server.wait(answer['id'], 'done')
    assert (done['name'], done['files']) == ('my ärger.mp4', ['track1.html'])
    page = server.ask('GET', f'/jobs/{answer["id"]}/track1.html')
    assert page.content == b'<p>found</p>'
    assert 'sandbox' in page.headers['Content-Security-Policy']
    assert [p.name for p in server.uploads() if p.is_file()] == ['track1.html']


def test_the_model_that_is_chosen_is_asked_and_no_other_can_be(serving, clip):
    asked = []
    server = serving(lambda job: asked.append(job.model) or finish(job))
    for headers in ({}, {'X_Model': 'other%20one'}):
        server.wait(server.upload(clip, **headers)[1]['id'], 'done')
    assert asked == ['demo', 'other one']
    status, answer = server.upload(clip, X_Model='..%2Fsecret')
    assert status == 422 and 'no such model' in answer['error']
    page = server.ask('GET', '/').content.decode()
    assert page.count('<option ') == 2 and 'data-note="It knows little."' in page


def test_classes_of_the_user_go_with_the_video(serving, clip):
    asked = []
    server = serving(lambda job: asked.append((job.texts, job.rest)) or finish(job))
    lines = 'brows%20raised%7Cbrows%20up%0A%0A%20rest%C3%A9%20%00%0D%0Ac'
    for headers in ({}, dict(X_Texts=lines, X_Rest='rest%C3%A9')):
        server.wait(server.upload(clip, **headers)[1]['id'], 'done')
    texts = {'brows raised': ['brows raised', 'brows up'], 'resté': ['resté']}
    assert asked == [({}, None), (texts | {'c': ['c']}, 'resté')]


@pytest.mark.parametrize(
    ('lines', 'rest', 'said'),
    [
        (['/etc/passwd.json'], '', '2 to 16 classes'),
        (['dfew'], '', '2 to 16 classes'),
        ([f'c{i}' for i in range(17)], '', '2 to 16 classes'),
        (['a', 'b' * 121], '', 'at most 120 characters'),
        (['a', 'b'], 'c' * 121, 'at most 120 characters'),
        (['a', 'a'], '', 'there twice'),
        (['a', '|'], '', 'no words'),
        (['a', 'b'], 'c', 'not one of the classes'),
    ],
)
def test_lines_that_cannot_be_classes_are_refused(serving, clip, lines, rest, said):
    server = serving(finish)
    headers = dict(X_Texts='%0A'.join(lines), X_Rest=rest)
    status, answer = server.upload(clip, **headers)
    assert status == 422 and said in answer['error']
    assert server.uploads() == []


def test_a_job_is_found_by_its_long_random_name_alone(serving, clip):
    server = serving(finish)
    keys = {server.upload(clip)[1]['id'] for _ in range(2)}
    assert len(keys) == 2 and all(len(key) >= 24 for key in keys)  # 144 bits
    for path in ('/jobs', '/jobs/', f'/jobs/{min(keys)[:-1]}'):
        answer = server.ask('GET', path).content.decode()
        assert not any(key in answer for key in keys)


def test_a_fault_of_the_server_itself_is_a_sentence(serving, clip):
    server = serving(lambda job: setattr(job, 'summary', {object()}))
    key = server.upload(clip)[1]['id']
    server.wait(key, None)  # its state cannot be told
    answer = server.ask('GET', f'/jobs/{key}')
    assert answer.status == 500 and b'the program (TypeError)' in answer.content


def test_delete_removes_everything(serving, clip):
    server = serving(finish)
    key = server.upload(clip)[1]['id']
    server.wait(key, 'done')
    assert server.ask('DELETE', f'/jobs/{key}').status == 204
    assert server.uploads() == []
    assert server.ask('GET', f'/jobs/{key}').status == 404


@pytest.mark.parametrize(
    'error, said',
    [
        (lambda job: InputError(f'{job.upload}: is cut off'), 'film.mp4: is cut off'),
        (lambda job: ZeroDivisionError('secret'), 'fault of the program'),
    ],
)
def test_errors_are_sentences_and_leave_nothing(serving, clip, wait_until, error, said):
    def work(job):
        (job.folder / 'half').write_text('a face')
        raise error(job)

    server = serving(work)
    key = server.upload(clip)[1]['id']
    failed = server.wait(key, 'failed')
    assert said in failed['error'] and 'secret' not in failed['error']
    assert str(server.folder) not in failed['error'] and failed['files'] == []
    wait_until(lambda: server.uploads() == [])
    assert server.upload(clip)[0] == 202  # the next one gets its turn


@pytest.mark.parametrize(
    'content, said',
    [
        (b'', r'film.mp4: the file is empty'),
        (b'not a video at all' * 50, r'film.mp4: not a video'),
        (b'#EXTM3U\n#EXTINF:1,\n/etc/passwd\n#EXT-X-ENDLIST\n', 'not a video'),
        (b"ffconcat version 1.0\nfile '/etc/passwd'\n", 'not a video'),
        (b'v=0\nc=IN IP4 127.0.0.1\nm=video 9 RTP/AVP 96\n', 'not a video'),
        (b'<?xml version="1.0"?>\n<MPD>/etc/passwd</MPD>', 'not a video'),
        (b'[playlist]\nFile1=/etc/passwd\n', 'not a video'),
        (b'# mpv EDL v0\n/etc/passwd\n', 'not a video'),
    ],
)
def test_what_is_no_video_is_refused_at_once(serving, content, said):
    server = serving(finish)
    status, answer = server.upload(content)
    assert status == 422 and re.search(said, answer['error'])
    assert server.uploads() == []


def test_a_truncated_video_is_refused_or_read(serving, clip):
    server = serving(finish)
    status, answer = server.upload(clip[: len(clip) // 2])
    assert status == 422 and 'cut off' in answer['error']
    assert server.uploads() == []


@pytest.mark.parametrize('chunked', [False, True])
def test_a_file_that_is_too_large_is_refused(serving, clip, chunked):
    server = serving(finish, megabytes=len(clip) / 2e6)
    body = (clip[i : i + 100] for i in range(0, len(clip), 100)) if chunked else clip
    status, answer = server.upload(body)
    assert (
        status == 413
        and 'larger than' in answer['error']
        and '--' not in answer['error']
    )
    assert server.uploads() == []


def test_a_video_that_is_too_long_is_refused(serving, tmp_path):
    import numpy as np

    from lab.video_writing import write_video

    path = tmp_path / 'long.mp4'
    write_video(path, [np.zeros((32, 32, 3), np.uint8)] * 40, 10)
    server = serving(finish, seconds=2)
    status, answer = server.upload(path.read_bytes())
    assert status == 422 and 'longer than 2 seconds' in answer['error']
    assert server.uploads() == []


def test_jobs_run_one_at_a_time_and_only_so_many_wait(serving, clip):
    hold = Hold()
    server = serving(hold, jobs=3)
    keys = [server.upload(clip)[1]['id'] for _ in range(3)]
    assert hold.begun.wait(10)
    assert [server.state(k)['ahead'] for k in keys[1:]] == [1, 2]
    status, answer = server.upload(clip)
    assert status == 503 and 'Try again' in answer['error']
    hold.go.set()
    for key in keys:
        server.wait(key, 'done')
    assert hold.most == 1
    assert server.upload(clip)[0] == 202


def test_a_running_and_a_waiting_job_can_be_cancelled(serving, clip, wait_until):
    hold = Hold()
    server = serving(hold)
    keys = [server.upload(clip)[1]['id'] for _ in range(2)]
    assert hold.begun.wait(10)
    for key in reversed(keys):
        assert server.ask('DELETE', f'/jobs/{key}').status == 204
    wait_until(lambda: server.uploads() == [])
    hold.go.set()
    server.wait(server.upload(clip)[1]['id'], 'done')


def test_an_upload_that_breaks_off_leaves_nothing(serving, clip, wait_until):
    server = serving(finish, jobs=1)
    with send(server, clip[:200], len(clip)):
        wait_until(lambda: len(server.uploads()) == 2)
    wait_until(lambda: server.uploads() == [])
    assert server.upload(clip)[0] == 202  # its place in the queue is free again


def test_a_video_whose_sender_has_left_is_not_worked_on(serving, clip, wait_until):
    done = []
    server = serving(done.append)
    with uploads._ONE_AT_A_TIME:  # its check has to wait
        with send(server, clip):
            wait_until(lambda: len(server.uploads()) == 2)
    wait_until(lambda: server.uploads() == [])
    assert done == []


def test_stopping_ends_the_running_job_and_removes_the_folder(serving, clip):
    hold = Hold()
    server = serving(hold)
    for _ in range(2):
        server.upload(clip)
    assert hold.begun.wait(10)
    server.stop()
    assert not server.folder.exists() and hold.now == 0


def test_stopping_does_not_wait_for_a_decoder_that_hangs(
    serving, clip, wait_until, tmp_path, monkeypatch
):
    child = tmp_path / 'child.py'
    child.write_text(
        'import pathlib, sys\n'
        "pathlib.Path(__file__).with_name('begun').touch()\n"
        'while sys.stdin.readline(): pass\n'
    )
    monkeypatch.setattr(process, '_CHILD', child)
    server = serving(finish)
    with send(server, clip) as link:
        wait_until((tmp_path / 'begun').exists)
        server.stop()  # sooner than the decoder's time to answer is over
        assert link.recv(4096).startswith(b'HTTP/1.1 503')
    assert not server.folder.exists()


def test_names_are_shown_and_never_become_paths(serving, clip, tmp_path):
    server = serving(finish)
    before = set(tmp_path.iterdir())
    for name, shown in (
        ('..%2F..%2Fetc%2Fpasswd', 'passwd'),
        ('C%3A%5Cvideos%5Cme.mp4', 'me.mp4'),
        ('..', 'video'),
        ('a%00b%0Ac.mp4', 'abc.mp4'),
        ('x' * 300 + '.mp4', 'x' * 50 + '…' + 'x' * 21 + '.mp4'),
        ('', 'video'),
    ):
        key = server.upload(clip, name)[1]['id']
        assert server.wait(key, 'done')['name'] == shown
    assert set(tmp_path.iterdir()) == before
    places = {p.parent.parent for p in server.uploads() if p.is_file()}
    assert places == {server.folder}


def test_no_other_file_can_be_fetched(serving, clip):
    server = serving(finish)
    key = server.upload(clip)[1]['id']
    server.wait(key, 'done')
    for path in (
        f'{key}/video',
        f'{key}/lock',
        f'{key}/..%2Flock',
        f'{key}/%2e%2e%2flock',
        f'{key}/../lock',
        '..%2Flock/x',
        f'{key}/track1.html%00',
    ):
        assert server.ask('GET', f'/jobs/{path}').status == 404, path


def test_only_local_names_of_this_machine_are_known(serving):
    server = serving(finish)
    for host in (
        *('evil.example', 'localhost.evil.example', '', '[::', 'evil@localhost'),
        *('localhost/evil', 'localhost?evil', 'localhost#evil'),
    ):
        answer = server.ask('GET', '/', Host=host)
        assert answer.status in (400, 403) and b'<html' not in answer.content
    for host in ('localhost', '127.0.0.1', '[::1]', 'LOCALHOST'):
        assert server.ask('GET', '/', Host=f'{host}:{server.port}').status == 200


def test_other_pages_can_neither_send_nor_delete(serving, clip):
    server = serving(finish)
    key = server.upload(clip)[1]['id']
    server.wait(key, 'done')
    for foreign in (
        *('http://evil.example', 'null', 'http://[', 'http://[::1'),
        f'http://localhost:{server.port}',
    ):
        assert server.upload(clip, Origin=foreign)[0] == 403
        assert server.ask('DELETE', f'/jobs/{key}', Origin=foreign).status == 403
    own = f'http://127.0.0.1:{server.port}'
    assert server.upload(clip, Origin=own)[0] == 202
    assert server.state(key)['state'] == 'done'


def test_a_change_needs_the_header_of_the_page(serving, clip):
    server = serving(finish)
    with socket.create_connection(('127.0.0.1', server.port)) as link:
        link.sendall(
            b'DELETE /jobs/x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n'
        )
        assert link.recv(4096).startswith(b'HTTP/1.1 403')


def test_the_page_asks_nothing_of_the_network_and_says_its_limits(serving):
    server = serving(finish, megabytes=12, seconds=90, keep=600)
    page = server.ask('GET', '/')
    policy = page.headers['Content-Security-Policy']
    assert policy.startswith("default-src 'self'") and 'unsafe' not in policy
    assert page.headers['Cache-Control'] == 'no-store'
    text = page.content.decode()
    for said in ('12 MB', '90 seconds', '10 minutes', 'knows only drawn faces'):
        assert said in text
    assert 'Decisions about a person' in text
    for file in ('/', '/page.css', '/page.js'):
        content = server.ask('GET', file).content.decode()
        assert not re.search(r'https?:|//[a-z0-9]+\.', content), file


@pytest.mark.parametrize('looked', [True, False])
@pytest.mark.parametrize('ranges', [(), [(b'range', b'bytes=0-1')]])
def test_a_result_that_is_removed_while_it_is_asked_for_is_gone(
    tmp_path, looked, ranges
):
    path, sent = tmp_path / 'a.bin', []
    path.write_bytes(b'abc')
    answer = ResultFile(path, stat_result=path.stat() if looked else None)
    path.unlink()

    async def send(message):
        sent.append(message)

    async def receive():
        await asyncio.Event().wait()  # nobody hangs up

    scope = dict(type='http', method='GET', headers=ranges)
    with pytest.raises(Problem) as caught:
        asyncio.run(answer(scope, receive, send))
    assert caught.value.status == 410 and not sent
