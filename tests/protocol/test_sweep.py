"""The search for settings, without a training."""

import sys

import pytest

from tgdfer_cli.main import main
from tgdfer_mm.datasets.validation_part import validation_clips
from tgdfer_mm.files import DamagedFileError
from tgdfer_mm.paths import find_config
from tgdfer_mm.protocol.sweep import (
    SweepError,
    as_table,
    check_keys,
    check_split,
    open_study,
    read_space,
    sweep,
    train_trial,
    validating_on_train,
)
from tgdfer_mm.run_config.files import read_config
from tgdfer_mm.synth.layouts import plan_clips

SEARCHED = {'x': {'low': 0.0, 'high': 1.0}}


@pytest.fixture
def new_study(tmp_path):
    pytest.importorskip('optuna')

    def new(name):
        (tmp_path / name).mkdir(exist_ok=True)
        return open_study(tmp_path / name, dict(config='c'))

    return new


@pytest.fixture(scope='module')
def synth():
    return read_config(find_config('tgdfer_synth')).to_dict()


def run(study, trials, score):
    told = []
    sweep(study, SEARCHED, trials, 0, score, lambda *each: told.append(each))
    return told


class Killed(BaseException):
    """Ends a sweep as a signal does."""


def test_a_killed_sweep_goes_on_as_if_it_had_not_been(new_study):
    def score(number, settings):
        if number == 3:
            raise RuntimeError('CUDA out of memory')
        return 1 - (settings['x'] - 0.3) ** 2

    run(new_study('whole'), 9, score)

    cut = []

    def killed(number, settings):
        if number in (2, 7) and number not in cut:
            cut.append(number)
            raise Killed
        return score(number, settings)

    for _ in cut, cut:
        with pytest.raises(Killed):
            run(new_study('cut'), 9, killed)
    run(new_study('cut'), 9, killed)
    assert cut == [2, 7]
    tables = [as_table(new_study(name), SEARCHED) for name in ('whole', 'cut')]
    assert tables[0] == tables[1]
    rows = [line for line in tables[0].splitlines() if line.startswith('|')]
    assert len(rows) == 11 and rows[-1].startswith('| 3 | failed |')
    assert tables[0].endswith('\n\n* Trial 3 failed: CUDA out of memory\n')
    # What is finished stays so.
    assert run(new_study('cut'), 9, None) == []


def test_more_trials_are_added_to_those_there(new_study):
    told = run(new_study('a'), 2, lambda number, settings: 10.0 * number)
    told += run(new_study('a'), 4, lambda number, settings: 10.0 * number)
    assert told == [(0, 0.0), (1, 10.0), (2, 20.0), (3, 30.0)]


def test_a_study_of_something_else_is_refused(new_study, tmp_path):
    new_study('a')
    with pytest.raises(SweepError, match='has a sweep with other settings'):
        open_study(tmp_path / 'a', dict(config='d'))


def test_a_damaged_journal_is_named(new_study, tmp_path):
    new_study('a')
    path = tmp_path / 'a/study.log'
    path.write_text('no journal\n' + path.read_text())
    with pytest.raises(SweepError, match='study.log is not a journal of a sweep'):
        new_study('a')


def test_keys_with_the_same_last_word_are_told_apart(new_study):
    study = new_study('a')
    both = {key: SEARCHED['x'] for key in ('a.lr', 'b.lr', 'b.rho')}
    sweep(study, both, 1, 0, lambda number, settings: 1.0, lambda *each: None)
    assert '| a.lr | b.lr | rho |\n' in as_table(study, both)


def test_a_training_is_read_and_never_repeated(tmp_path):
    write = (
        'import json, pathlib; p = pathlib.Path("fold1"); p.mkdir(); '
        '(p / "confusion_matrix.json").write_text(json.dumps(dict(UAR=40.0)))'
    )
    command = f'import os; os.chdir({str(tmp_path)!r}); {write}'
    assert train_trial([sys.executable, '-c', command], tmp_path) == 40.0
    assert train_trial(['/no/such/command'], tmp_path) == 40.0


def test_a_training_that_fails_says_why(tmp_path):
    command = 'import sys; print("fine"); sys.exit("error: no such clip\\n")'
    with pytest.raises(RuntimeError, match='^error: no such clip$'):
        train_trial([sys.executable, '-c', command], tmp_path)


