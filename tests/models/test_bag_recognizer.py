"""Towers and heads put together without TG-DFER's neck."""

from pathlib import Path
from unittest.mock import MagicMock

import pytest
import torch
from mmengine.config import Config

from tgdfer_mm.paths import config_dir
from tgdfer_mm.registry import DATASETS, MODELS, TRANSFORMS

BASELINES = Path(config_dir(), 'baselines')
NAMES = ['m3dfel_dfew', 'dferclip_dfew', 'dferclip_ferv39k', 'dferclip_mafw']


@pytest.fixture
def m3dfel():
    model = Config.fromfile(BASELINES / 'm3dfel_dfew.py').model
    model.backbone.update(out_channels=32, image_size=32)
    model.backbone.backbone.base_channels = 4
    model.cls_head.update(in_channels=32, hidden_channels=16)
    return model


@pytest.fixture
def dferclip(tiny_arch, texts):
    model = Config.fromfile(BASELINES / 'dferclip_dfew.py').model
    model.backbone.arch = tiny_arch
    model.text_encoder.update(arch=tiny_arch)
    model.text_encoder.descriptions = texts
    model.cls_head.update(num_classes=3, in_channels=32, mlp_channels=32)
    return model


@pytest.fixture(params=['m3dfel', 'dferclip'])
def model(request):
    return MODELS.build(request.getfixturevalue(request.param))


def test_two_steps_reach_every_part(model, make_batch):
    model.train()
    trainable = {n: p for n, p in model.named_parameters() if p.requires_grad}
    optimizer = torch.optim.SGD(trainable.values(), lr=0.01)
    reached = set()
    for _ in range(2):
        wrapper = MagicMock()
        model.train_step(make_batch([16, 16]), wrapper)
        optimizer.zero_grad()
        wrapper.update_params.call_args.args[0].backward()
        optimizer.step()
        reached |= {
            n for n, p in trainable.items() if p.grad is not None and p.grad.any()
        }
    assert sorted(trainable.keys() - reached) == []


@torch.no_grad()
def test_predictions_score_instances_and_mark_padding(model, make_batch):
    short, whole = model.eval().test_step(make_batch([5, 16]))
    g = short.frames_per_instance
    assert len(whole.instance_scores) == len(whole.attention) == 16 // g
    assert whole.instance_mask.all()
    assert short.instance_mask.sum() == -(-5 // g)
    assert short.attention[~short.instance_mask].sum() == 0


@pytest.mark.parametrize('name', NAMES)
def test_every_name_in_a_config_is_registered(name):
    cfg = Config.fromfile(BASELINES / f'{name}.py')
    for part in ('backbone', 'text_encoder', 'cls_head'):
        if part in cfg.model:
            assert MODELS.get(cfg.model[part].type), part
    for loader in (cfg.train_dataloader, cfg.test_dataloader):
        assert DATASETS.get(loader.dataset.type)
        for step in loader.dataset.pipeline:
            assert TRANSFORMS.get(step.type), step.type
    crop = [s for s in cfg.train_dataloader.dataset.pipeline if 'Crop' in s.type]
    assert crop[0].area_range == (0.08, 1.0)
    assert cfg.recipe.selection == 'last'


def test_widths_have_to_agree(m3dfel, dferclip):
    m3dfel.cls_head.in_channels = 16
    with pytest.raises(ValueError, match='backbone 32, cls_head.in_channels 16'):
        MODELS.build(m3dfel)
    dferclip.cls_head.num_classes = 4
    with pytest.raises(ValueError, match='num_classes=4.*3 classes: happy, sad, angry'):
        MODELS.build(dferclip)


def test_other_backbones_need_the_adapter(m3dfel):
    m3dfel.backbone = m3dfel.backbone.backbone
    with pytest.raises(ValueError, match='InstanceBackbone'):
        MODELS.build(m3dfel)


@torch.no_grad()
def test_several_frames_make_an_instance(dferclip, make_batch):
    dferclip.update(frames_per_instance=4)
    dferclip.cls_head.num_frames = 4
    model = MODELS.build(dferclip).eval()
    samples = make_batch([6, 16])['data_samples']
    inputs = torch.randn(2, 16, 3, 32, 32)
    frames, _ = model.extract_feat(inputs, stage='backbone')
    bag, _ = model.extract_feat(inputs, data_samples=samples)
    assert torch.allclose(bag.instances[1, 2], frames[1, 8:12].mean(0), atol=1e-6)
    assert torch.allclose(bag.instances[0, 1], frames[0, 4:6].mean(0), atol=1e-6)
    assert bag.mask.tolist() == [[True, True, False, False], [True] * 4]
    short = model.test_step(make_batch([6]))[0]
    assert short.frames_per_instance == 4 and len(short.instance_scores) == 4


def test_instances_finer_than_the_backbone_are_refused(m3dfel):
    m3dfel.frames_per_instance = 2
    with pytest.raises(ValueError, match='every 4 frames.*frames_per_instance=2'):
        MODELS.build(m3dfel)


def test_single_frames_are_the_instances_with_their_padding(dferclip):
    model = MODELS.build(dferclip)
    features, mask = torch.randn(1, 16, 32), torch.arange(16)[None] < 6
    instances, found = model.make_instances(features, mask)
    assert torch.equal(instances, features) and torch.equal(found, mask)
