"""Uploads that stall, and who gets a place."""

import http.client
import json
import socket
from contextlib import suppress

import pytest

from tgdfer_mm.apis.app.receiving import _place, _Upload


def finish(job):
    job.summary = dict(tracks=[])


class Stalled:
    """A client that sends the beginning of a video; the server believes its address."""

    def __init__(self, server, address='10.0.0.1', size=1000):
        self.link = socket.create_connection(('127.0.0.1', server.port), timeout=20)
        self.link.sendall(
            f'POST /jobs HTTP/1.1\r\nHost: localhost\r\nX-TGDFER: 1\r\n'
            f'X-Forwarded-For: {address}\r\nContent-Length: {size}\r\n\r\n.'.encode()
        )

    def answer(self):
        """What it is told in the end."""
        answer = http.client.HTTPResponse(self.link)
        answer.begin()
        return answer.status, json.loads(answer.read()).get('error')


def stall(server, count, wait_until, **settings):
    """Stalled clients, each of an address of its own."""
    clients = []
    for number in range(count):
        before = set(server.uploads())
        clients.append(Stalled(server, f'10.0.0.{number + 1}', **settings))
        wait_until(lambda before=before: set(server.uploads()) - before)
    return clients


def test_ten_stalled_clients_leave_room_for_an_eleventh(serving, clip, wait_until):
    server = serving(finish, uploads=3, jobs=1, settle=0.0)
    clients = stall(server, 10, wait_until)
    status, answer = server.upload(clip, X_Forwarded_For='10.0.0.11')
    assert status == 202
    server.wait(answer['id'], 'done')
    status, said = clients[0].answer()
    assert status == 503 and 'let another one start' in said


def test_an_upload_takes_no_place_in_the_queue(serving, clip, wait_until):
    server = serving(finish, jobs=1, settle=60.0)
    clients = stall(server, 2, wait_until)
    assert server.upload(clip)[0] == 202 and len(clients) == 2


def test_an_address_cannot_take_all_places(serving, clip, wait_until):
    server = serving(finish, uploads=3, each=2, settle=60.0)
    clients = [Stalled(server) for _ in range(2)]
    wait_until(lambda: len(server.uploads()) == 4)
    status, answer = server.upload(clip, X_Forwarded_For='10.0.0.1')
    assert status == 429 and '2 videos of yours' in answer['error']
    assert server.upload(clip, X_Forwarded_For='10.0.0.2')[0] == 202
    assert len(clients) == 2


def test_uploads_and_jobs_of_an_address_count_together(serving, clip, wait_until):
    def hold(job):
        while not job.cancelled.wait(0.01):
            pass

    server = serving(hold, each=2, settle=60.0)
    mine = dict(X_Forwarded_For='10.0.0.1')
    key = server.upload(clip, **mine)[1]['id']
    server.wait(key, 'running')
    [client] = stall(server, 1, wait_until)
    assert server.upload(clip, **mine)[0] == 429
    server.ask('DELETE', f'/jobs/{key}')
    assert server.upload(clip, **mine)[0] == 202
    client.link.close()


def test_who_takes_all_places_of_an_address_gives_way_to_its_next(
    serving, clip, wait_until
):
    server = serving(finish, uploads=3, each=1, settle=0.0)
    first, other = stall(server, 2, wait_until)
    assert server.upload(clip, X_Forwarded_For='10.0.0.1')[0] == 202
    assert first.answer()[0] == 503
    other.link.close()


def test_who_sends_nothing_is_cut_off(serving, clip, wait_until):
    server = serving(finish, silence=0.05)
    status, said = Stalled(server).answer()
    assert status == 408 and 'too long' in said
    wait_until(lambda: server.uploads() == [])


def test_who_sends_a_byte_now_and_then_is_cut_off(serving, wait_until):
    server = serving(finish, silence=60.0, upload=0.3)
    client = Stalled(server, size=100_000)
    client.link.settimeout(0.02)
    told = b''
    while not told:
        client.link.sendall(b'.')
        try:
            told = client.link.recv(65536)
        except TimeoutError:
            continue
    assert told.startswith(b'HTTP/1.1 408')
    wait_until(lambda: server.uploads() == [])


