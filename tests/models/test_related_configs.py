"""Configs of the related methods, shrunk: two steps of their own, a prediction.

Those on the small frozen tower keep their heads as they are, on features.
"""

from pathlib import Path
from typing import NamedTuple
from unittest.mock import MagicMock

import pytest
import torch
import torch.nn.functional as F
from mmaction.structures import ActionDataSample
from mmengine.config import Config
from mmengine.model import BaseModule
from mmengine.optim import build_optim_wrapper
from mmengine.registry import init_default_scope

from tgdfer_mm.paths import config_dir
from tgdfer_mm.registry import MODELS

BASELINES = Path(config_dir(), 'baselines')
LAB = Path(__file__).parents[2] / 'lab/configs/baselines'  # those on drawn clips
TOWER = dict(num_frames=4, image_size=32, backbone=dict(image_size=32))
SHALLOW = dict(num_layers=1, mlp_channels=32)
HEAD = dict(in_channels=32, num_classes=3)
VIT = dict(
    _delete_=True,
    type='timm.vit_tiny_patch16_224',
    img_size=32,
    depth=2,
    embed_dim=32,
    num_heads=2,
)
ADAPTED = dict(
    num_frames=4,
    image_size=32,
    out_channels=32,
    backbone=dict(num_frames=4, adapter=dict(heads=2), pretrained=None),
)
MAPS = dict(_delete_=True, type='RedMaps')
# Config -> overrides of its model.
TABLE = {
    'vadclip_dfew': dict(cls_head=HEAD),
    's2d_dfew': dict(
        backbone=dict(
            **dict(num_frames=4, image_size=32, out_channels=32),
            backbone=dict(
                **dict(num_frames=4, tower=dict(VIT, patch_size=8), heads=2),
                **dict(landmarks=MAPS, pretrained=None),
            ),
        ),
        cls_head=dict(HEAD, distill=dict(num_classes=3, channels=32)),
    ),
    'tgdfer_adapters_dfew': dict(
        backbone=ADAPTED, neck=dict(in_channels=32), cls_head=HEAD
    ),
    'synth/vadclip': {},
    'synth/s2d': {},
    'synth/full_sdl': {},
    'synth/linear': {},
    'formerdfer_dfew': dict(backbone=TOWER, cls_head=SHALLOW),
    'ial_dfew': dict(
        backbone=dict(
            TOWER, out_channels=1408, backbone=dict(image_size=32, num_frames=4)
        ),
        cls_head=dict(SHALLOW, map_size=2, num_frames=4),
    ),
    'grace_dfew': dict(cls_head=HEAD),
    'grace_patches_dfew': dict(cls_head=HEAD),
    'emoclip_mafw': dict(cls_head=dict(HEAD, num_layers=2)),
    'synth/formerdfer': {},
    'synth/grace': {},
    'synth/emoclip': {},
    'synth/full_ial': {},
    'synth/full_motion': {},
    'synth/full_separated': {},
}


@pytest.fixture(scope='module', autouse=True)
def red_maps():
    """A source of landmark maps that costs nothing: the red of every place."""

    class RedMaps(BaseModule):
        planes, out_channels = 0, 64

        def forward(self, pictures):
            return F.pixel_unshuffle(pictures[:, :1], 8)

    MODELS.register_module(module=RedMaps, force=True)
    yield
    MODELS.module_dict.pop('RedMaps')


class Row(NamedTuple):
    """A config, its small model as a run would start it, and the shape of a clip."""

    cfg: Config
    model: torch.nn.Module
    shape: tuple[int, ...]

    def batch(self, num_valid):
        """Random clips, with captions."""
        captions = ['lip corners pulled up', 'brows lowered']
        samples = [
            ActionDataSample(
                metainfo=dict(clip=f'{i}', num_valid=valid, caption=captions[i])
            ).set_gt_label(i)
            for i, valid in enumerate(num_valid)
        ]
        inputs = [torch.rand(self.shape) * 100 for _ in num_valid]
        return dict(inputs=inputs, data_samples=samples)


@pytest.fixture(scope='module', params=TABLE)
def row(request, tiny_arch, texts):
    init_default_scope('mmaction')
    torch.manual_seed(0)
    folder, name = BASELINES, request.param
    if name.startswith('synth/'):
        folder, name = LAB, name.removeprefix('synth/')
    cfg = Config.fromfile(folder / f'{name}.py')
    cfg.model.merge(TABLE[request.param])
    shape = (cfg.model.backbone.get('num_frames', 16), 3, 32, 32)
    arch = tiny_arch
    if request.param.startswith('synth'):
        arch, shape = {**tiny_arch, 'embed_dim': 128}, (16, 128)
        cfg.model.data_preprocessor = dict(type='ActionDataPreprocessor')
    for part in ('backbone', 'text_encoder'):
        if 'arch' in (cfg.model.get(part) or {}):
            cfg.model[part].update(arch=arch, pretrained=None)
    if request.param == 'tgdfer_adapters_dfew':
        cfg.model.backbone.backbone.tower.update(arch=arch, pretrained=None)
    if cfg.model.get('text_encoder') and arch is tiny_arch:
        cfg.model.text_encoder.descriptions = texts
    if arch is not tiny_arch:
        kept = dict(type='PrecomputedFeatures', backbone=cfg.model.backbone)
        cfg.model.backbone = kept
    model = MODELS.build(cfg.model)
    model.init_weights()
    return Row(cfg, model, shape)


@torch.no_grad()
def test_a_prediction_scores_every_instance(row):
    model, frames, k = row.model, row.shape[0], row.model.cls_head.num_classes
    model.eval()
    short, whole = model.test_step(row.batch([3, frames]))
    for sample, valid in ((short, 3), (whole, frames)):
        assert sample.pred_score.shape == (k,)
        assert sample.pred_score.sum() == pytest.approx(1, abs=1e-5)
        assert sample.instance_scores.shape == (frames, k)
        assert (
            sample.instance_mask.sum() == valid and sample.instance_mask[:valid].all()
        )
        weights = sample.get('attention', sample.get('relevance'))
        assert not weights[~sample.instance_mask].any()
        assert torch.allclose(weights.sum(0), torch.ones(()), atol=1e-4)


def test_two_steps_reach_every_part(row):
    model = row.model
    model.train()
    built = build_optim_wrapper(model, row.cfg.optim_wrapper)
    groups = built.optimizer.param_groups
    updated = {id(p) for group in groups for p in group['params']}
    trainable = {n: p for n, p in model.named_parameters() if p.requires_grad}
    assert {id(p) for p in trainable.values()} <= updated
    reached = set()
    for _ in range(2):
        wrapper = MagicMock()
        losses = model.train_step(row.batch([row.shape[0]] * 2), wrapper)
        assert all(torch.as_tensor(v).isfinite().all() for v in losses.values())
        built.backward(wrapper.update_params.call_args.args[0])
        reached |= {
            n for n, p in trainable.items() if p.grad is not None and p.grad.any()
        }
        built.step()
        built.zero_grad()
    assert sorted(trainable.keys() - reached) == []
    assert all(p.isfinite().all() for p in trainable.values())
