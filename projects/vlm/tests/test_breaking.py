"""Faults of servers, disks, files and users: a sentence says what is wrong, and no
answer is lost.
"""

import fcntl
import json
import logging
import os
import shutil
import signal
import sqlite3
import traceback

import pytest

from projects.vlm.answers import Answer, AnswerStore
from projects.vlm.asking import Asker, Dialogue
from projects.vlm.command import main
from projects.vlm.errors import AskingError
from projects.vlm.http_model import HTTPModel
from projects.vlm.prompts import FOLDER, read_prompt
from projects.vlm.tests.ask_numbers import at_once
from projects.vlm.tests.drawn import ask, happy, write_config
from projects.vlm.tests.fake_model import FakeModel, serving
from tgdfer_mm.locks import BusyError

KEY = 'sk-very/secret+key'


@pytest.fixture(scope='module')
def config(tmp_path_factory):
    return write_config(tmp_path_factory.mktemp('breaking'))


def ask_one(model: FakeModel, path, **options):
    """Asks one question over HTTP and keeps the answer."""
    outcomes = {}
    opening = [dict(role='user', content='clip 0')]
    with serving(model) as address, AnswerStore(path) as store:
        asking = HTTPModel(address, KEY, tries=2, sleep=at_once, **options)
        Asker(asking, store).run(
            1, lambda i: Dialogue(dict(model='m'), opening), outcomes.__setitem__
        )
    return outcomes[0]


@pytest.mark.parametrize(
    ('message', 'usage', 'text'),
    [
        (r'{"content": "\ud83d sad"}', '{}', '? sad'),  # half of a pair
        (r'{"content": "a\u0000b"}', '{"prompt_tokens": 1e400}', 'a\x00b'),
        (r'{"content": "a"}', '{"prompt_tokens": 99999999999999999999}', 'a'),
        (r'{"content": "sk-very\/secret\u002bkey"}', '{}', '[key]'),
        (r'{"content": "sk-very%2Fsecret%2bkey"}', '{"prompt_tokens": -1}', '[key]'),
    ],
)
def test_odd_replies_are_kept_without_the_key(message, usage, text, tmp_path):
    data = (
        f'{{"choices": [{{"message": {message}, "finish_reason": "{KEY}"}}], '
        f'"usage": {usage}}}'
    )
    model = FakeModel(happy, fail=lambda clip, before: 'raw')
    model.raw = data.encode()
    outcome = ask_one(model, tmp_path / 'a.sqlite')
    assert (outcome.failure, outcome.reply.text) == (None, text)
    assert outcome.reply.finish == '[key]' and outcome.reply.prompt_tokens == 0
    kept = b''.join(p.read_bytes() for p in tmp_path.iterdir())
    assert b'secret' not in kept


@pytest.mark.parametrize(
    'data',
    [
        *(b'[]', b'{}', b'{"choices": [{}]}', b'\xff\xfe', b'[' * 9999, b'null', b''),
        *(b'{"choices": [{"message": {"content": [1]}}]}', b'9' * 5000),
    ],
)
def test_replies_that_are_none_are_tried_again_and_given_up(data, tmp_path):
    model = FakeModel(happy, fail=lambda clip, before: 'raw')
    model.raw = data
    outcome = ask_one(model, tmp_path / 'a.sqlite')
    assert outcome.failure == 'the reply is no chat completion (2 tries)'


def test_a_key_is_in_no_log_and_no_traceback(tmp_path, caplog):
    caplog.set_level(logging.NOTSET)
    model = FakeModel(happy, fail=lambda clip, before: 401 if before else 'closed')
    with pytest.raises(AskingError) as caught:
        ask_one(model, tmp_path / 'a.sqlite')
    told = ''.join(traceback.format_exception(caught.value))
    assert '[key]' in told and KEY not in told
    assert 'secret' not in caplog.text and model.keys == {f'Bearer {KEY}'}


def test_a_key_is_in_no_error_of_the_connection(tmp_path):
    model = FakeModel(happy, fail=lambda clip, before: 'raw')
    model.raw = json.dumps(dict(error=KEY)).encode()
    model.status = 418
    outcome = ask_one(model, tmp_path / 'a.sqlite')
    assert outcome.failure == """status 418: '{"error": "[key]"}'"""


def test_a_full_disk_is_said_and_what_was_kept_stays(tmp_path):
    path = tmp_path / 'a.sqlite'
    with AnswerStore(path) as store:
        store.put('first', Answer('sad'))
        store._link.execute('PRAGMA max_page_count = 3')
        with pytest.raises(AskingError, match='full. Make room') as caught:
            for i in range(99):
                store.put(f'{i}', Answer('x' * 4096))
        assert 'a.sqlite' in str(caught.value)
    with AnswerStore(path) as store:
        assert store.get('first') == Answer('sad')


def test_answers_need_no_shared_memory_which_network_file_systems_lack(tmp_path):
    for _ in range(2):
        with AnswerStore(tmp_path / 'a.sqlite') as store:
            store.put('first', Answer('sad'))
            assert store.get('first') == Answer('sad')
            assert not [*tmp_path.glob('*-shm')]


def test_a_place_that_cannot_be_written_is_said(tmp_path):
    (tmp_path / 'file').write_text('no folder')
    with pytest.raises(AskingError, match='cannot be used to keep answers'):
        AnswerStore(tmp_path / 'file' / 'a.sqlite')
    with pytest.raises(AskingError, match='cannot be used to keep answers'):
        AnswerStore(tmp_path)


