"""The shell scripts pass on what they are given, spaces included."""

import os
import subprocess
from pathlib import Path

import pytest

TOOLS = Path(__file__).parents[2] / 'tools'


@pytest.fixture
def call(tmp_path):
    """Runs a script with a launcher that only writes down its arguments."""
    for launcher in ('torchrun', 'srun'):
        fake = tmp_path / launcher
        fake.write_text('#!/bin/sh\necho "PYTHONPATH=$PYTHONPATH"\nprintf "%s\\n" "$@"')
        fake.chmod(0o755)

    def run(script, *args, **env):
        env = {**os.environ, 'PATH': f'{tmp_path}:{os.environ["PATH"]}', **env}
        return subprocess.run(
            ['bash', TOOLS / script, *args], env=env, capture_output=True, text=True
        )

    return run


@pytest.mark.parametrize(
    ('script', 'given', 'wanted'),
    [
        ('dist_train.sh', ['c.py', '2'], ['train.py', 'c.py', 'pytorch']),
        ('dist_test.sh', ['c.py', 'x.pth', '2'], ['test.py', 'c.py', 'x.pth']),
        ('slurm_train.sh', ['gpu', 'job', 'c.py'], ['train.py', 'c.py', 'slurm']),
        ('slurm_test.sh', ['gpu', 'job', 'c.py', 'x.pth'], ['test.py', 'x.pth']),
    ],
)
def test_the_tool_gets_the_arguments_in_order(call, script, given, wanted):
    done = call(script, *given, '--cfg-options', 'a=b c', SRUN_ARGS='--x --y')
    assert done.returncode == 0, done.stderr
    path, *lines = done.stdout.splitlines()
    assert str(TOOLS / '..') in path
    assert lines[-2:] == ['--cfg-options', 'a=b c']
    found = [line.rsplit('/', 1)[-1] for line in lines]
    positions = [found.index(word) for word in wanted]
    assert positions == sorted(positions)
    if script.startswith('dist'):
        assert '--nproc_per_node=2' in lines
    else:
        assert {'--x', '--y', '--job-name=job', '--gres=gpu:8'} <= set(lines)


@pytest.mark.parametrize('script', sorted(p.name for p in TOOLS.glob('*.sh')))
def test_too_few_arguments_show_the_usage(call, script):
    done = call(script, 'one')
    assert done.returncode == 2
    assert f'tools/{script} ' in done.stderr
