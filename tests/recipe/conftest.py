"""Configs whose data sets lie in wrappers, nested in any way."""

import copy
from pathlib import Path

import pytest
from mmengine.config import Config

from tgdfer_mm.paths import config_dir


def repeat(data):
    return dict(type='RepeatDataset', times=2, dataset=data)


def balance(data):
    return dict(type='ClassBalancedDataset', oversample_thr=0.1, dataset=data)


def concatenate(data):
    return dict(type='ConcatDataset', datasets=[data, copy.deepcopy(data)])


WRAPPERS = {
    'plain': lambda data: data,
    'repeat': repeat,
    'balance': balance,
    'concatenate': concatenate,
    'repeat(concatenate(balance))': lambda d: repeat(concatenate(balance(d))),
    'concatenate(repeat)': lambda data: concatenate(repeat(data)),
    'tuple': lambda data: dict(
        type='ConcatDataset', datasets=(data, copy.deepcopy(data))
    ),
}


@pytest.fixture
def dfew(monkeypatch):
    for name in ('FOLD', 'TGDFER_FOLD'):
        monkeypatch.delenv(name, raising=False)
    cfg = Config.fromfile(Path(config_dir(), 'tgdfer_dfew.py'))
    cfg.work_dir = 'work'
    return cfg


@pytest.fixture(params=WRAPPERS)
def wrapped(dfew, request):
    """A config whose training set is wrapped."""
    loader = dfew.train_dataloader
    loader.dataset = WRAPPERS[request.param](loader.dataset)
    return dfew
