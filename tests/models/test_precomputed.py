"""Features in the place of a tower: its weights and names, and nothing computed."""

import copy

import pytest
import torch
from torch import nn

from tgdfer_mm.models import PrecomputedFeatures
from tgdfer_mm.models.backbones import OpenCLIPVisual


@pytest.fixture
def config(tiny_arch):
    return dict(type='OpenCLIPVisual', arch=tiny_arch, frozen_stages='all')


def test_names_and_what_is_trained_are_the_tower_s(config):
    kind = {k: v for k, v in config.items() if k != 'type'}
    tower, passing = OpenCLIPVisual(**kind), PrecomputedFeatures(config)
    for listing in ('state_dict', 'named_parameters', 'named_modules'):
        names = [[*dict(getattr(m, listing)())] for m in (tower, passing)]
        assert names[0] == names[1]
    assert not any(p.requires_grad for p in passing.parameters())
    passing.train()
    assert passing.training and not passing.tower.training
    passing.load_state_dict(tower.state_dict())
    for name, value in copy.deepcopy(passing).double().state_dict().items():
        assert torch.equal(value, tower.state_dict()[name].double())


def test_weights_are_loaded_as_the_tower_loads_them(config, clip_file):
    path, model = clip_file
    passing = PrecomputedFeatures({**config, 'pretrained': path, 'quick_gelu': True})
    passing.init_weights()
    loaded = model.visual.state_dict()
    for name, value in passing.tower.state_dict().items():
        assert torch.equal(value, loaded[name])


def test_parameters_of_the_tower_itself_move_with_it():
    class Own(nn.Linear):
        out_channels = 2

    tower = Own(3, 2)
    tower.register_buffer('kept', torch.ones(1), persistent=False)

    passing = _around(tower).double()
    assert list(passing.state_dict()) == ['weight', 'bias']
    assert tower.weight.dtype == tower.kept.dtype == torch.float64


def _around(tower):
    from tgdfer_mm.registry import MODELS

    name = 'TowerOfThisTest'
    MODELS.register_module(name=name, module=lambda: tower, force=True)
    return PrecomputedFeatures(dict(type=name))


def test_features_pass_and_anything_else_is_refused(config):
    passing, features = PrecomputedFeatures(config), torch.randn(4, 32)
    assert torch.equal(passing(features), features)
    for wrong in (torch.randn(4, 3, 32, 32), torch.randn(4, 31)):
        with pytest.raises(ValueError, match=r'takes features \(B, 32\).*original'):
            passing(wrong)
