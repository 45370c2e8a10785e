"""A run that is killed and resumed has the same result."""

import shutil

import pytest
import torch
from conftest import KILLED

from tgdfer_mm.engine import (
    ExactCheckpointHook,
    find_resumable,
)
from tgdfer_mm.features import processes

RESUME = ('--resume', '--work-dir')


def load(path):
    return torch.load(path, weights_only=True)


def assert_same_training(path, other):
    """All that training goes on from is equal, to the bit."""
    ours, theirs = load(path), load(other)
    keys = ('state_dict', 'ema_state_dict', 'optimizer', 'param_schedulers', 'exact')
    for key in keys:
        assert_same(ours[key], theirs[key], key)
    logs = (c['message_hub']['log_scalars']['train/loss'] for c in (ours, theirs))
    assert_same(*logs, 'train/loss')


def assert_same(ours, theirs, where):
    assert type(ours) is type(theirs), where
    if isinstance(ours, torch.Tensor):
        assert torch.equal(ours, theirs), where
    elif isinstance(ours, dict):
        assert ours.keys() == theirs.keys(), where
        for key in ours:
            assert_same(ours[key], theirs[key], f'{where}.{key}')
    elif isinstance(ours, (list, tuple)):
        assert len(ours) == len(theirs), where
        for i, pair in enumerate(zip(ours, theirs, strict=True)):
            assert_same(*pair, f'{where}.{i}')
    else:
        assert ours == theirs, where


@pytest.fixture(scope='module')
def interrupted(processes, tmp_path_factory):
    """Killed within epoch 2, then while writing epoch 3, then finished."""
    root = tmp_path_factory.mktemp('interrupted')
    folder = root / 'fold1'

    def train(*args, **env):
        return processes.run('train.py', '--work-dir', root, *args, **env)

    assert train('--seed', '3', STANDIN_DIE_AT='9') == KILLED
    assert {p.name for p in folder.glob('*.pth')} == {'epoch_1.pth'}

    assert train('--resume', STANDIN_DIE_WRITING='epoch_3.pth') == KILLED
    (half,) = folder.glob('.epoch_3.pth.*.tmp')
    assert half.stat().st_size > 0
    assert {p.name for p in folder.glob('*.pth')} == {'epoch_1.pth', 'epoch_2.pth'}
    assert all(load(p) for p in folder.glob('*.pth'))

    # The seed of the run counts, not that of the command that resumes it; and no
    # weights are initialised, which could need a download.
    assert train('--resume', '--seed', '99', STANDIN_FORBID_INIT='1') == 0
    return folder


def test_killed_twice_and_resumed_ends_with_the_same_weights(
    uninterrupted, interrupted
):
    assert_same_training(interrupted / 'epoch_4.pth', uninterrupted / 'epoch_4.pth')
    assert {p.name for p in interrupted.glob('*.pth')} == {
        'epoch_3.pth',
        'epoch_4.pth',
    }
    assert not list(interrupted.glob('.*.tmp'))


def test_without_the_random_states_the_weights_differ(
    uninterrupted, processes, tmp_path
):
    checkpoint = load(uninterrupted / 'epoch_3.pth')
    del checkpoint['exact']
    start = tmp_path / 'epoch_3.pth'
    torch.save(checkpoint, start)
    assert processes.run('train.py', '--work-dir', tmp_path, '--resume', start) == 0
    ours, theirs = (
        load(f / 'epoch_4.pth') for f in (tmp_path / 'fold1', uninterrupted)
    )
    assert not torch.equal(
        ours['state_dict']['fc.weight'], theirs['state_dict']['fc.weight']
    )


def test_a_damaged_newest_checkpoint_is_passed_over(uninterrupted, processes, tmp_path):
    folder = shutil.copytree(uninterrupted, tmp_path / 'fold1')
    newest = folder / 'epoch_4.pth'
    newest.write_bytes(newest.read_bytes()[:-1000])
    assert processes.run('train.py', *RESUME, tmp_path) == 0
    assert_same_training(newest, uninterrupted / 'epoch_4.pth')


