"""Two ranks on a CPU through torchrun give the result of one rank."""

import os
import subprocess
import sys

import pytest
import torch
from conftest import CONFIG, HERE

ROOT = HERE.parents[1]


def test_two_ranks_evaluate_as_one_does(processes, tmp_path, read_metrics):
    command = [
        *(sys.executable, '-m', 'torch.distributed.run', '--nproc_per_node', '2'),
        *('--master_port', '0', '--rdzv_backend', 'c10d'),
        *('--rdzv_endpoint', 'localhost:0', ROOT / 'tools/train.py', CONFIG),
        *('--launcher', 'pytorch', '--work-dir', tmp_path, '--fold', '2'),
        # mmengine's EMA keeps the norms' buffers as they were before they are synced.
        *('--cfg-options', 'train_cfg.max_epochs=1', 'custom_hooks=[]'),
    ]
    # The package of this checkout, wherever an installed one lies.
    path = os.pathsep.join([str(HERE), str(ROOT)])
    env = dict(os.environ, PYTHONPATH=path, CUDA_VISIBLE_DEVICES='')
    env |= dict(OMP_NUM_THREADS='1')
    done = subprocess.run(
        list(map(str, command)), env=env, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    folder = tmp_path / 'fold2'
    checkpoint = torch.load(folder / 'epoch_1.pth', weights_only=True)
    assert checkpoint['meta']['dataset_meta']['fold'] == 2
    # 9 clips on 2 ranks: the tenth, repeated to fill up, must not count.
    two = read_metrics(folder)

    args = ('--work-dir', tmp_path / 'one', '--fold', '2')
    assert processes.run('test.py', folder / 'epoch_1.pth', *args) == 0
    one = read_metrics(tmp_path / 'one')
    for name in ('standin/accuracy', 'standin/sum'):
        assert two[name] == pytest.approx(one[name], rel=1e-5)
