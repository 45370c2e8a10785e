"""A file is fetched whole and checked, goes on after a break, or is not there."""

import hashlib
import socket
from types import SimpleNamespace
from urllib.request import Request

import pytest

from tgdfer_mm.catalogue.download import (
    Check,
    _length,
    _SafeRedirects,
    _starts_at,
    download,
)
from tgdfer_mm.video.errors import InputError, OutputError, UsageError

CONTENT = bytes(range(256)) * 400
SHA256 = hashlib.sha256(CONTENT).hexdigest()
RIGHT = Check(sha256=SHA256)


@pytest.fixture
def fetch(host, tmp_path):
    host.files['/model.onnx'] = CONTENT
    path = tmp_path / 'models' / 'model.onnx'

    def run(check=RIGHT, name='model.onnx', **kwargs):
        download(host.url + name, path, check, **kwargs)
        return path

    run.path, run.part = path, path.with_name('model.onnx.part')
    return run


def test_a_file_is_fetched_and_its_progress_told(fetch):
    told = []
    path = fetch(progress=lambda have, total: told.append((have, total)))
    assert path.read_bytes() == CONTENT and not fetch.part.exists()
    assert told[-1] == (len(CONTENT), len(CONTENT))


@pytest.mark.parametrize('known', [None, len(CONTENT)])
def test_after_a_break_it_goes_on_where_it_was(fetch, host, known):
    check = Check(sha256=SHA256, bytes=known)
    host.cut = 5000
    with pytest.raises(InputError, match='was interrupted.* Run it again'):
        fetch(check)
    assert fetch.part.read_bytes() == CONTENT[:5000] and not fetch.path.exists()
    assert fetch(check).read_bytes() == CONTENT
    assert host.asked[-1] == ('/model.onnx', 'bytes=5000-')


def test_a_host_that_cannot_go_on_starts_again(fetch, host):
    host.cut, host.ranges = 5000, False
    with pytest.raises(InputError, match='was interrupted'):
        fetch()
    assert fetch().read_bytes() == CONTENT


def test_what_was_whole_before_the_break_is_only_checked(fetch, host):
    fetch.part.parent.mkdir()
    fetch.part.write_bytes(CONTENT)
    assert fetch().read_bytes() == CONTENT
    assert len(host.asked) == 1  # answered by 416
    fetch.path.rename(fetch.part)
    assert fetch(Check(sha256=SHA256, bytes=len(CONTENT))).read_bytes() == CONTENT
    assert len(host.asked) == 1  # its size was known


@pytest.mark.parametrize(
    ('check', 'said'),
    [
        (Check(sha256='0' * 64), f'SHA-256 is {SHA256}'),
        (Check(git_blob='0' * 40), 'hash in git'),
        (Check(sha256=SHA256, bytes=len(CONTENT) + 1), 'bytes, not'),
    ],
)
def test_another_file_than_the_one_that_is_meant_is_removed(fetch, check, said):
    with pytest.raises(InputError, match=said):
        fetch(check)
    assert not fetch.path.exists() and not fetch.part.exists()


def test_half_a_file_of_another_version_does_not_spoil_the_next_try(fetch):
    fetch.part.parent.mkdir()
    fetch.part.write_bytes(b'x' * 5000)
    with pytest.raises(InputError, match='not the expected file'):
        fetch()
    assert fetch().read_bytes() == CONTENT


def test_the_hash_under_which_git_keeps_a_file_serves_too(fetch):
    blob = hashlib.sha1(b'blob %d\0' % len(CONTENT) + CONTENT).hexdigest()
    assert fetch(Check(git_blob=blob)).read_bytes() == CONTENT


def test_a_file_that_is_not_there_is_said_with_what_to_do(fetch):
    with pytest.raises(InputError, match=r'absent.*answered 404.*--file'):
        fetch(name='absent')
    assert not fetch.part.exists()


def test_a_host_that_cannot_be_reached_is_said(tmp_path):
    with socket.socket() as free:
        free.bind(('127.0.0.1', 0))
        port = free.getsockname()[1]
    with pytest.raises(InputError, match='cannot be reached.*--file'):
        download(f'http://127.0.0.1:{port}/x', tmp_path / 'x', RIGHT)
    assert list(tmp_path.iterdir()) == []


def test_a_host_that_hangs_up_is_one_that_cannot_be_reached(fetch, host):
    host.silent = True
    with pytest.raises(InputError, match='cannot be reached'):
        fetch()


def test_a_redirect_is_followed_on_this_machine_and_never_to_an_open_line(fetch, host):
    host.moved['/old'] = f'{host.url}model.onnx'
    assert fetch(name='old').read_bytes() == CONTENT
    host.moved['/away'] = 'http://example.org/model.onnx'
    with pytest.raises(UsageError, match='by https only'):
        fetch(name='away')


@pytest.mark.parametrize('url', ['http://example.org/x', 'ftp://example.org/x', 'x'])
def test_models_are_fetched_by_https_only(tmp_path, url):
    with pytest.raises(UsageError, match='by https only'):
        download(url, tmp_path / 'x', RIGHT)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_said(fetch, tmp_path):
    (tmp_path / 'models').touch()
    with pytest.raises(OutputError, match='cannot be written'):
        fetch()


@pytest.mark.parametrize('place', ['https://[', 'https://[::1', 'http://[', '//[x]/'])
def test_a_redirect_to_nowhere_is_said(fetch, host, place):
    host.moved['/away'] = place
    with pytest.raises(InputError, match='cannot be reached'):
        fetch(name='away')


def test_a_host_that_sends_more_is_not_listened_to_for_ever(fetch, host):
    host.files['/model.onnx'] = CONTENT + bytes(1 << 24)
    told = []
    with pytest.raises(InputError, match='not the expected file'):
        fetch(
            Check(SHA256, bytes=len(CONTENT)),
            progress=lambda have, total: told.append(have),
        )
    assert max(told) < 1 << 20


def test_another_host_does_not_decide_what_this_machine_is_asked(monkeypatch):
    away = Request('https://example.org/model.onnx')
    with pytest.raises(UsageError, match='redirects to http://127'):
        _SafeRedirects().redirect_request(
            away, None, 302, '', {}, 'http://127.0.0.1:9/stop'
        )


@pytest.mark.parametrize('number', ['9' * 5000, '-5', '', 'x'])
def test_a_number_that_makes_no_sense_is_none(number):
    headers = {'Content-Range': f'bytes {number}-', 'Content-Length': number}
    answer = SimpleNamespace(headers=headers)
    assert _starts_at(answer) is _length(answer, 0) is None
