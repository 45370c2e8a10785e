"""Checkpoints as other projects write them, and small configs that they fit."""

import copy
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

import __main__

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))  # for `recorded`

import recorded  # noqa: E402


class RecorderMeter:
    """Training curves, as DFER-CLIP keeps them in its checkpoints."""

    def __init__(self):
        self.losses = np.zeros((2, 2), dtype=np.float32)


@pytest.fixture(scope='session')
def dferclip_state():
    """The weights that ``recorded/dferclip.json`` was made with."""
    data = recorded.load('dferclip')
    state = {
        n: recorded.draw(n, s) for n, s in data['shapes'].items() if 'token_' not in n
    }
    name = 'clip_model_.token_embedding.weight'
    table = state[name] = recorded.draw(name, data['shapes'][name])
    state['prompt_learner.token_prefix'] = table[49406].expand(11, 1, -1)
    state['prompt_learner.token_suffix'] = recorded.prompt_rows(data['texts'], 8, table)
    twin = 'clip_model_.positional_embedding'
    state[twin] = state['text_encoder.positional_embedding']
    return state


@pytest.fixture
def dferclip_file(dferclip_state, tmp_path, monkeypatch):
    """A checkpoint as DFER-CLIP's training writes it, with an object of its own."""
    monkeypatch.setattr(__main__, 'RecorderMeter', RecorderMeter, raising=False)
    monkeypatch.setattr(RecorderMeter, '__module__', '__main__')
    path = tmp_path / 'MAFW-set1-model_best.pth'
    state = {f'module.{n}': v for n, v in dferclip_state.items()}
    torch.save(dict(epoch=3, state_dict=state, recorder=RecorderMeter()), path)
    return path


@pytest.fixture(scope='session')
def m3dfel_state():
    shapes = recorded.load('m3dfel')['shapes']
    return {name: recorded.draw(name, shape) for name, shape in shapes.items()}


@pytest.fixture
def m3dfel_file(m3dfel_state, tmp_path):
    path = tmp_path / 'model_best.pth'
    state = {f'module.{n}': v for n, v in m3dfel_state.items()}
    torch.save(dict(epoch=3, state_dict=state, best_wa=0.5, optimizer={}), path)
    return path


@pytest.fixture
def dferclip_cfg():
    cfg = copy.deepcopy(recorded.leaf('dferclip_mafw'))
    cfg.model.backbone.arch = cfg.model.text_encoder.arch = recorded.TINY_CLIP
    return cfg


@pytest.fixture
def emoclip_cfg():
    cfg = copy.deepcopy(recorded.leaf('emoclip_mafw'))
    cfg.model.backbone.arch = cfg.model.text_encoder.arch = recorded.TINY_CLIP
    return cfg


@pytest.fixture
def m3dfel_cfg():
    cfg = copy.deepcopy(recorded.leaf('m3dfel_dfew'))
    cfg.model.backbone.update(out_channels=64, image_size=32)
    cfg.model.backbone.backbone.base_channels = 8
    cfg.model.cls_head.update(in_channels=64, hidden_channels=16)
    return cfg
