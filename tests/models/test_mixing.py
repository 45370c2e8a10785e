"""The mixing table: every shipped backbone under TG-DFER, shrunk by overrides.

Each row loads its config, builds, trains two steps, predicts, and keeps padding out.
What is shrunk is width, depth and resolution; time is what the config says, unless a
row says otherwise.
"""

import copy
import re
from pathlib import Path
from unittest.mock import MagicMock

import pytest
import torch
from mmaction.structures import ActionDataSample
from mmengine.config import Config
from mmengine.optim import build_optim_wrapper
from mmengine.registry import init_default_scope

from tgdfer_mm.paths import config_dir
from tgdfer_mm.registry import MODELS

MIXING = Path(config_dir(), 'mixing')
BASIC = dict(depth=18, base_channels=8)
BASIC3D = dict(depth=18, base_channels=8, inflate=1)

# Config -> (image size, overrides of the backbone, of the adapter, instances).
TABLE = {
    'tsn-r50': (32, dict(depth=18), {}, 16),
    'tsm-r50': (32, dict(depth=18), {}, 16),
    'tsm-mobilenetv2': (32, dict(widen_factor=0.25), {}, 16),
    'r3d18': (32, dict(base_channels=8), {}, 4),
    'i3d-r50': (32, BASIC3D, {}, 4),
    'slowonly-r50': (32, BASIC, {}, 16),
    'slowfast-r50': (
        32,
        dict(
            slow_pathway=dict(depth=18, base_channels=16),
            fast_pathway=dict(depth=18, base_channels=2),
        ),
        {},
        4,
    ),
    'x3d-m': (32, dict(gamma_w=0.4, gamma_b=2, gamma_d=1), {}, 16),
    'r2plus1d-r34': (32, BASIC, {}, 4),
    'c3d': (16, dict(out_dim=512), {}, 4),
    'swin-tiny': (
        32,
        dict(
            arch=dict(embed_dims=8, depths=[1, 1, 1, 1], num_heads=[1, 1, 2, 2]),
            window_size=(4, 2, 2),
            drop_path_rate=0.0,
        ),
        {},
        8,
    ),
    'mvit-small': (
        32,
        dict(
            arch=dict(embed_dims=8, num_layers=2, num_heads=1, downscale_indices=[1]),
            spatial_size=32,
            drop_path_rate=0.0,
        ),
        {},
        8,
    ),
    'timesformer': (
        16,
        dict(embed_dims=16, num_heads=2, num_transformer_layers=2, img_size=16)
        | dict(patch_size=8),
        {},
        4,
    ),
    'videomae': (16, dict(embed_dims=16, depth=2, num_heads=2, img_size=16), {}, 4),
    'uniformer-small': (
        32,
        dict(depth=[1, 1, 1, 1], embed_dim=[8, 8, 16, 16], head_dim=8)
        | dict(img_size=32, drop_path_rate=0.0),
        {},
        8,
    ),
    'uniformerv2-base': (
        16,
        dict(input_resolution=16, patch_size=8, width=16, layers=2, heads=2)
        | dict(return_list=[0, 1], n_layers=2, n_dim=16, n_head=2)
        | dict(mlp_dropout=[0.0, 0.0]),
        {},
        4,
    ),
    'timm-convnext-tiny': (
        32,
        dict(type='timm.convnext_atto', depths=(1, 1, 1, 1), dims=(8, 8, 16, 16)),
        {},
        16,
    ),
}
# Rows whose frames, or clips of frames, go through the backbone on their own. In the
# others what padding repeats reaches into its neighbours, as it would without a mask.
SEPARATE = {
    'tsn-r50',
    'timm-convnext-tiny',
    'r3d18',
    'r2plus1d-r34',
    'c3d',
    'timesformer',
    'videomae',
    'uniformerv2-base',
}


def leaf(name):
    return Config.fromfile(MIXING / f'tgdfer_{name}_dfew.py')


@pytest.fixture(scope='module', params=TABLE)
def row(request, tiny_arch, texts):
    """A row of the table: its name and the small model, as a run would start it."""
    init_default_scope('mmaction')
    torch.manual_seed(0)
    size, inner, outer, _ = TABLE[request.param]
    model = leaf(request.param).model
    adapter = dict(backbone=inner, image_size=size, out_channels=32, **outer)
    model.merge(
        dict(
            backbone=adapter,
            text_encoder=dict(arch=tiny_arch, pretrained=None),
            neck=dict(in_channels=32),
            cls_head=dict(in_channels=32, num_classes=3),
        )
    )
    model.text_encoder.descriptions = texts
    model = MODELS.build(model)
    model.init_weights()
    return request.param, model


