"""The command over a drawn data set, a fake model and real HTTP."""

import json
from functools import cache

import numpy as np
import pytest
from mmengine.config import Config

from projects.vlm.answers import AnswerStore
from projects.vlm.asking import Asker
from projects.vlm.clips import Shown
from projects.vlm.command import main
from projects.vlm.conditions import Condition
from projects.vlm.drawn_facts import true_movements, write_drawn_facts
from projects.vlm.facts import Facts, Person
from projects.vlm.http_model import HTTPModel
from projects.vlm.pictures import from_text
from projects.vlm.prompts import read_prompt
from projects.vlm.questions import Asked
from projects.vlm.report import Record
from projects.vlm.tests.fake_model import FakeModel, serving
from tgdfer_mm.evaluation import read_predictions, score_replies
from tgdfer_mm.labels.replies import ReplyReader
from tgdfer_mm.synth.action_units import emotion_prototypes
from tgdfer_mm.synth.tree import SynthSpec

KEY = 'sk-very-secret'


@pytest.fixture(scope='module')
def config(tmp_path_factory):
    """A drawn clip of each class in each fold's test part."""
    folder = tmp_path_factory.mktemp('vlm')
    root = folder / 'clips'
    node = dict(
        type='SynthDFEWDataset', data_root=str(root), size=32, clips_per_class=1
    )
    path = folder / 'drawn.py'
    Config(
        dict(
            default_scope='mmaction',
            test_dataloader=dict(dataset=dict(node, subset='test', fold=1)),
        )
    ).dump(path)
    return path


def text_of(body: dict) -> str:
    return body['messages'][1]['content'][-1]['text']


@cache
def prototypes() -> list[tuple[str, dict]]:
    return [
        (name, units) for name, some in emotion_prototypes().items() for units in some
    ]


def nearest(body: dict) -> tuple[str, str]:
    """An oracle: it reads the movements that it is told, and no picture."""
    said = text_of(body).partition('Measured movements: ')[2].partition('\n')[0]
    units = dict(part.split(' ')[:2] for part in said.split('; ') if part[:2] == 'AU')
    units = {name: float(value) for name, value in units.items()}

    def distance(known: dict) -> float:
        names = {*known, *units} - {'AU45'}
        return sum((known.get(n, 0) - units.get(n, 0)) ** 2 for n in names)

    name = min(prototypes(), key=lambda row: distance(row[1]))[0]
    return json.dumps(dict(emotion=name)), 'stop'


def ask(config, out, model, *options) -> tuple[int, dict | None]:
    with serving(model) as address:
        code = main(
            [
                *(str(config), '--address', address, '--model', 'fake'),
                *('--out', str(out), '--frames', '2', *options),
            ]
        )
    path = out / 'result.json'
    return code, json.loads(path.read_text()) if path.is_file() else None


def test_an_oracle_is_right_and_a_lister_gets_nothing(config, tmp_path, capsys):
    facts = write_drawn_facts(str(config), tmp_path / 'facts.jsonl', fold=1)
    full = ('--condition', 'full', '--facts', str(facts))
    code, oracle = ask(config, tmp_path / 'oracle', FakeModel(nearest), *full)
    assert (code, oracle['scores']['unparsed']) == (0, 0)
    assert oracle['scores']['WAR'] >= 95
    assert 'UAR' in capsys.readouterr().out

    classes = ', '.join(oracle['scores']['classes'])
    lister = FakeModel(lambda body: (classes, 'stop'))
    _, listed = ask(config, tmp_path / 'lister', lister)
    assert listed['scores']['WAR'] == 0 and listed['scores']['unparsed'] == 7


@pytest.mark.parametrize(('shuffled', 'least', 'most'), [(0, 95, 100), (1, 0, 28)])
def test_true_movements_tell_the_class_and_those_of_others_do_not(
    shuffled, least, most, tmp_path
):
    spec = SynthSpec(clips_per_class=10)
    clips = [spec.clip(planned) for planned in spec.plan()[:140]]
    told = np.random.default_rng(0).permutation(140) if shuffled else range(140)
    facts = {
        str(i): Facts((Person(1, movements=tuple(true_movements(clips[j]))),))
        for i, j in enumerate(told)
    }
    asked = Asked(read_prompt('any'), spec.classes, Condition(words=True), facts=facts)
    nothing = Shown(np.zeros((1, 8, 8, 3), np.uint8), (0,))
    record = Record(ReplyReader(spec.classes))
    with serving(FakeModel(nearest)) as address:
        Asker(HTTPModel(address), AnswerStore(tmp_path / 'a.sqlite')).run(
            len(clips),
            lambda i: asked.dialogue(str(i), nothing),
            lambda i, outcome: record.outcomes.update({str(i): outcome}),
        )
    truth = {str(i): spec.classes.index(c.label) for i, c in enumerate(clips)}
    assert len({*truth.values()}) == 7
    read = {clip: record.reading(clip) for clip in truth}
    assert least <= score_replies(truth, read, spec.classes)['WAR'] <= most


def test_a_second_call_asks_nothing_and_says_what_all_of_it_cost(config, tmp_path):
    happy = FakeModel(lambda body: ('happy', 'stop'))
    price = ('--price', '3', '15')
    with serving(happy) as address:
        call = [str(config), '--address', address, '--model', 'm', *price]
        call += ['--out', str(tmp_path), '--frames', '2']
        assert main(call) == 0
        first = json.loads((tmp_path / 'result.json').read_text())
        assert main(call) == 0
    second = json.loads((tmp_path / 'result.json').read_text())
    assert len(happy.bodies) == 7
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
    model = FakeModel(lambda body: ('happy', 'stop'))
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
        lambda body: ('happy', 'stop'),
        lambda body: text_of(body),
        lambda clip, before: 400 if before == 3 else None,  # all are asked the same
    )
    code, result = ask(config, tmp_path, model, '--parallel', '1')
    assert code == 1
    assert (result['scores']['unanswered'], result['scores']['num_clips']) == (1, 7)


def test_five_stages_are_five_questions(config, tmp_path):
    model = FakeModel(lambda body: ('happy', 'stop'))
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
    model = FakeModel(lambda body: ('happy', 'stop'))
    code, result = ask(config, tmp_path, model, *options)
    assert (code, result, model.bodies) == (2, None, [])
    assert words in capsys.readouterr().err
