"""Shared set-up: register the package, keep every test on few threads."""

import ast
import gc
import logging
import os
import time
from types import SimpleNamespace

import matplotlib
import pytest
import torch
from mmengine.config import config as mmengine_config
from mmengine.dataset import base_dataset
from mmengine.registry import init_default_scope

matplotlib.use('Agg')
# Two packages of OpenCV may be installed here; what new processes say is tested.
os.environ['PYTHONWARNINGS'] = 'ignore:opencv-'

import tgdfer_mm  # noqa: E402, F401


def _unformatted(text, **_):
    """Refuses a text that is not Python, as the layout of yapf does."""
    ast.parse(text)
    return text, True


# Laying out the text of a config, which each run writes, takes a second and more.
mmengine_config.FormatCode = _unformatted
# mmengine collects garbage for every data set built: 0.2 s with all that is imported.
base_dataset.gc = SimpleNamespace(collect=lambda: 0)


@pytest.fixture(scope='session', autouse=True)
def _cheap_collections():
    """What was imported before the tests is no garbage, and not looked through."""
    gc.freeze()


@pytest.fixture(autouse=True)
def _mmaction_scope():
    init_default_scope('mmaction')
    # Of several processes, which pytest-xdist starts, each has one.
    torch.set_num_threads(1 if 'PYTEST_XDIST_WORKER' in os.environ else 2)
    torch.manual_seed(0)


@pytest.fixture(autouse=True)
def _environment_stays():
    """What a test or a config sets, such as TGDFER_FOLD, ends with the test."""
    before = dict(os.environ)
    yield
    for name in os.environ.keys() - before.keys():
        del os.environ[name]
    os.environ.update(before)


@pytest.fixture(autouse=True)
def _logs_stay_on():
    """A test that leaves them off fails itself, not those that read them later."""
    before = logging.root.manager.disable
    yield
    assert logging.root.manager.disable == before, 'logging.disable has not been undone'


@pytest.fixture(autouse=True)
def _no_choice_of_the_user(monkeypatch, tmp_path_factory):
    """The user's default model must not change what the tests see."""
    monkeypatch.setenv('XDG_CONFIG_HOME', str(tmp_path_factory.getbasetemp() / 'none'))


@pytest.fixture
def no_tick(monkeypatch):
    """Trusts folders that have only just changed."""
    from tgdfer_mm.clips import clip_index

    monkeypatch.setattr(clip_index, '_TICK', 0)
    time.sleep(0.02)  # more than the clock of the file system takes to move on


@pytest.fixture
def listed(monkeypatch):
    """The folders that were listed, by name."""
    from tgdfer_mm.clips import clip_index

    seen = []
    scandir = os.scandir

    def spy(path):
        if isinstance(path, str):  # as the index says it; others have paths and numbers
            seen.append(os.path.basename(os.path.normpath(path)))
        return scandir(path)

    monkeypatch.setattr(clip_index.os, 'scandir', spy)
    return seen


@pytest.fixture
def hub(monkeypatch, tmp_path):
    """A host in the place of the Hugging Face hub, and an empty cache."""
    from huggingface_hub import constants, file_download

    from .hub_host import serving_hub

    with serving_hub() as host:
        changed = dict(
            ENDPOINT=host.url,
            HUGGINGFACE_CO_URL_TEMPLATE=(
                host.url + '/{repo_id}/resolve/{revision}/{filename}'
            ),
            HF_HUB_CACHE=str(tmp_path / 'hub cache'),
            HF_HUB_OFFLINE=False,
            HF_TOKEN_PATH=str(tmp_path / 'no token'),
        )
        for name, value in changed.items():
            monkeypatch.setattr(constants, name, value)
            if hasattr(file_download, name):  # before version 1
                monkeypatch.setattr(file_download, name, value)
        monkeypatch.delenv('HF_TOKEN', raising=False)
        yield host
