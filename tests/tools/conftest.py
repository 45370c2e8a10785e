"""Small configs for the tools to read."""

import os
import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def config(tmp_path, monkeypatch):
    """A config with folds; what it imports is the package alone."""
    # Set and unset again after the test, whatever the tools do to them.
    for name in ('FOLD', 'TGDFER_FOLD', 'LOCAL_RANK', 'TGDFER_ALLOW_PICKLE'):
        monkeypatch.setenv(name, '')
        del os.environ[name]
    monkeypatch.chdir(tmp_path)
    path = tmp_path / 'folded.py'
    path.write_text(
        """
fold = int(__import__('tgdfer_mm').setting('FOLD', '1'))
data = dict(type='Data', fold=fold)
train_dataloader = dict(batch_size=2, dataset=dict(type='Repeat', dataset=data))
val_dataloader = dict(batch_size=2, dataset=data)
test_dataloader = val_dataloader
val_cfg = dict()
val_evaluator = dict(type='DFERMetric')
test_evaluator = val_evaluator
custom_hooks = [dict(type='CheckpointContractHook')]
optim_wrapper = dict(optimizer=dict(type='SGD', lr=0.1))
randomness = dict(seed=0)
auto_scale_lr = dict(enable=False, base_batch_size=2)
"""
    )
    return path


@pytest.fixture
def single_split(config):
    """A config without folds."""
    path = config.with_name('single.py')
    path.write_text(config.read_text().replace('fold=fold', 'fold=None'))
    return path


@pytest.fixture
def tool():
    """Makes the config that a tool makes of its command line."""

    def make(name, *args):
        module = runpy.run_path(str(ROOT / 'tools' / f'{name}.py'))
        return module['make_config'](module['parse_args'](list(map(str, args))))

    return make
