"""A protocol that is killed and started again has the same numbers."""

import json
import shutil
from pathlib import Path

import pytest

from tgdfer_mm.protocol import load_contender

KILLED = -9
RUNS = [f'seed{seed}/fold{fold}' for seed in (0, 1) for fold in (1, 2)]
SAME = ('results.json', 'results.md')


@pytest.fixture(scope='session')
def whole(run_folds, tmp_path_factory):
    """Folder of a protocol that nothing interrupted."""
    folder = tmp_path_factory.mktemp('whole') / 'p'
    assert run_folds(folder, '--selection', 'val') == 0, read_out(folder)
    return folder


@pytest.fixture
def again(whole, tmp_path):
    """A copy of it."""
    return Path(shutil.copytree(whole, tmp_path / 'p'))


def read_out(folder):
    return Path(f'{folder}.out').read_text()


def read_predictions_by_hand(folder):
    """The ten lines of a sceptic: WAR and UAR, pooled and as mean of folds."""
    numbers = {'pooled': {'WAR': 0, 'UAR': 0}, 'mean_of_folds': {'WAR': 0, 'UAR': 0}}
    for seed in (0, 1):
        files = [folder / f'seed{seed}/fold{k}/predictions.jsonl' for k in (1, 2)]
        folds = [[json.loads(s) for s in open(file)] for file in files]
        for way, parts in (('pooled', [sum(folds, [])]), ('mean_of_folds', folds)):
            for part in parts:
                right = [(c['label'], c['label'] == c['pred']) for c in part]
                recalls = [[r for c, r in right if c == k] for k in range(3)]
                share = 100 / len(parts) / 2
                numbers[way]['WAR'] += share * sum(r for _, r in right) / len(right)
                numbers[way]['UAR'] += share * sum(sum(r) / len(r) for r in recalls) / 3
    return numbers


def test_the_numbers_are_those_of_the_dumped_predictions(whole):
    report = json.loads((whole / 'results.json').read_text())
    for way, numbers in read_predictions_by_hand(whole).items():
        for name, value in numbers.items():
            got = report['summary'][way][name]['mean']
            assert got == pytest.approx(value, abs=1e-9)


def test_everything_is_named_beside_the_numbers(whole):
    report = json.loads((whole / 'results.json').read_text())
    assert [run['run'] for run in report['runs']] == RUNS
    assert report['selection']['rule'] == 'val'
    assert report['last']['summary']['pooled']['WAR']['n'] == 2
    assert len(report['runs'][0]['config_sha256']) == 64
    text, out = (whole / 'results.md').read_text(), read_out(whole)
    assert 'on a validation part, 25 %' in text
    for shown in (text, out):
        assert all(w in shown for w in ('last epoch', 'difference', 'pooled'))
    assert all(name in text for name in (*RUNS, 'happy', 'No published numbers'))
    assert (whole / 'confusion_matrix.png').stat().st_size > 1000
    assert '/' not in report['runs'][0]['run'].replace('seed0/fold1', '')
    assert str(whole) not in text + (whole / 'results.json').read_text()


def test_killed_and_started_again_it_ends_the_same(whole, run_folds, tmp_path):
    folder = tmp_path / 'p'
    rule = ('--selection', 'val')
    # In the second run, together with the training.
    code = run_folds(folder, *rule, TROUBLE='both seed0/fold2 4')
    assert code == KILLED
    assert not (folder / 'results.json').exists()
    assert not (folder / 'seed0/fold2/finished.json').exists()
    # In the third; its training goes on alone and is waited for.
    code = run_folds(folder, *rule, TROUBLE='parent seed1/fold1 4')
    assert code == KILLED
    assert run_folds(folder, *rule) == 0, read_out(folder)
    for name in SAME:
        assert (folder / name).read_bytes() == (whole / name).read_bytes()
    out = read_out(folder)
    assert out.count('seed0/fold1: runs') == 1
    assert out.count('seed0/fold1: finished') == 2
    assert out.count('seed1/fold2: runs') == 1


def test_finished_runs_are_skipped_and_damaged_ones_are_not(again, run_folds):
    def times():
        return [(again / run / 'finished.json').stat().st_mtime_ns for run in RUNS]

    before = times()
    wanted = {name: (again / name).read_bytes() for name in SAME}
    (again / 'results.json').unlink()
    file = again / 'seed1/fold1/predictions.jsonl'
    file.write_text(file.read_text().replace('0.', '0.0', 1))
    assert run_folds(again, '--selection', 'val') == 0, read_out(again)
    assert [a == b for a, b in zip(before, times(), strict=True)] == [
        *(True, True, False, True)
    ]
    assert {name: (again / name).read_bytes() for name in SAME} == wanted


def test_a_failing_run_stops_with_its_log_and_keeps_the_others(run_folds, tmp_path):
    folder = tmp_path / 'p'
    trouble = dict(TROUBLE='fail seed0/fold2 4')
    assert run_folds(folder, seeds='0', **trouble) == 1
    out = read_out(folder)
    assert 'seed0/fold2 failed with exit code 1' in out
    assert f'{folder}/seed0/fold2/run.log' in out.replace('\n', '')
    assert 'the trouble that was asked for' in out
    assert (folder / 'seed0/fold1/finished.json').is_file()
    assert not (folder / 'results.json').exists()


def test_a_folder_of_another_config_is_left_alone(again, run_folds):
    code = run_folds(again, '--selection', 'val', '--cfg-options', 'log_level=ERROR')
    assert code == 0  # changes no number
    change = ('--cfg-options', 'optim_wrapper.optimizer.lr=0.01')
    assert run_folds(again, '--selection', 'val', *change) == 2
    assert 'different: optim_wrapper.optimizer.lr.' in read_out(again)
    assert run_folds(again, '--selection', 'test') == 2
    assert 'selection' in read_out(again).rsplit('different:', 1)[-1]
    (again / 'seed0/fold1/started.json').unlink()
    assert run_folds(again, '--selection', 'val') == 2
    assert 'has checkpoints, but no started.json' in read_out(again)


def test_the_result_can_be_compared(whole):
    contender = load_contender(whole)
    assert contender.seeds == [0, 1] and len(contender.labels()) == 18
    assert 'validation part' in contender.rule
