"""500 clips over HTTP with failures of every kind, killed half way and continued."""

import subprocess
import sys
from pathlib import Path

import pytest

from projects.vlm.answers import Answer, AnswerStore, hash_question
from projects.vlm.asking import Asker, Dialogue, Outcome
from projects.vlm.errors import AskingError, UnansweredError
from projects.vlm.http_model import HTTPModel
from projects.vlm.report import Record
from projects.vlm.tests import ask_numbers
from projects.vlm.tests.ask_numbers import COUNT, PARALLEL, ask, at_once
from projects.vlm.tests.fake_model import FakeModel, serving
from tgdfer_mm.evaluation import score_replies
from tgdfer_mm.labels.classes import load_classes
from tgdfer_mm.labels.replies import ReplyReader

pytest.importorskip('httpx2')
pytest.importorskip('tenacity')

CLASSES = load_classes('dfew')
FAILURES = (429, 500, 'garbage', 'cut_off', 'closed')  # 5 % of clips each


def clip_of(body: dict) -> str:
    return body['messages'][-1]['content'].split()[-1]


def reply(body: dict) -> tuple[str, str]:
    """Mostly right; 4 % name two classes, 2 % are cut off by the limit of tokens."""
    i = int(clip_of(body))
    if i % 25 == 7:
        return 'happy or sad', 'stop'
    return CLASSES[(i + (i % 10 == 3)) % 7], 'length' if i % 50 == 11 else 'stop'


def failing(clip: str, before: int) -> object:
    kind = int(clip) % 20
    return FAILURES[kind] if before == 0 and kind < len(FAILURES) else None


def scores(outcomes: dict[int, Outcome]) -> dict:
    record = Record(ReplyReader(CLASSES), {str(i): o for i, o in outcomes.items()})
    truth = {str(i): i % 7 for i in range(COUNT)}
    return score_replies(truth, {c: record.reading(c) for c in truth}, CLASSES)


class Calm:
    """The same model without a network, which never fails."""

    source = 'calm'

    async def __aenter__(self):
        return self

    async def __aexit__(self, *error):
        pass

    async def ask(self, request):
        return Answer(*reply(request), 100, 2)


def stored(address: str, path: Path) -> set[str]:
    store = AnswerStore(path)
    known = set()
    for i in range(COUNT):
        opening = ask_numbers.number_dialogue(i)
        request = dict(opening.settings, messages=opening.opening)
        if store.get(hash_question(address, request)):
            known.add(str(i))
    store.close()
    return known


def test_killed_half_way_and_gone_on_with_it_is_as_if_nothing_had_failed(tmp_path):
    calm: dict[int, Outcome] = {}
    store = AnswerStore(tmp_path / 'calm.sqlite')
    Asker(Calm(), store).run(COUNT, ask_numbers.number_dialogue, calm.__setitem__)
    wanted = scores(calm)
    model = FakeModel(reply, clip_of, failing)
    model.mark = COUNT // 2
    path = tmp_path / 'answers.sqlite'
    with serving(model) as address:
        command = [sys.executable, ask_numbers.__file__, address, str(path)]
        process = subprocess.Popen(command)
        try:
            assert model.reached.wait(ask_numbers.LIMIT)
        finally:
            process.kill()
            process.wait()
        model.settle()
        known = stored(address, path)
        asked, answered = model.asked.copy(), model.answered.copy()
        assert COUNT // 2 - PARALLEL <= len(known) < COUNT
        model.resumed.set()
        outcomes = ask(address, path)
    assert scores(outcomes) == wanted
    assert wanted['problems']['unparsed'] == 20 and wanted['problems']['cut_off'] == 10
    assert wanted['unanswered'] == 0
    # What was kept is not asked again, and nothing is answered twice but what was on
    # its way when the process died.
    assert all(model.asked[clip] == asked[clip] for clip in known)
    twice = {clip for clip, count in model.answered.items() if count > 1}
    assert twice <= set(answered) - known and len(twice) <= PARALLEL
    assert len(model.answered) == COUNT
    # Each failure has happened, to 5 % of the clips each; the others are asked once.
    failed = {str(i) for i in range(COUNT) if failing(str(i), 0)}
    assert len(failed) == COUNT * 5 * len(FAILURES) // 100
    assert all(model.asked[clip] > 1 for clip in failed)
    again = {clip for clip, count in model.asked.items() if count > 1} - failed
    assert again <= set(asked) - known and len(again) <= PARALLEL


class Silent(Calm):
    """A model that a test scripts, without HTTP."""

    source = 'silent'

    def __init__(self, *said: object) -> None:
        self.said, self.requests = list(said), []

    async def ask(self, request):
        self.requests.append(request)
        said = self.said.pop(0)
        if isinstance(said, Exception):
            raise said
        return Answer(said, 'stop', 10, 1)


def run(model, tmp_path, make, count=1, **options) -> dict[int, Outcome]:
    outcomes = {}
    store = AnswerStore(tmp_path / 'a.sqlite')
    try:
        Asker(model, store, 1, **options).run(count, make, outcomes.__setitem__)
    finally:
        store.close()
    return outcomes


def question(text: str, *further: str) -> Dialogue:
    return Dialogue(dict(model='m'), [dict(role='user', content=text)], further)