def test_evaluation_between_epochs_does_not_disturb_training(
    uninterrupted, processes, tmp_path
):
    args = ('--work-dir', tmp_path, '--seed', '3', '--no-validate')
    assert processes.run('train.py', *args) == 0
    assert_same_training(tmp_path / 'fold1/epoch_4.pth', uninterrupted / 'epoch_4.pth')


def test_two_ranks_resume_exactly(processes, tmp_path):
    epochs = ('--cfg-options', 'train_cfg.max_epochs=2', '--seed', '3', '--work-dir')
    once, twice = tmp_path / 'once', tmp_path / 'twice'
    assert processes.run_ranks('train.py', *epochs, once) == [0, 0]
    died = processes.run_ranks('train.py', *epochs, twice, STANDIN_DIE_AT='4')
    assert KILLED in died
    # Rank 1 goes by what rank 0 finds, not by what it sees itself.
    args = (*epochs, twice, '--resume')
    assert processes.run_ranks('train.py', *args, STANDIN_BLIND_RANK='1') == [0, 0]
    final = once / 'fold1/epoch_2.pth'
    assert_same_training(twice / 'fold1/epoch_2.pth', final)
    states = load(final)['exact']['random_states']
    assert len(states) == 2


def test_every_rank_gets_the_error_of_the_first(monkeypatch, tmp_path):
    (tmp_path / 'epoch_1.pth').write_bytes(b'damaged')
    sent = []
    monkeypatch.setattr(processes, 'broadcast_object_list', sent.append)
    with pytest.raises(RuntimeError, match='epoch_1.pth'):
        processes.as_one(find_resumable, tmp_path, 'epoch_{}.pth')

    monkeypatch.setattr(processes, 'is_main_process', lambda: False)
    monkeypatch.setattr(
        *(processes, 'broadcast_object_list'),
        lambda answer: answer.__setitem__(slice(None), sent[0]),
    )
    with pytest.raises(RuntimeError, match='epoch_1.pth'):
        processes.as_one(find_resumable, tmp_path / 'unseen', 'epoch_{}.pth')


def test_checkpoints_that_resuming_needs_are_not_given_away():
    with pytest.raises(ValueError, match='at least 2'):
        ExactCheckpointHook(max_keep_ckpts=1)
    with pytest.raises(ValueError, match='by_epoch'):
        ExactCheckpointHook(by_epoch=False)
    assert ExactCheckpointHook(max_keep_ckpts=-1).max_keep_ckpts == -1


def test_the_newest_is_found_by_number_not_by_time_or_text(tmp_path):
    for name in (
        'epoch_10.pth',
        'epoch_9.pth',
        '.epoch_11.pth.tmp',
        'best_epoch_12.pth',
    ):
        torch.save({}, tmp_path / name)
    assert find_resumable(tmp_path) == (tmp_path / 'epoch_10.pth', {})
    (tmp_path / 'epoch_10.pth').write_bytes(b'')
    path, skipped = find_resumable(tmp_path)
    assert path.name == 'epoch_9.pth'
    assert [p.name for p in skipped] == ['epoch_10.pth']
    (tmp_path / 'epoch_9.pth').write_text('no checkpoint')
    with pytest.raises(RuntimeError, match='(?s)epoch_10.*epoch_9'):
        find_resumable(tmp_path)
    assert find_resumable(tmp_path / 'nowhere') == (None, {})


@pytest.mark.parametrize('lost', ['meta', 'optimizer', 'exact', 'param_schedulers'])
def test_a_checkpoint_that_lacks_something_ends_in_one_line(
    processes, uninterrupted, tmp_path, lost
):
    checkpoint = load(uninterrupted / 'epoch_3.pth')
    checkpoint[lost] = dict(something='else')
    path = tmp_path / 'odd.pth'
    torch.save(checkpoint, path)
    work = tmp_path / 'work'
    assert processes.run('train.py', '--resume', path, '--work-dir', work) == 2