@pytest.mark.parametrize(
    ('text', 'said'),
    [
        ('{', 'cannot be read'),
        ('[]', 'holds no object'),
        ('{"fixed": {}}', 'needs "searched"'),
        ('{"searched": {}, "fixed": 3}', '"fixed" must be an object from'),
        ('{"searched": {"a.b": 3}}', '"a.b" needs'),
        ('{"searched": {"a": {"low": 1, "high": 1}}}', '"a" needs'),
        ('{"searched": {"a": {"choices": []}}}', '"a" needs'),
        ('{"searched": {"a": {"low": 0, "high": 1, "logs": true}}}', '"a" needs'),
        ('{"searched": {"a": {"low": 0, "high": 1, "log": true}}}', 'above 0'),
    ],
)
def test_a_space_of_another_form_is_refused(tmp_path, text, said):
    path = tmp_path / 'space.json'
    path.write_text(text)
    with pytest.raises((SweepError, DamagedFileError), match=f'space.json.*{said}'):
        read_space(path)


def test_the_shipped_space_has_keys_of_its_config_and_others_are_refused(synth):
    shipped = read_space('synth')
    assert len(shipped['searched']) == 5
    check_keys(synth, 'synth', [*shipped['fixed'], *shipped['searched']])
    for wrong in ('model.cls_head.rhoo', 'param_scheduler.7.T_max', 'model.type.x'):
        with pytest.raises(SweepError, match=f'synth has no {wrong!r}'):
            check_keys(synth, 'synth', [wrong])


def test_a_data_set_that_cannot_be_cut_is_refused_before_a_training(synth):
    check_split(synth, 'synth', 0.25)
    for share in (0, 1, float('nan')):
        with pytest.raises(SweepError, match='--val-part .*between 0 and 1'):
            check_split(synth, 'synth', share)
    loader = synth['train_dataloader']
    wrapped = dict(type='RepeatDataset', times=2, dataset=loader['dataset'])
    odd = dict(synth, train_dataloader=dict(loader, dataset=wrapped))
    with pytest.raises(SweepError, match='odd: .*train_dataloader.dataset, which'):
        check_split(odd, 'odd', 0.25)


def test_validation_people_are_no_training_people_and_nothing_is_tested():
    options = validating_on_train(0.25)
    assert options['test_dataloader'] is None
    plan = [each for each in plan_clips(4) if each.fold != 1]
    chosen = validation_clips(
        [f'{each.number:05d}' for each in plan],
        [each.label for each in plan],
        options['val_dataloader.dataset.val_part'],
    )
    people = {True: set(), False: set()}
    for each in plan:
        people[f'{each.number:05d}' in chosen].add(each.person)
    assert len(people[True]) == 4 and not people[True] & people[False]


def test_the_command_trains_with_what_was_proposed(tmp_path, monkeypatch, capsys):
    pytest.importorskip('optuna')
    commands = []

    def train(command, folder):
        commands.append(command)
        if len(commands) == 2:
            raise RuntimeError('error: no room')
        return 50.0

    monkeypatch.setattr('tgdfer_mm.commands.sweep.train_trial', train)
    out = tmp_path / 'sweep'
    words = ['sweep', 'tgdfer_synth', 'synth', '--trials', '2', '--out', str(out)]
    assert main(words) == 0
    said = capsys.readouterr().out
    assert said.startswith('trial 0: 50.00\ntrial 1: failed\n| trial |')
    changes = commands[0][commands[0].index('--cfg-options') + 1 :]
    keys = [each.partition('=')[0] for each in changes]
    space = read_space('synth')
    assert keys == [*validating_on_train(0.25), *space['fixed'], *space['searched']]
    assert str(out / 'trial001') in commands[1]
    assert '* Trial 1 failed: error: no room' in (out / 'trials.md').read_text()
    assert main(words) == 0 and len(commands) == 2
    assert main([*words, '--seed', '1']) == 2
    assert 'has a sweep with other settings' in capsys.readouterr().err


def test_without_optuna_the_command_says_what_to_install(tmp_path, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, 'optuna', None)
    out = tmp_path / 'sweep'
    assert main(['sweep', 'tgdfer_synth', 'synth', '--out', str(out)]) == 2
    assert 'pip install "tgdfer_mm[sweep]"' in capsys.readouterr().err
    assert not out.exists()
