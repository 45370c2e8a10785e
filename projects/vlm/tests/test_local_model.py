"""A tiny model of the Qwen2.5-VL class, with random weights, on this machine."""

import json

import numpy as np
import pytest

from projects.vlm.answers import AnswerStore
from projects.vlm.asking import Asker
from projects.vlm.clips import Shown
from projects.vlm.conditions import Condition
from projects.vlm.errors import AskingError
from projects.vlm.prompts import read_prompt
from projects.vlm.questions import Asked
from projects.vlm.report import Record
from projects.vlm.tiny_model import write_tiny_model
from tgdfer_mm.evaluation import score_replies
from tgdfer_mm.labels.classes import load_classes
from tgdfer_mm.labels.replies import ReplyReader

CLASSES = load_classes('dfew')


@pytest.fixture(scope='module')
def folder(tmp_path_factory):
    """The reply of a tiny model of this class."""
    pytest.importorskip('transformers')
    return write_tiny_model(tmp_path_factory.mktemp('tiny'))


@pytest.mark.slow  # importing transformers takes seconds
def test_a_local_model_is_asked_kept_and_scored_like_any_other(folder, tmp_path):
    from projects.vlm.local_model import LocalModel

    model = LocalModel(folder, device='cpu')
    settings = dict(model='local', max_tokens=3, temperature=0)
    asked = Asked(*(read_prompt('dfew'), CLASSES, Condition(), False, 56, settings))
    frames = np.random.default_rng(0).integers(0, 255, (2, 56, 56, 3)).astype(np.uint8)
    truth = dict(a=0, b=1)
    calls = []
    whole = model.ask

    async def counted(request):
        calls.append(request)
        return await whole(request)

    model.ask = counted
    results = []
    for _ in range(2):
        record = Record(ReplyReader(CLASSES))
        store = AnswerStore(tmp_path / 'a.sqlite')
        Asker(model, store).run(
            2,
            lambda i: asked.dialogue('ab'[i], Shown(frames + i, (0, 1))),
            lambda i, each, kept=record: kept.outcomes.update({'ab'[i]: each}),
        )
        store.close()
        read = {clip: record.reading(clip) for clip in truth}
        results.append(score_replies(truth, read, CLASSES))
        assert record.all_tokens[0] > 20 and 0 < record.all_tokens[1] <= 6
    assert results[0] == results[1] and len(calls) == 2
    assert results[0]['unanswered'] == 0


@pytest.mark.slow
def test_a_folder_that_is_no_model_is_named(tmp_path):
    pytest.importorskip('transformers')
    from projects.vlm.local_model import LocalModel

    with pytest.raises(AskingError, match='it has no config.json'):
        LocalModel(tmp_path)
    (tmp_path / 'config.json').write_text(json.dumps(dict(model_type='no such')))
    with pytest.raises(AskingError, match='transformers cannot load it'):
        LocalModel(tmp_path)
