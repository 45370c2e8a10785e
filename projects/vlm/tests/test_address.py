"""Nothing goes where it must not, and no message holds a key."""

import pytest

from projects.vlm.address import Redactor, check_address, is_local, read_key
from projects.vlm.errors import AskingError
from projects.vlm.terms import LOCAL_WORD, OWN_WORD, check_terms
from tgdfer_mm.datasets.synth_dfew import SynthDFEWDataset

HERE, THERE = 'http://127.0.0.1:8000/v1', 'https://models.example.org/v1'


@pytest.mark.parametrize(
    'address',
    [
        *('ftp://host/v1', 'host/v1', 'http://', 'http://[::1', ''),
        *('http://me:secret@host/v1', 'http://host/v1?key=secret', 'http://h/#secret'),
        *(
            'http://@host/v1',
            'http://host/v1?',
            'http://127.0.0.1\\@host',
            'http://h:0',
        ),
        *('http://127.0.0.1\t.host/v1', ' http://host', 'http://a b', 'http://h\\.x'),
        *('http://[::1%25.host]/v1', 'http://١٢٧.0.0.1', 'http://h:99999'),
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
        # Names that lead to this machine now, and other ways to write its number.
        *(('http://localtest.me', False), ('http://2130706433', False)),
        *(('http://0x7f.1', False), ('http://[::ffff:8.8.8.8]', False)),
        # Addresses of a link, where cloud machines give out secrets; of documents; of
        # all machines.
        *(('http://169.254.169.254', False), ('http://192.0.2.1', False)),
        *(('http://255.255.255.255', False), ('http://[fe80::1]', False)),
        *(('http://[::]', False), ('http://[fd00::7]/v1', True)),
    ],
)
def test_which_addresses_are_local(address, local):
    assert is_local(check_address(address)) == local


def test_a_key_comes_from_the_environment_alone(monkeypatch):
    monkeypatch.setenv('KEY', 'sk-secret')
    assert read_key('KEY', THERE) == read_key('KEY', HERE) == 'sk-secret'
    assert read_key(None, THERE, 'NO_SUCH_KEY') == ''
    monkeypatch.setenv('BAD', 'sk-secret\r\nHost: elsewhere')
    for name, address in (
        *(('sk-secret', THERE), ('BAD', THERE), ('secret_without_a_dash', THERE)),
        ('KEY', 'http://models.example.org/v1'),
    ):
        with pytest.raises(AskingError) as caught:
            read_key(name, address)
        assert 'secret' not in str(caught.value)


@pytest.mark.parametrize('name', ['DFEW', 'FERV39k', 'MAFW', "eNTERFACE'05"])
def test_licensed_frames_stay(name):
    for local, own in ((False, False), (True, True)):
        with pytest.raises(AskingError, match=f'Frames of {name} are not sent'):
            check_terms(name, name, THERE, local, own)
    with pytest.raises(AskingError, match=LOCAL_WORD):
        check_terms(name, name, HERE, False, True)
    assert LOCAL_WORD in check_terms(name, name, HERE, True)
    with pytest.raises(AskingError, match='are not sent'):  # copied into own clips
        check_terms('own clips', f'{name} (own clips)', THERE, True, True)


def test_frames_that_may_leave_do_and_unknown_ones_need_a_word():
    level = 'SynthDFER hard (DFEW layout)'
    assert 'drawn' in check_terms(SynthDFEWDataset.NAME, level, THERE)
    assert check_terms('CREMA-D', 'CREMA-D', THERE)
    for name in ('clips (own clips)', 'CREMA-D (own clips)', 'SynthDFER (own clips)'):
        with pytest.raises(AskingError, match=OWN_WORD):
            check_terms('own clips', name, THERE)
        assert OWN_WORD in check_terms('own clips', name, THERE, own_word=True)


@pytest.mark.parametrize(
    'written',
    [
        *('sk/Very+secret', r'sk\/Very+secret', r'sk/Very\u002bsecret'),
        *('sk%2FVery%2bsecret', 'sk&#47;Very&#x2b;secret', r'\u0073k/Very+secret'),
    ],
)
def test_a_key_is_found_however_it_is_written(written):
    assert Redactor('sk/Very+secret')(f'not {written} again') == 'not [key] again'


def test_a_word_that_local_servers_take_for_a_key_spoils_no_reply(monkeypatch):
    assert Redactor('happy')('happy') == Redactor('')('happy') == 'happy'
    monkeypatch.setenv('KEY', 'happy')
    assert read_key('KEY', HERE) == 'happy'
    with pytest.raises(AskingError, match='8 characters or more'):
        read_key('KEY', THERE)
