"""The adapter: what is found out at build time, and said there."""

import sys

import pytest
import torch
from mmengine.model import BaseModule
from torch import nn

from tgdfer_mm.models.backbones import InstanceBackbone
from tgdfer_mm.registry import MODELS

SLOW = dict(type='ResNet3dSlowOnly', depth=18, base_channels=4, pretrained=None)
SLOW.update(lateral=False, zero_init_residual=False)
R3D = dict(
    type='ResNet3d', depth=18, base_channels=4, pretrained2d=False, inflate=1
) | dict(conv1_stride_t=1, pool1_stride_t=1, with_pool2=False)


@MODELS.register_module()
class AverageColour(BaseModule):
    """One feature a frame, of which it may drop some, and a layer without use."""

    def __init__(self, shape=None, positions=None):
        super().__init__()
        self.linear, self.idle = nn.Linear(3, 8), nn.Linear(3, 3)
        self.positions = positions

    def forward(self, x):  # (N, 3, T, H, W)
        x = self.linear(x.mean((3, 4)).transpose(1, 2))  # (N, T, 8)
        x = x if self.positions is None else x[:, : self.positions]
        return x.transpose(1, 2)[..., None, None]


def build(backbone, frames=8, size=16, width=8, **kwargs):
    return InstanceBackbone(
        backbone, num_frames=frames, image_size=size, out_channels=width, **kwargs
    )


def run(tower, valid, size=16):
    frames = torch.randn(len(valid), tower.num_frames, 3, size, size)
    mask = torch.arange(tower.num_frames) < torch.tensor(valid)[:, None]
    return tower.eval()(frames, mask)


def test_a_position_is_valid_if_the_first_of_its_frames_is():
    tower = build({**R3D, 'temporal_strides': (1, 2, 1, 1)})
    assert tower.frames_per_position == 2
    features, mask = run(tower, [1, 2, 3, 8])
    assert features.shape == (4, 4, 8)
    assert mask.sum(1).tolist() == [1, 1, 2, 4]


def test_clips_go_through_one_by_one():
    tower = build({**SLOW}, clip_len=4, projection=False, width=32).eval()
    frames = torch.randn(1, 8, 3, 16, 16)
    features, _ = tower(frames, torch.ones(1, 8, dtype=torch.bool))
    for clip in (0, 1):
        part = frames[:, 4 * clip : 4 * clip + 4].transpose(1, 2)
        expected = tower.recognizer.backbone(part).mean((3, 4)).transpose(1, 2)
        assert torch.allclose(features[:, 4 * clip : 4 * clip + 4], expected, atol=1e-5)


def test_padding_shows_the_last_valid_frame():
    tower = build(dict(type='AverageColour'), projection=False)
    features, _ = run(tower, [3])
    assert torch.equal(features[0, 3:], features[0, 2].expand(5, -1))


def test_building_computes_nothing_and_leaves_no_trace():
    tower = build({**SLOW})
    norms = [m for m in tower.modules() if isinstance(m, nn.BatchNorm3d)]
    assert norms and all(m.training and not m.num_batches_tracked for m in norms)
    assert all(p.device.type == 'cpu' for p in tower.parameters())
    with torch.no_grad():
        assert build(dict(type='AverageColour')).frames_per_position == 1


def test_what_plays_no_part_is_frozen():
    tower = build(dict(type='AverageColour'))
    frozen = {n for n, p in tower.named_parameters() if not p.requires_grad}
    assert frozen == {f'recognizer.backbone.idle.{n}' for n in ('weight', 'bias')}


def test_a_wholly_frozen_backbone_builds():
    tower = build({**SLOW, 'frozen_stages': 4})
    trained = {n.split('.')[0] for n, p in tower.named_parameters() if p.requires_grad}
    assert trained == {'projection'}


def test_prefixes_are_mmaction2_s():
    for name in ('timm.resnet10t', 'torchvision.mobilenet_v3_small'):
        tower = build(dict(type=name), frames=2, size=32, input_format='NCHW')
        features, mask = run(tower, [2], size=32)
        assert features.shape == (1, 2, 8) and mask.all()


def test_a_timm_model_that_puts_channels_last_needs_its_feature_shape():
    swin = dict(type='timm.swin_s3_tiny_224', img_size=32, window_size=(2, 2, 2, 1))
    swin.update(embed_dim=8, depths=(1, 1, 1, 1), num_heads=(1, 1, 1, 1))
    tower = build(
        {**swin, 'feature_shape': 'NHWC'}, frames=2, size=32, input_format='NCHW'
    )
    assert tower.projection.in_features == 64


