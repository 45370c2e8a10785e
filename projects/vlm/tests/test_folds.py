"""All folds in one call: written like any model's, continued, and compared."""

import json

import pytest

from projects.vlm import folds
from projects.vlm.tests.drawn import ask, happy, write_config
from projects.vlm.tests.fake_model import FakeModel
from tgdfer_cli.main import main as tgdfer
from tgdfer_mm.datasets.synth_dfew import SynthDFEWDataset


@pytest.fixture(scope='module')
def config(tmp_path_factory):
    return write_config(tmp_path_factory.mktemp('folds'))


def test_all_folds_are_one_protocol_and_are_asked_once(config, tmp_path, capsys):
    model = FakeModel(happy, fail=lambda clip, before: 401 if before == 17 else None)
    whole = dict(call=folds.run)
    alone = ('--parallel', '1')
    assert ask(config, tmp_path, model, *alone, **whole)[0] == 2  # in the third fold
    assert not (tmp_path / 'results.json').exists()
    assert ask(config, tmp_path, model, *alone, **whole)[0] == 0
    # Another address is another model, so the second call has asked for all.
    assert model.answered.total() == 17 + 35
    report = json.loads((tmp_path / 'results.json').read_text())
    assert report['folds'] == [1, 2, 3, 4, 5] and report['num_clips'] == 35
    assert report['summary']['mean_of_folds']['WAR']['mean'] == pytest.approx(100 / 7)
    page = (tmp_path / 'folds.md').read_text()
    assert (
        '| mean | 14.29 | 14.29 |' in page and '| std (n - 1) | 0.00 | 0.00 |' in page
    )
    assert 'SynthDFER' in (tmp_path / 'results.md').read_text()


def test_a_fold_that_was_asked_alone_is_not_asked_again(config, tmp_path):
    from projects.vlm.command import main
    from projects.vlm.tests.fake_model import serving

    model = FakeModel(happy)
    with serving(model) as address:
        call = [str(config), '--address', address, '--model', 'm', '--frames', '2']
        call += ['--out', str(tmp_path)]
        assert main([*call, '--fold', '2']) == 0 and len(model.bodies) == 7
        assert folds.run([*call, '--folds', '1-2']) == 0 and len(model.bodies) == 14
        assert folds.run([*call, '--folds', '1-2']) == 0 and len(model.bodies) == 14
        assert folds.run([*call, '--folds', '6']) == 2
        assert folds.run([*call, '--folds', 'two']) == 2


def test_answers_are_compared_and_stand_next_to_published_results(
    config, tmp_path, monkeypatch, capsys
):
    monkeypatch.setattr(SynthDFEWDataset, 'NAME', 'DFEW')  # whose results are known
    sad = FakeModel(lambda body: ('sad', 'stop'))
    code, _ = ask(config, tmp_path / 'no', sad, call=folds.run)
    assert (code, sad.bodies) == (2, [])  # and whose frames are not sent
    assert 'licensed on request' in capsys.readouterr().err
    word = '--frames-stay-on-my-machines'
    for name, model in (('sad', sad), ('happy', FakeModel(happy))):
        options = (word, '--folds', '1-2')
        assert ask(config, tmp_path / name, model, *options, call=folds.run)[0] == 0
    page = (tmp_path / 'sad/results.md').read_text()
    assert '| **this protocol** |  | 14.29 | 14.29 | not trained on it |' in page
    assert '| M3DFEL |' in page
    capsys.readouterr()
    out = tmp_path / 'comparison.json'
    sides = [str(tmp_path / name) for name in ('sad', 'happy')]
    assert tgdfer(['compare', *sides, '--out', str(out)]) == 0
    assert 'not trained on it' in capsys.readouterr().out
    (pair,) = json.loads(out.read_text())['comparisons']
    assert pair['sign_test'] == dict(second_better=2, first_better=2)
    files = [f'{side}/fold1/predictions.jsonl' for side in sides]
    assert tgdfer(['compare', *files]) == 0
