"""Rationales judged by a language model."""

import pytest

from projects.vlm.answers import Answer
from projects.vlm.errors import AskingError, UnansweredError
from projects.vlm.judge import HTTPJudge
from tgdfer_mm.evaluation.judges import build_judge

CLASSES = ('happy', 'sad', 'fear')
ADDRESS = 'http://127.0.0.1:1/v1'


class Listener:
    """Gives the wanted judgement of a text; counts the questions."""

    source = 'listener'

    def __init__(self, broken: bool = False) -> None:
        self.asked, self.broken = 0, broken

    async def __aenter__(self):
        return self

    async def __aexit__(self, *error):
        pass

    async def ask(self, request):
        self.asked += 1
        if self.broken:
            raise UnansweredError('status 400')
        text = request['messages'][0]['content'].split('Text: ')[1].split('\n')[0]
        return Answer(text, 'length' if text == 'fear' else 'stop')


def judge(listener, tmp_path):
    return build_judge(
        dict(
            type='http',
            address=ADDRESS,
            model='m',
            answers=tmp_path / 'a.sqlite',
            asked=listener,
        )
    )


def test_one_word_is_a_judgement_and_nothing_else_is(tmp_path):
    listener = Listener()
    texts = ['Sadness.', 'happy', 'happy or sad', 'none', 'fear']
    found = judge(listener, tmp_path).judge(texts, CLASSES)
    assert found == [1, 0, None, None, None]
    assert judge(listener, tmp_path).judge(texts, CLASSES) == found
    assert listener.asked == len(texts)  # the second call had all answers


def test_a_text_without_an_answer_ends_in_a_sentence(tmp_path):
    with pytest.raises(AskingError, match="1 of 1 texts have no answer.*'smile'.*400"):
        judge(Listener(broken=True), tmp_path).judge(['smile'], CLASSES)


def test_a_local_server_needs_no_key_and_a_missing_package_is_said(monkeypatch):
    pytest.importorskip('httpx2')
    monkeypatch.delenv('TGDFER_VLM_KEY', raising=False)
    assert HTTPJudge(ADDRESS, 'm').name == 'http'
    with pytest.raises(AskingError, match='--key-from'):
        HTTPJudge(ADDRESS, 'm', key_from='NO_SUCH_KEY')
    monkeypatch.setattr('projects.vlm.address.find_spec', lambda name: None)
    with pytest.raises(AskingError, match=r'needs the package httpx2: .*\[vlm\]'):
        HTTPJudge(ADDRESS, 'm')


def test_an_address_with_a_secret_is_refused(tmp_path):
    with pytest.raises(AskingError, match='leave out user'):
        HTTPJudge('http://me:secret@host/v1', 'm', tmp_path / 'a.sqlite')
