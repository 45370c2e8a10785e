"""Commands of the launchers, and processes that end when they should."""

import os
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tgdfer_mm.protocol.launch import Launcher, folder_lock, run_command
from tgdfer_mm.protocol.runs import Run

RUN = Run(2, 4, Path('root'), 'val', {})
OPTIONS = [
    *('--work-dir', 'root/seed2', '--seed', '2', '--fold', '4'),
    *('--selection', 'val', '--resume'),
]
PAUSE = 'import signal; signal.pause()'


def test_the_command_of_each_launcher():
    command = Launcher('c.py', options=['a=1', 'b=2'], extra=['--amp']).command(RUN)
    assert command[0] == sys.executable and Path(command[1]).name == 'train.py'
    assert command[2:] == ['c.py', *OPTIONS, '--amp', '--cfg-options', 'a=1', 'b=2']

    command = Launcher('c.py', 'pytorch', 4).command(RUN)
    assert Path(command[1]).name == 'dist_train.sh'
    assert command[2:] == ['c.py', '4', *OPTIONS]

    slurm = Launcher('c.py', 'slurm', 16, 'gpu')
    command = slurm.command(replace(RUN, fold=None))
    assert Path(command[1]).name == 'slurm_train.sh'
    assert command[2:5] == ['gpu', 'seed2', 'c.py'] and '--fold' not in command
    env = slurm.environment()
    assert (env['GPUS'], env['GPUS_PER_NODE']) == ('16', '8')


def test_a_test_is_started_in_the_same_ways():
    files = ('seed0/fold1 on mafw', 'c.py', 'a.pth', ['--on', 'mafw'])
    command = Launcher('c.py', extra=['--amp']).test_command(*files)
    assert Path(command[1]).name == 'test.py'
    assert command[2:] == ['c.py', 'a.pth', '--on', 'mafw']
    command = Launcher('c.py', 'pytorch', 4).test_command(*files)
    assert Path(command[1]).name == 'dist_test.sh'
    assert command[2:5] == ['c.py', 'a.pth', '4']
    command = Launcher('c.py', 'slurm', 4, 'gpu').test_command(*files)
    assert Path(command[1]).name == 'slurm_test.sh'
    assert command[2:6] == ['gpu', 'seed0_fold1_on_mafw', 'c.py', 'a.pth']


def test_what_does_not_go_together_is_refused():
    for arguments, match in (
        (('none', 4), '--gpus needs'),
        (('pytorch',), 'needs --gpus'),
        (('slurm', 4), 'needs --partition'),
    ):
        with pytest.raises(ValueError, match=match):
            Launcher('c.py', *arguments)


def test_protocols_on_one_machine_get_ports_of_their_own(monkeypatch):
    monkeypatch.delenv('PORT', raising=False)
    launcher = Launcher('c.py', 'pytorch', 2)
    env = launcher.environment()
    assert int(env['PORT']) > 1023
    assert env['PATH'].startswith(str(Path(sys.executable).parent))
    monkeypatch.setenv('PORT', '29501')
    assert launcher.environment()['PORT'] == '29501'


def test_output_and_exit_code_are_those_of_the_command(tmp_path):
    log = tmp_path / 'log'
    for code in (0, 3):
        command = [sys.executable, '-c', f'print("said"); exit({code})']
        with folder_lock(tmp_path) as lock:
            assert run_command(command, log, lock, dict(os.environ), lambda: 0) == code
    assert log.read_text() == 'said\n' * 2  # an earlier attempt's is kept


def test_an_interruption_ends_the_command(tmp_path):
    def interrupt():
        raise KeyboardInterrupt

    command = [sys.executable, '-c', PAUSE]
    with folder_lock(tmp_path) as lock, pytest.raises(KeyboardInterrupt):
        run_command(
            *(command, tmp_path / 'log', lock, dict(os.environ), interrupt),
            interval=0.01,
        )
    # Nobody holds the lock any more, which the command would if it were alive.
    with folder_lock(tmp_path) as lock:
        assert lock is not None


def test_the_lock_is_for_one(tmp_path):
    with folder_lock(tmp_path / 'new') as first, folder_lock(tmp_path / 'new') as other:
        assert first is not None and other is None
    with folder_lock(tmp_path / 'new', wait=True) as lock:
        assert lock is not None