@pytest.mark.parametrize(
    'backbone, kwargs, message',
    [
        (dict(type='C3D'), dict(frames=4), 'C3D cannot take clips of 4 frames of 16x'),
        (
            dict(type='C3D'),
            dict(frames=16, size=32),
            'clips of 16 frames of 32x32.*is image_size another',
        ),
        (
            dict(type='TimeSformer', num_frames=4, img_size=16, patch_size=8)
            | dict(embed_dims=8, num_heads=2, num_transformer_layers=1),
            dict(clip_len=8),
            'its own arguments, such as num_frames',
        ),
        (
            dict(type='ResNetTSM', depth=18, num_segments=16, pretrained2d=False),
            dict(input_format='NCHW', size=32),
            'pictures of 32x32.*num_segments',
        ),
        (dict(type='ResNet', depth=18), {}, "on pictures.*input_format='NCHW'"),
        (SLOW, dict(input_format='NCHW'), "input_format='NCTHW'"),
        (
            dict(type='ResNetTIN', depth=50, num_segments=8),
            dict(input_format='NCHW', size=32),
            'install mmcv instead',
        ),
        (
            dict(type='timm.vit_tiny_patch16_224', depth=1, embed_dim=24, num_heads=2),
            dict(input_format='NCHW', size=32),
            r'224\).* Set model\.backbone\.backbone\.img_size=32 \(as timm calls it\)',
        ),
        (dict(type='STGCN', graph_cfg=dict(layout='coco')), {}, 'STGCN cannot take'),
        (dict(type='AverageColour', positions=3), {}, '3 positions in time for 8'),
        (
            dict(type='AverageColour'),
            dict(projection=False, width=4),
            'projection=True',
        ),
        (dict(type='AverageColour'), dict(clip_len=3), 'clip_len=3 does not divide'),
        (dict(type='AverageColour'), dict(input_format='NHWC'), "input_format='NHWC'"),
    ],
)
def test_what_cannot_work_says_so_when_it_is_built(backbone, kwargs, message):
    with pytest.raises(ValueError, match=message):
        build({**backbone}, **kwargs)


def test_a_package_that_is_not_there_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, 'mmpretrain', None)
    with pytest.raises(
        ImportError, match=r'mmpretrain\.ResNet.*failed with: .*mmpretrain'
    ):
        build(dict(type='mmpretrain.ResNet', depth=18), input_format='NCHW')


def test_another_number_of_frames_than_built_for():
    tower = build(dict(type='AverageColour'))
    with pytest.raises(ValueError, match='num_frames=8, but the batch has 4'):
        tower(torch.randn(1, 4, 3, 16, 16), torch.ones(1, 4, dtype=torch.bool))


def test_a_recognizer_names_what_it_needs(build_recognizer, tiny_arch, texts):
    model = dict(
        type='TextGuidedRecognizer',
        text_encoder=dict(type='OpenCLIPText', arch=tiny_arch, descriptions=texts),
        neck=dict(type='RelevanceNeck'),
        cls_head=dict(type='MultiGrainedTemporalHead', num_classes=3, in_channels=32),
    )
    bare = dict(type='ResNet', depth=18)
    with pytest.raises(ValueError, match='ResNet has no out_channels.*InstanceBack'):
        MODELS.build({**model, 'backbone': bare})
    coarse = dict(type='InstanceBackbone', backbone={**R3D}, num_frames=8)
    coarse.update(image_size=16, out_channels=32)
    coarse['backbone']['temporal_strides'] = (1, 2, 2, 1)
    with pytest.raises(ValueError, match='every 4 frames.*frames_per_instance=2'):
        MODELS.build({**model, 'backbone': coarse, 'frames_per_instance': 2})


def test_only_parameters_without_use_are_said_to_be_frozen(monkeypatch):
    said = []
    monkeypatch.setattr(
        'tgdfer_mm.models.backbones.instance_backbone.print_log',
        lambda text, **kwargs: said.append(text),
    )
    build(dict(type='AverageColour'))
    assert [text for text in said if 'frozen' in text and 'idle.weight' in text]
    said.clear()
    build(R3D)
    assert not [text for text in said if 'frozen' in text]
