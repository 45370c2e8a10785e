"""The command over a drawn data set, a fake model and real HTTP."""

import json

import numpy as np
import pytest

from projects.vlm.command import main
from projects.vlm.drawn_facts import write_drawn_facts
from projects.vlm.pictures import from_text
from projects.vlm.tests.drawn import ask, happy, nearest, text_of, write_config
from projects.vlm.tests.fake_model import FakeModel, serving
from tgdfer_mm.evaluation import read_predictions

KEY = 'sk-very-secret'


@pytest.fixture(scope='module')
def config(tmp_path_factory):
    return write_config(tmp_path_factory.mktemp('vlm'))


def test_an_oracle_is_right_and_a_lister_gets_nothing(config, tmp_path, capsys):
    facts = write_drawn_facts(str(config), tmp_path / 'facts.jsonl')
    full = ('--condition', 'full', '--facts', str(facts))
    code, oracle = ask(config, tmp_path / 'oracle', FakeModel(nearest), *full)
    assert (code, oracle['scores']['unparsed']) == (0, 0)
    assert oracle['scores']['WAR'] >= 95
    assert 'UAR' in capsys.readouterr().out

    classes = ', '.join(oracle['scores']['classes'])
    lister = FakeModel(lambda body: (classes, 'stop'))
    _, listed = ask(config, tmp_path / 'lister', lister)
    assert listed['scores']['WAR'] == 0 and listed['scores']['unparsed'] == 7


def test_a_second_call_asks_nothing_and_says_what_all_of_it_cost(config, tmp_path):
    model = FakeModel(happy)
    price = ('--price', '3', '15')
    with serving(model) as address:
        call = [str(config), '--address', address, '--model', 'm', *price]
        call += ['--out', str(tmp_path), '--frames', '2']
        assert main(call) == 0
        first = json.loads((tmp_path / 'result.json').read_text())
        assert main(call) == 0
    second = json.loads((tmp_path / 'result.json').read_text())
    assert len(model.bodies) == 7
    assert first['scores'] == second['scores']
    assert first['cost'] == second['cost'] == first['cost_now']
    assert first['cost'] == pytest.approx(7 * (100 * 3 + 2 * 15) / 1e6)
    assert second['cost_now'] == 0
    lines = read_predictions(tmp_path / 'predictions.jsonl')
    assert len(lines) == 7 and {line['pred'] for line in lines} == {0}
    asked = second['asked']
    assert (
        asked['prompt']['name'] == 'synthdfer' and len(asked['prompt']['sha256']) == 64
    )


def test_frames_are_those_of_the_clip_and_no_key_is_in_any_file(
    config, tmp_path, monkeypatch, capsys
):
    monkeypatch.setenv('TGDFER_VLM_KEY', KEY)
    model = FakeModel(happy)
    assert ask(config, tmp_path, model)[0] == 0
    assert model.keys == {f'Bearer {KEY}'}
    content = model.bodies[0]['messages'][1]['content']
    kinds = [part['type'] for part in content]
    assert kinds == ['image_url', 'image_url', 'text']
    picture = from_text(content[0]['image_url']['url'])
    assert picture.size == (32, 32) and np.asarray(picture).std() > 5
    assert KEY.encode() not in b''.join(p.read_bytes() for p in tmp_path.iterdir())
    captured = capsys.readouterr()
    assert KEY not in captured.out + captured.err


def test_a_clip_without_an_answer_is_wrong_and_the_exit_code_says_so(config, tmp_path):
    model = FakeModel(
        happy,
        text_of,
        lambda clip, before: 400 if before == 3 else None,  # all are asked the same
    )
    code, result = ask(config, tmp_path, model, '--parallel', '1')
    assert code == 1
    assert (result['scores']['unanswered'], result['scores']['num_clips']) == (1, 7)


def test_five_stages_are_five_questions(config, tmp_path):
    model = FakeModel(happy)
    code, result = ask(config, tmp_path, model, '--chain', '--parallel', '1')
    assert code == 0 and len(model.bodies) == 7 * 5
    last = model.bodies[4]['messages']
    assert [m['role'] for m in last[1:]] == ['user', 'assistant'] * 4 + ['user']
    assert 'correct what does not hold' in last[-1]['content']


@pytest.mark.parametrize(
    ('options', 'words'),
    [
        (['--condition', 'box'], 'needs --facts'),
        (['--condition', 'many'], 'there are'),
        (['--prompt', 'none'], 'no such prompt file'),
        (['--facts', 'none.jsonl'], 'none.jsonl cannot be read'),
        (['--key-from', 'sk-x'], 'not the key itself'),
    ],
)
def test_what_is_wrong_is_said_before_anything_is_sent(
    options, words, config, tmp_path, capsys
):
    model = FakeModel(happy)
    code, result = ask(config, tmp_path, model, *options)
    assert (code, result, model.bodies) == (2, None, [])
    assert words in capsys.readouterr().err