def batch_of(model, size, num_valid):
    frames = model.backbone.num_frames
    samples = [
        ActionDataSample(metainfo=dict(clip=f'{i:05d}', num_valid=valid)).set_gt_label(
            i % 3
        )
        for i, valid in enumerate(num_valid)
    ]
    inputs = [
        torch.randint(256, (frames, 3, size, size), dtype=torch.uint8)
        for _ in num_valid
    ]
    return dict(inputs=inputs, data_samples=samples)


@torch.no_grad()
def test_each_prediction_scores_its_instances(row):
    name, model = row
    size, _, _, instances = TABLE[name]
    frames, g = model.backbone.num_frames, model.frames_per_instance
    assert instances == frames // g
    short, whole = model.eval().test_step(batch_of(model, size, [g + 1, frames]))
    for sample in (short, whole):
        assert sample.instance_scores.shape == sample.relevance.shape == (instances, 3)
        assert torch.allclose(sample.instance_scores.sum(-1), torch.ones(instances))
        assert sample.pred_score.sum() == pytest.approx(1, abs=1e-5)
        assert sample.frames_per_instance == g
    assert short.instance_mask.tolist() == [True, True] + [False] * (instances - 2)
    assert whole.instance_mask.all()


@torch.no_grad()
def test_what_padding_shows_changes_nothing(row):
    name, model = row
    valid = model.eval().backbone.num_frames // 2
    batch = batch_of(model, TABLE[name][0], [valid])
    noisy = copy.deepcopy(batch)
    noisy['inputs'][0][valid:].random_(256)
    (clean,), (spoiled,) = model.test_step(batch), model.test_step(noisy)
    assert torch.equal(clean.pred_score, spoiled.pred_score)
    assert torch.equal(clean.instance_scores, spoiled.instance_scores)


@torch.no_grad()
@pytest.mark.parametrize('row', sorted(SEPARATE), indirect=True)
def test_frames_and_clips_of_their_own_see_no_others(row):
    name, model = row
    size, frames = TABLE[name][0], model.backbone.num_frames
    video = torch.randn(1, frames, 3, size, size)
    half = torch.arange(frames)[None] < frames // 2
    model.eval()
    seen, mask = model.backbone(video, half)
    whole, _ = model.backbone(video, torch.ones_like(half))
    count = int(mask.sum())
    assert count == mask.shape[1] // 2
    assert torch.allclose(seen[:, :count], whole[:, :count], rtol=1e-4, atol=1e-5)
    assert not torch.allclose(seen[:, count:], whole[:, count:], rtol=1e-4, atol=1e-5)


def test_two_steps_reach_every_part(row):
    name, model = row
    model.train()
    trainable = {n: p for n, p in model.named_parameters() if p.requires_grad}
    optimizer = torch.optim.SGD(trainable.values(), lr=0.01)
    reached = set()
    for _ in range(2):
        batch = batch_of(model, TABLE[name][0], [model.backbone.num_frames] * 2)
        wrapper = MagicMock()
        model.train_step(batch, wrapper)
        optimizer.zero_grad()
        wrapper.update_params.call_args.args[0].backward()
        optimizer.step()
        reached |= {
            n for n, p in trainable.items() if p.grad is not None and p.grad.any()
        }
    assert sorted(trainable.keys() - reached) == []
    assert all(p.isfinite().all() for p in trainable.values())


@pytest.mark.parametrize('row', ['videomae'], indirect=True)
def test_the_projection_learns_at_the_rate_of_new_parts(row):
    name, model = row
    wrapper = build_optim_wrapper(model, leaf(name).optim_wrapper)
    rate = {id(p): g['lr'] for g in wrapper.param_groups for p in g['params']}
    assert rate[id(model.backbone.projection.weight)] == pytest.approx(1e-4)
    inner = [*model.backbone.recognizer.parameters()]
    assert [rate[id(p)] for p in inner] == pytest.approx([1e-5] * len(inner))


def test_the_documented_way_to_add_one(tmp_path):
    text = Path(config_dir(), '..', 'docs', 'mixing.md').read_text(encoding='utf-8')
    (block,) = re.findall(r'```python\n(# CSN.*?)```', text, re.DOTALL)
    added = tmp_path / 'tgdfer_csn-r50_dfew.py'
    added.write_text(block)
    config = Config.fromfile(added).model
    config.backbone.merge(dict(image_size=32, backbone=dict(base_channels=4)))
    tower = MODELS.build(config.backbone)
    assert tower.frames_per_position == config.frames_per_instance == 8
