"""Emotions in any words, by whole commands."""

import json

import pytest

from projects.vlm import folds
from projects.vlm.errors import AskingError
from projects.vlm.tests.drawn import ask, write_config
from projects.vlm.tests.fake_model import FakeModel
from projects.vlm.word_groups import find_groups
from tgdfer_mm.labels.classes import load_classes


@pytest.fixture(scope='module')
def config(tmp_path_factory):
    return write_config(tmp_path_factory.mktemp('open'))


def saying(text: str) -> FakeModel:
    return FakeModel(lambda body: (text, 'stop'))


def test_sets_of_words_are_scored_and_the_classes_are_not_told(config, tmp_path):
    model = saying('{"emotions": ["cheerful", "joyful", "tearful"]}')
    code, result = ask(config, tmp_path, model, '--open')
    assert (code, result['task']) == (0, 'any words')
    scores = result['scores']  # two groups; each is right of one clip of seven
    assert scores['precision'] == pytest.approx(100 / 7)
    assert scores['recall'] == pytest.approx(200 / 7)
    assert scores['F'] == pytest.approx(400 / 21)
    assert scores['num_clips'] == 7 and scores['unparsed'] == 0
    said = model.bodies[0]['messages'][1]['content'][-1]['text']
    assert 'surprise' not in said and 'emotions' in said
    line = json.loads((tmp_path / 'replies.jsonl').read_text().splitlines()[0])
    assert line['groups'] == ['happy', 'sad']
    assert not (tmp_path / 'predictions.jsonl').exists()


def test_a_sentence_is_unparsed_and_a_missing_answer_counts(config, tmp_path):
    model = saying('The person seems to be very happy.')
    model.fail = lambda clip, before: 400 if before == 3 else None
    code, result = ask(config, tmp_path, model, '--open', '--parallel', '1')
    scores = result['scores']
    assert (code, scores['unanswered'], scores['unparsed']) == (1, 1, 6)
    assert scores['F'] == scores['recall'] == 0 and scores['num_clips'] == 7


def test_truth_and_groups_are_of_files_and_folds_make_a_table(config, tmp_path):
    groups, truth = tmp_path / 'groups.json', tmp_path / 'truth.jsonl'
    groups.write_text('{"groups": {"wild": ["furious", "frantic"]}}')
    rows = [dict(clip=f'{i:05}', words=['frantic', 'lost']) for i in range(1, 9999)]
    truth.write_text(''.join(json.dumps(row) + '\n' for row in rows))
    options = ('--open', '--groups', str(groups), '--truth', str(truth))
    out = tmp_path / 'out'
    code, _ = ask(config, out, saying('furious'), *options, call=folds.run)
    assert code == 0
    page = (out / 'folds.md').read_text()
    assert '| mean | 100.00 | 50.00 | 75.00 | 66.67 |' in page
    assert '| fold | precision | recall | mean | F | clips | tokens |' in page
    assert '* words grouped by: groups.json' in page
    assert not (out / 'results.json').exists()


@pytest.mark.parametrize(
    ('options', 'words'),
    [
        (['--truth', 'none.jsonl'], 'none.jsonl cannot be read'),
        (['--truth', 'bad.jsonl'], 'bad.jsonl, line 2'),
        (['--truth', 'other.jsonl'], 'a word for none of the clips'),
        (['--groups', 'none.json'], 'none.json cannot be read'),
        (['--groups-by', 'fer2013-xception'], 'no text tower'),
        (['--prompt', 'dfew'], 'asks for any words'),
    ],
)
def test_what_is_wrong_is_said_before_anything_is_sent(
    options, words, config, tmp_path, capsys, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    good = '{"clip": "none", "words": ["sad"]}\n'
    (tmp_path / 'other.jsonl').write_text(good)
    (tmp_path / 'bad.jsonl').write_text(good + '{"clip": "a", "words": [1]}\n')
    if 'fer2013-xception' in options:
        monkeypatch.setattr('tgdfer_mm.apis.model_loading.load_model', _without_texts)
    model = saying('sad')
    assert ask(config, tmp_path / 'out', model, '--open', *options)[0] == 2
    assert model.bodies == [] and words in capsys.readouterr().err


def _without_texts(name):
    from tgdfer_mm.apis.phrasings import WordsError

    raise WordsError(f'the model {name} has no text tower')


def test_a_text_tower_groups_words_with_the_nearest_class():
    classes = load_classes('dfew')
    groups = find_groups(None, 'demo', classes)
    assert groups.name == 'texts of demo'
    assert [groups.of(name) for name in classes] == [*classes]
    assert groups.of('a happy face') == 'happy' and groups.of('!') not in classes
    with pytest.raises(AskingError, match='--groups-by'):
        find_groups(None, 'demo', ('happy',))
