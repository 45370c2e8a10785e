"""Two hosts of one process each: namespaces of the network that a cable connects.

Needs root and iproute2; run with ``pytest -m slow tests/engine/test_two_hosts.py``.
"""

import os
import shutil
import subprocess
import sys

import pytest
from conftest import HERE
from test_exact_checkpoint_hook import assert_same, load

ROOT = HERE.parents[1]
ADDRESSES = ('10.77.0.1', '10.77.0.2')
KEYS = ('state_dict', 'optimizer', 'exact')

pytestmark = pytest.mark.slow


@pytest.fixture(scope='module')
def hosts():
    """The names of two namespaces in which no network is but the cable."""
    if os.geteuid() or not shutil.which('ip'):
        pytest.skip('namespaces of the network need root and iproute2')
    names = [f'tgdfer{os.getpid()}{which}' for which in 'ab']

    def ip(*words):
        subprocess.run(['ip', *words], check=True)

    try:
        for name in names:
            ip('netns', 'add', name)
        ends = [('veth0', 'netns', name) for name in names]
        ip('link', 'add', *ends[0], 'type', 'veth', 'peer', *ends[1])
        for name, address in zip(names, ADDRESSES, strict=True):
            ip('-n', name, 'address', 'add', f'{address}/24', 'dev', 'veth0')
            for device in ('lo', 'veth0'):
                ip('-n', name, 'link', 'set', device, 'up')
        yield names
    finally:
        for name in names:
            subprocess.run(['ip', 'netns', 'delete', name])


@pytest.fixture
def train(hosts):
    """Trains on both hosts; the exit codes of their torchruns."""

    def run(config, *args, second=None):
        started = [
            subprocess.Popen(
                [
                    *('ip', 'netns', 'exec', hosts[place]),
                    *(sys.executable, '-m', 'torch.distributed.run', '--nnodes', '2'),
                    *('--nproc_per_node', '1', '--rdzv_backend', 'c10d'),
                    *('--rdzv_endpoint', f'{ADDRESSES[0]}:29500'),
                    *('--rdzv_conf', f'is_host={place == 0}'),
                    *('--local_addr', ADDRESSES[place]),
                    *('-m', 'tgdfer_mm', 'train', str(HERE / config)),
                    *('--launcher', 'pytorch', *map(str, args)),
                ],
                env={
                    **os.environ,
                    'PYTHONPATH': os.pathsep.join([str(HERE), str(ROOT)]),
                    'CUDA_VISIBLE_DEVICES': '',
                    'OMP_NUM_THREADS': '1',
                    'GLOO_SOCKET_IFNAME': 'veth0',
                    **((second or {}) if place else {}),
                },
            )
            for place in range(2)
        ]
        return [process.wait() for process in started]

    return run


@pytest.mark.parametrize('config', ['standin_config.py', 'sharded_config.py'])
def test_a_killed_host_and_a_resumed_run_change_nothing(train, config, tmp_path):
    folders = [tmp_path / name for name in ('once', 'twice')]
    shorter = ('--cfg-options', 'train_cfg.max_epochs=2', '--seed', '3', '--work-dir')
    if config == 'standin_config.py':
        names = [folder / 'fold1/epoch_2.pth' for folder in folders]
        dies = '4'  # iterations, of three an epoch
    else:
        names = [folder / 'epoch_2.pth' for folder in folders]
        dies = '1'  # of one an epoch
    once, twice = folders
    assert train(config, *shorter, once) == [0, 0]
    killed = train(config, *shorter, twice, second=dict(STANDIN_DIE_AT=dies))
    assert all(code != 0 for code in killed)
    assert not names[1].exists()
    assert names[1].with_name('epoch_1.pth').exists()
    assert train(config, *shorter, twice, '--resume') == [0, 0]
    ours, theirs = load(names[1]), load(names[0])
    for key in KEYS:
        assert_same(ours[key], theirs[key], key)
