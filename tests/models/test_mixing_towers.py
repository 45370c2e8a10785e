"""Configs of other towers of open_clip: what they state, and two steps, shrunk."""

from pathlib import Path
from unittest.mock import MagicMock

import open_clip
import pytest
import torch
from mmaction.structures import ActionDataSample
from mmengine.config import Config
from mmengine.optim import build_optim_wrapper
from mmengine.registry import init_default_scope

from tgdfer_mm.paths import config_dir
from tgdfer_mm.registry import MODELS

from .small_tokenizers import write_tokenizer
from .small_towers import FAMILIES, SIZE, WIDTH

# Config -> the small family in the place of its towers.
TOWERS = {'siglip2-base': 'siglip2', 'eva02': 'eva02', 'mobileclip': 'mobileclip-s'}


def leaf(name):
    return Config.fromfile(Path(config_dir(), f'mixing/tgdfer_{name}_dfew.py'))


@pytest.mark.parametrize('name', TOWERS)
def test_what_a_config_states_is_what_the_weights_want(name):
    cfg = leaf(name)
    model, tag = cfg.model, cfg.pretrained
    arch = open_clip.get_model_config(cfg.arch)
    weights = open_clip.get_pretrained_cfg(cfg.arch, tag)
    assert weights
    for part in (model.backbone, model.text_encoder):
        assert (part.arch, part.pretrained) == (cfg.arch, tag)
    for key in ('mean', 'std'):
        wanted = [255 * value for value in weights[key]]
        assert model.data_preprocessor[key] == pytest.approx(wanted, abs=1e-3)
    for part in (model.neck, model.cls_head):
        assert part.in_channels == arch['embed_dim']
    assert cfg.image_size == arch['vision_cfg']['image_size']
    hub = arch['text_cfg'].get('hf_tokenizer_name')
    assert model.text_encoder.get('tokenizer') == (hub and f'hf-hub:{hub}')


@pytest.fixture(params=TOWERS)
def shrunk(request, texts, tmp_path):
    init_default_scope('mmaction')
    torch.manual_seed(0)
    cfg, family = leaf(request.param), FAMILIES[TOWERS[request.param]]
    towers = dict(arch=family, pretrained=None)
    text = {**towers, 'descriptions': texts}
    hub = family['text_cfg'].get('hf_tokenizer_name')
    if hub:
        text['tokenizer'] = write_tokenizer(tmp_path, hub)
    cfg.model.merge(
        dict(
            backbone=towers,
            text_encoder=text,
            neck=dict(in_channels=WIDTH),
            cls_head=dict(in_channels=WIDTH, num_classes=3),
        )
    )
    cfg.model.text_encoder.descriptions = texts
    model = MODELS.build(cfg.model)
    model.init_weights()
    return cfg, model


def batch_of(num_valid):
    samples, inputs = [], []
    for i, valid in enumerate(num_valid):
        sample = ActionDataSample(metainfo=dict(clip=f'{i:05d}', num_valid=valid))
        samples.append(sample.set_gt_label(i % 3))
        inputs.append(torch.randint(256, (16, 3, SIZE, SIZE), dtype=torch.uint8))
    return dict(inputs=inputs, data_samples=samples)


def test_two_steps_reach_every_part_and_scores_follow(shrunk):
    cfg, model = shrunk
    optimizer = build_optim_wrapper(model, cfg.optim_wrapper)
    rates = {id(p): g['lr'] for g in optimizer.param_groups for p in g['params']}
    tower = [id(p) for p in model.backbone.parameters()]
    assert [rates[p] for p in tower] == pytest.approx([1e-5] * len(tower))
    trainable = {n: p for n, p in model.named_parameters() if p.requires_grad}
    reached = set()
    for _ in range(2):
        wrapper = MagicMock()
        model.train().train_step(batch_of([16, 16]), wrapper)
        optimizer.zero_grad()
        wrapper.update_params.call_args.args[0].backward()
        optimizer.step()
        reached |= {n for n, p in trainable.items() if p.grad is not None}
    assert sorted(trainable.keys() - reached) == []
    assert all(p.isfinite().all() for p in trainable.values())
    (short,) = model.eval().test_step(batch_of([3]))
    assert short.instance_mask.tolist() == [True] * 3 + [False] * 13
    assert torch.allclose(short.instance_scores[:3].sum(-1), torch.ones(3))
    assert short.pred_score.sum().item() == pytest.approx(1, abs=1e-5)


def test_positions_and_scales_of_layers_never_decay(shrunk):
    cfg, model = shrunk
    optimizer = build_optim_wrapper(model, cfg.optim_wrapper)
    decays = {
        id(p): g['weight_decay'] for g in optimizer.param_groups for p in g['params']
    }
    named = dict(model.backbone.named_parameters())
    names = cfg.optim_wrapper.paramwise_cfg.no_decay
    exempt = {n for n in named if not {*names}.isdisjoint(n.split('.'))}
    assert exempt and all(decays[id(named[n])] == 0 for n in exempt)
    assert any(decays[id(p)] > 0 for p in named.values())