def test_speed_is_that_of_late():
    upload = _Upload('10.0.0.1', 0.0, scope=None)
    upload.add(10**9, 1.0)
    assert upload.speed(1.0) == pytest.approx(1e9)
    for second in range(2, 30):
        upload.add(1, float(second))
    assert upload.speed(30.0) < 2.0


@pytest.mark.parametrize(
    ('one', 'other', 'same'),
    [
        ('10.0.0.1', '10.0.0.2', False),
        ('2001:db8::1', '2001:db8::ffff:2', True),
        ('2001:db8::1', '2001:db8:0:1::1', False),
        ('::ffff:10.0.0.1', '10.0.0.1', True),
        ('fe80::1%eth0', 'fe80::2', True),
        ('a socket', 'another', False),
    ],
)
def test_a_network_of_one_client_is_one_address(one, other, same):
    assert (_place(one) == _place(other)) is same


@pytest.mark.parametrize(
    'sent',
    [
        b'',
        b'GE',
        b'GET / HTTP/1.1\r\nHost: local',
        b'GET / HTTP/1.1\r\nHost: localhost\r\n\r\nGET',  # the next one never comes
        # A file that was refused is not listened to for ever.
        b'POST /jobs HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9999\r\n\r\n...',
    ],
)
def test_a_connection_without_a_request_is_closed(serving, sent):
    server = serving(finish, patience=0.2)
    with socket.create_connection(('127.0.0.1', server.port), timeout=20) as link:
        link.sendall(sent)
        while link.recv(65536):  # an answer, if there is one; then the end
            pass


def test_a_request_may_last_longer_than_the_wait_for_one(serving, clip, wait_until):
    server = serving(finish, patience=0.05)
    client = Stalled(server, size=len(clip) + 1)
    wait_until(lambda: len(server.uploads()) == 2)
    with socket.create_connection(('127.0.0.1', server.port), timeout=20) as idle:
        assert idle.recv(1) == b''  # its patience is over by now
    client.link.sendall(clip)
    assert client.answer()[0] == 422  # its first byte is no video's


def test_connections_that_do_nothing_give_way(serving, clip, wait_until):
    server = serving(finish, connections=4, settle=60.0)
    [sending] = stall(server, 1, wait_until, size=len(clip))
    idle = []
    for _ in range(20):
        idle.append(socket.create_connection(('127.0.0.1', server.port), timeout=20))
        idle[-1].sendall(b'GET / HT')
        assert server.ask('GET', '/').status == 200
    for link in idle[:10]:
        try:
            assert link.recv(1) == b''
        except ConnectionResetError:
            continue
    # The one that sends a video has not been cut off.
    sending.link.sendall(clip[1:])
    assert sending.answer()[0] in (202, 422)


def test_who_does_not_read_an_answer_gives_way(serving, clip, tmp_path, wait_until):
    large = tmp_path / 'large.bin'
    large.write_bytes(bytes(20_000_000))

    def work(job):
        job.summary, job.files = dict(tracks=[]), {'large.bin': large}

    server = serving(work, connections=3)
    key = server.upload(clip)[1]['id']
    server.wait(key, 'done')
    links = []
    for _ in range(8):
        # Until the others wait for their readers, the newest has to give way.
        wait_until(lambda: begins(server.port, f'/jobs/{key}/large.bin', links))
    wait_until(lambda: begins(server.port, '/', links))
    assert received(links[0]) < 20_000_000


def begins(port, path, links) -> bool:
    """Whether an answer begins; it is read no further."""
    link = socket.create_connection(('127.0.0.1', port), timeout=20)
    try:
        link.sendall(f'GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n'.encode())
        came = link.recv(12) == b'HTTP/1.1 200'
    except ConnectionError:
        came = False
    links.extend([link] * came)
    return came


def received(link) -> int:
    """How many bytes come until the connection ends, or all of the file is there."""
    count = 0
    with suppress(ConnectionResetError):
        while count < 20_000_000 and (got := link.recv(1 << 20)):
            count += len(got)
    return count + 12