def test_a_chain_goes_on_with_what_was_said_and_is_kept_link_by_link(tmp_path):
    model = Silent('a room', UnansweredError('gone'))
    (broken,) = run(model, tmp_path, lambda i: question('scene?', 'who?')).values()
    assert (broken.failure, broken.fresh, broken.reply) == ('gone', 1, None)
    model = Silent('happy')
    (whole,) = run(model, tmp_path, lambda i: question('scene?', 'who?')).values()
    assert [m['content'] for m in model.requests[0]['messages']] == [
        *('scene?', 'a room', 'who?')
    ]
    assert (whole.reply.text, whole.fresh, whole.tokens) == ('happy', 1, (10, 1))


def test_the_same_question_is_paid_once(tmp_path):
    model = Silent('sad')
    outcomes = run(model, tmp_path, lambda i: question('same'), count=3)
    assert [each.reply.text for each in outcomes.values()] == ['sad'] * 3
    assert sum(each.fresh for each in outcomes.values()) == len(model.requests) == 1


def test_one_clip_that_cannot_be_read_ends_nothing(tmp_path):
    def make(i):
        if i == 0:
            raise UnansweredError('broken file')
        return question(str(i))

    outcomes = run(Silent('sad'), tmp_path, make, count=2)
    assert outcomes[0].failure == 'broken file' and outcomes[1].reply.text == 'sad'


def test_a_model_that_is_gone_is_not_asked_for_ever(tmp_path):
    model = Silent(*[UnansweredError('no route')] * 9)
    with pytest.raises(AskingError, match='3 clips in a row .* no route'):
        run(model, tmp_path, lambda i: question(str(i)), count=9, patience=3)
    assert len(model.requests) == 3


def test_a_file_that_holds_no_answers_is_named(tmp_path):
    path = tmp_path / 'a.sqlite'
    path.write_text('no database at all, but a text of some length' * 9)
    with pytest.raises(AskingError, match='a.sqlite cannot be used'):
        AnswerStore(path)


@pytest.mark.parametrize('status', [401, 403, 404, 302])
def test_a_wrong_key_or_address_ends_the_run_and_is_not_told_the_key(status, tmp_path):
    key = 'sk-very-secret'
    model = FakeModel(reply, clip_of, lambda clip, before: status)
    with serving(model) as address:
        asking = HTTPModel(address, key, sleep=at_once)
        with pytest.raises(AskingError) as caught:
            run(asking, tmp_path, lambda i: question(f'clip {i}'))
    assert model.keys == {f'Bearer {key}'}
    assert key not in str(caught.value) and str(status) in str(caught.value)


@pytest.mark.parametrize(('status', 'tries'), [(400, 1), (422, 1), (503, 3), (429, 3)])
def test_what_cannot_pass_is_not_tried_again(status, tries, tmp_path):
    key = 'sk-very-secret'
    model = FakeModel(reply, clip_of, lambda clip, before: status)
    with serving(model) as address:
        asking = HTTPModel(address, key, tries=3, sleep=at_once)
        (only,) = run(asking, tmp_path, lambda i: question(f'clip {i}')).values()
    assert model.asked['0'] == tries
    assert f'status {status}' in only.failure and key not in only.failure


def test_a_try_that_takes_longer_than_the_limit_is_given_up(tmp_path):
    model = FakeModel(reply, clip_of, lambda clip, before: 'slow')
    with serving(model) as address:
        asking = HTTPModel(address, limit=0.1, tries=2, sleep=at_once)
        (only,) = run(asking, tmp_path, lambda i: question('clip 0')).values()
    assert only.failure == 'no answer within 0.1 s (2 tries)'


def test_what_was_slow_once_is_asked_again_and_kept(tmp_path):
    model = FakeModel(reply, clip_of, lambda clip, before: None if before else 'slow')
    with serving(model) as address:  # a slow machine only takes more tries
        asking = HTTPModel(address, limit=0.3, tries=999, sleep=at_once)
        (only,) = run(asking, tmp_path, lambda i: question('clip 0')).values()
    assert only.reply.text == CLASSES[0] and model.asked['0'] > 1


def test_a_key_that_comes_back_is_in_no_file(tmp_path):
    key = 'sk-very-secret'
    model = FakeModel(lambda body: (f'your key is {key}', 'stop'))
    with serving(model) as address:
        asking = HTTPModel(address, key, sleep=at_once)
        (only,) = run(asking, tmp_path, lambda i: question('clip 0')).values()
    assert only.reply.text == 'your key is [key]'
    files = b''.join(path.read_bytes() for path in tmp_path.iterdir())
    assert key.encode() not in files and b'[key]' in files


def test_a_server_that_asks_for_patience_gets_it(tmp_path):
    waited = []

    async def sleep(seconds):
        waited.append(seconds)

    model = FakeModel(reply, clip_of, lambda clip, before: None if before else 503)
    with serving(model) as address:
        asking = HTTPModel(address, wait=2.0, longest_wait=9.0, sleep=sleep)
        run(asking, tmp_path, lambda i: question(f'clip {i}'))
    assert len(waited) == 1 and 2.0 <= waited[0] <= 4.0
