"""The command lines of `tgdfer folds` and `tgdfer compare`."""

import json

import pytest

from tgdfer_cli.main import main
from tgdfer_cli.main import parse as parse_command


def test_what_follows_two_dashes_is_for_training():
    def parse(words):
        return parse_command('folds', words)

    args = parse(
        ['c.py', '--seeds', '0-2', '--cfg-options', 'a=1', 'b=[1,2]', '--', '--amp']
    )
    assert (args.config, args.seeds, args.folds) == (['c.py'], '0-2', None)
    assert args.cfg_options == ['a=1', 'b=[1,2]'] and args.extra == ['--amp']
    assert parse(['c.py']).extra == []
    with pytest.raises(SystemExit):
        parse(['c.py', '--amp'])


@pytest.fixture
def predictions(tmp_path):
    """Writes predictions that are right up to a clip."""

    def write(name, right, dataset='Made up'):
        folder = tmp_path / name
        folder.mkdir()
        lines = [
            dict(clip=str(i), label=i % 2, pred=i % 2 if i < right else 1 - i % 2)
            | dict(score=[0.5, 0.5], damaged=None)
            for i in range(40)
        ]
        text = ''.join(json.dumps(line) + '\n' for line in lines)
        (folder / 'predictions.jsonl').write_text(text)
        meta = dict(dataset=dataset, classes=['a', 'b'], setting='single')
        (folder / 'predictions.meta.json').write_text(json.dumps(meta))
        return str(folder)

    return write


@pytest.fixture
def call():
    def run(*args, code=0):
        assert main(['compare', *map(str, args)]) == code

    return run


def test_compare_says_which_is_better_and_writes_it_down(
    predictions, call, capsys, tmp_path
):
    worse, better = predictions('worse', 10), predictions('better', 38)
    call(worse, better, '--out', tmp_path / 'out.json')
    shown = capsys.readouterr().out
    assert 'second is better' in shown and '+70.00' in shown
    assert 'selection rule not known' in shown
    written = json.loads((tmp_path / 'out.json').read_text())
    (comparison,) = written['comparisons']
    assert comparison['WAR']['verdict'] == 'second'
    call(better, predictions('similar', 37))
    assert 'the difference is noise' in capsys.readouterr().out


def test_compare_refuses_in_words(predictions, call, capsys):
    first, other = predictions('first', 20), predictions('other', 20, 'Other')
    call(first, other, code=2)
    assert 'dataset: Made up and Other' in capsys.readouterr().err
    call(first, 'nowhere', code=2)
    assert 'nowhere: there is no' in capsys.readouterr().err
