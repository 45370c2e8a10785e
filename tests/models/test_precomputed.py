"""Features in the place of a tower: its weights and names, and nothing computed."""

import copy

import pytest
import torch
from torch import nn

from tgdfer_mm.models import PrecomputedFeatures
from tgdfer_mm.models.backbones import OpenCLIPVisual
from tgdfer_mm.registry import MODELS


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


def test_a_whole_model_starts_as_with_the_tower():
    tower = dict(
        type='InstanceBackbone',
        backbone=dict(type='ResNet', depth=18),
        num_frames=2,
        image_size=32,
        out_channels=8,
        input_format='NCHW',
    )
    head = dict(type='LinearBagHead', num_classes=3, in_channels=8)
    states = []
    for backbone in (tower, dict(type='PrecomputedFeatures', backbone=tower)):
        torch.manual_seed(0)
        model = MODELS.build(
            dict(type='BagRecognizer', backbone=backbone, cls_head=head)
        )
        model.init_weights()
        states.append(model.state_dict())
    assert states[0].keys() == states[1].keys()
    for name, value in states[0].items():
        assert torch.equal(value, states[1][name]), name


def test_parameters_of_the_tower_itself_move_with_it():
    class Own(nn.Linear):
        out_channels = 2

    tower = Own(3, 2)
    tower.register_buffer('kept', torch.ones(1), persistent=False)

    passing = _around(tower).double()
    assert list(passing.state_dict()) == ['weight', 'bias']
    assert tower.weight.dtype == tower.kept.dtype == torch.float64


def _around(tower):
    name = 'TowerOfThisTest'
    MODELS.register_module(name=name, module=lambda: tower, force=True)
    return PrecomputedFeatures(dict(type=name))


def test_features_pass_and_anything_else_is_refused(config):
    passing, features = PrecomputedFeatures(config), torch.randn(4, 32)
    assert torch.equal(passing(features), features)
    for wrong in (torch.randn(4, 3, 32, 32), torch.randn(4, 31)):
        with pytest.raises(ValueError, match=r'takes features \(B, 32\).*original'):
            passing(wrong)
