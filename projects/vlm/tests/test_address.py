"""Nothing goes where it must not, and no message holds a key."""

import pytest

from projects.vlm.address import check_address, is_local, read_key
from projects.vlm.errors import AskingError
from projects.vlm.terms import LOCAL_WORD, OWN_WORD, check_terms

HERE, THERE = 'http://127.0.0.1:8000/v1', 'https://models.example.org/v1'


@pytest.mark.parametrize(
    'address',
    [
        *('ftp://host/v1', 'host/v1', 'http://', 'http://[::1', ''),
        *('http://me:secret@host/v1', 'http://host/v1?key=secret', 'http://h/#secret'),
    ],
)
def test_an_address_with_a_secret_or_without_a_host_is_refused(address):
    with pytest.raises(AskingError) as caught:
        check_address(address)
    assert 'secret' not in str(caught.value)


@pytest.mark.parametrize(
    ('address', 'local'),
    [
        *((HERE, True), ('http://localhost/v1', True), ('http://[::1]/v1', True)),
        *(('http://192.168.1.7/v1', True), ('http://10.0.0.1', True), (THERE, False)),
        *(('http://8.8.8.8/v1', False), ('http://0.0.0.0/v1', False)),
        *(('http://localhost.example.org', False), ('http://127.0.0.1.nip.io', False)),
    ],
)
def test_which_addresses_are_local(address, local):
    assert is_local(check_address(address)) == local


def test_a_key_comes_from_the_environment_alone(monkeypatch):
    monkeypatch.setenv('KEY', 'sk-secret')
    assert read_key('KEY', THERE) == read_key('KEY', HERE) == 'sk-secret'
    assert read_key('NO_SUCH_KEY', THERE) is None
    monkeypatch.setenv('BAD', 'sk-secret\r\nHost: elsewhere')
    for name, address in (
        *(('sk-secret', THERE), ('BAD', THERE)),
        ('KEY', 'http://models.example.org/v1'),
    ):
        with pytest.raises(AskingError) as caught:
            read_key(name, address)
        assert 'secret' not in str(caught.value)


@pytest.mark.parametrize('name', ['DFEW', 'FERV39k', 'MAFW', "eNTERFACE'05"])
def test_licensed_frames_stay(name):
    for local, own in ((False, False), (True, True)):
        with pytest.raises(AskingError, match=f'Frames of {name} are not sent'):
            check_terms(name, THERE, local, own)
    with pytest.raises(AskingError, match=LOCAL_WORD):
        check_terms(name, HERE, False, True)
    assert LOCAL_WORD in check_terms(name, HERE, True)


def test_frames_that_may_leave_do_and_unknown_ones_need_a_word():
    assert 'drawn' in check_terms('SynthDFER hard (DFEW layout)', THERE)
    assert check_terms('CREMA-D', THERE)
    with pytest.raises(AskingError, match=OWN_WORD):
        check_terms('clips (own clips)', THERE)
    assert OWN_WORD in check_terms('clips (own clips)', THERE, own_word=True)