def test_a_damaged_file_of_answers_is_named(tmp_path):
    path = tmp_path / 'a.sqlite'
    with AnswerStore(path) as store:
        for i in range(300):
            store.put(f'{i}', Answer('sad'))
    data = bytearray(path.read_bytes())
    data[4096 : len(data)] = os.urandom(len(data) - 4096)
    path.write_bytes(data)
    with (
        pytest.raises(AskingError, match='a.sqlite .* move it away'),
        AnswerStore(path) as store,
    ):
        [store.get(f'{i}') for i in range(300)]


def test_a_row_of_another_kind_is_no_answer(tmp_path):
    path = tmp_path / 'a.sqlite'
    AnswerStore(path).close()
    with sqlite3.connect(path) as link:
        link.execute("INSERT INTO answers VALUES ('a', x'ff', 'stop', 1, 1)")
    link.close()
    with AnswerStore(path) as store, pytest.raises(AskingError, match='other things'):
        store.get('a')


def test_a_second_process_is_refused_so_that_nothing_is_paid_twice(tmp_path):
    path = tmp_path / 'a.sqlite'
    handle = os.open(f'{path}.lock', os.O_RDWR | os.O_CREAT)
    fcntl.flock(handle, fcntl.LOCK_EX)
    os.write(handle, b'other 17')
    with pytest.raises(BusyError, match=r'a.sqlite is in use by process 17 on other'):
        AnswerStore(path)
    os.close(handle)
    AnswerStore(path).close()
    assert not (tmp_path / 'a.sqlite.lock').exists()


@pytest.fixture
def stoppable(monkeypatch):
    """Ctrl-C counts, also where the tests were started with it ignored.

    What mmengine's logger tells of a stream that an earlier test closed does not count.
    """
    monkeypatch.setattr(logging, 'raiseExceptions', False)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_a_user_who_stops_it_keeps_the_answers(config, tmp_path, capsys, stoppable):
    def reply(body):
        if len(model.bodies) == 4:
            os.kill(os.getpid(), signal.SIGINT)
            model.over.wait(60)  # set once the command has ended
        return 'happy', 'stop'

    model = FakeModel(reply)
    with serving(model) as address:
        call = [str(config), '--address', address, '--model', 'm', '--frames', '1']
        call += ['--out', str(tmp_path), '--parallel', '1']
        assert main(call) == 130
        error = capsys.readouterr().err
        assert 'the answers are kept' in error and 'Traceback' not in error
        model.over.set()
        assert main(call) == 0
    assert len(model.bodies) == 8  # four, of which the last was on its way; four


def test_a_clip_that_cannot_be_read_ends_nothing(config, tmp_path):
    shutil.copytree(config.parent, tmp_path / 'copy')
    frames = sorted((tmp_path / 'copy').rglob('*.jpg'))
    own = tmp_path / 'copy/drawn.py'
    own.write_text(own.read_text().replace(str(config.parent), str(tmp_path / 'copy')))
    model = FakeModel(happy)
    assert ask(own, tmp_path / 'whole', model)[0] == 0
    lines = (tmp_path / 'whole/replies.jsonl').read_text().splitlines()
    broken = json.loads(lines[0])['clip']
    for frame in frames:
        if broken in frame.parts:
            frame.write_bytes(b'no picture')
    code, result = ask(own, tmp_path / 'out', model)
    assert code == 1 and result['scores']['unanswered'] == 1
    first = json.loads((tmp_path / 'out/replies.jsonl').read_text().splitlines()[0])
    assert first['failure'].startswith('the clip cannot be read')


def test_a_prompt_may_have_any_braces(tmp_path):
    path = tmp_path / 'odd.json'
    good = json.loads((FOLDER / 'any.json').read_text())
    question = '{ {classes} {{frames}} {0} {person} {} %s $x {classes!r}'
    path.write_text(json.dumps(dict(good, question=question)))
    said = read_prompt(path).fill(('a', 'b'), 3, None)
    assert said == '{ a, b {3} {0} {person} {} %s $x {classes!r}'


@pytest.mark.parametrize(
    ('synonyms', 'words'),
    [
        (dict(merry=['gay']), "synonyms of 'merry', which is no class"),
        (dict(happy=['fine'], sad=['fine']), "'fine' stands for two classes"),
    ],
)
def test_synonyms_of_no_class_are_said(synonyms, words, config, tmp_path, capsys):
    path = tmp_path / 'mine.json'
    good = json.loads((FOLDER / 'any.json').read_text())
    path.write_text(json.dumps(dict(good, synonyms=synonyms)))
    model = FakeModel(happy)
    assert ask(config, tmp_path, model, '--prompt', str(path))[0] == 2
    assert words in capsys.readouterr().err and model.bodies == []


@pytest.mark.parametrize(
    'options',
    [
        *(['--api-key', 'sk-secret'], ['--api-key=sk-secret'], ['--key', 'sk-secret']),
        *(['--frames', '0'], ['--time-limit', 'nan'], ['--price', '-1', '1']),
        *(['--price', 'inf', '1'], ['--groups', 'a.json'], ['--parallel', '-3']),
        ['--open', '--groups', 'a', '--groups-by', 'b'],
    ],
)
def test_options_that_are_wrong_are_refused_and_no_key_is_repeated(options, capsys):
    with pytest.raises(SystemExit) as caught:
        main(['any', '--local', 'folder', *options])
    assert caught.value.code == 2
    assert 'secret' not in capsys.readouterr().err
