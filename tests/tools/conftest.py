"""Small configs for the tools to read."""

import os
from importlib import import_module

import pytest

from tgdfer_cli.main import parse
from tgdfer_mm.recipe import apply_recipe


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
    """Makes the config that a command runs."""

    def make(name, *args):
        module = import_module(f'tgdfer_mm.commands.{name}')
        cfg = module.make_config(parse(name, list(map(str, args))))
        apply_recipe(cfg)
        return cfg

    return make
