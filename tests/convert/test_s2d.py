"""S2D whole: its checkpoints and its landmark network, which need each other."""

import copy

import pytest
import recorded
import torch
from mmaction.structures import ActionDataSample
from mmengine.config import ConfigDict

from tgdfer_mm.convert import convert
from tgdfer_mm.convert.errors import ConvertError
from tgdfer_mm.registry import MODELS

VIT = dict(
    type='timm.vit_tiny_patch16_224',
    img_size=28,
    patch_size=2,
    embed_dim=32,
    depth=12,
    num_heads=2,
)


@pytest.fixture
def s2d_file(tmp_path):
    """A checkpoint as S2D's training writes it."""
    shapes = recorded.load('s2d')['shapes']
    state = {name: recorded.draw(name, shape) for name, shape in shapes.items()}
    torch.save({'model': state, 'epoch': 3}, tmp_path / 's2d.pth')
    return tmp_path / 's2d.pth'


@pytest.fixture
def landmark_file(tmp_path):
    shapes = recorded.load('s2d_landmarks')['shapes']
    state = {f'module.{n}': recorded.draw(n, s) for n, s in shapes.items()}
    for name, value in state.items():
        if 'project.conv' in name:
            value /= 10  # as when the original was run: its residuals add up
    torch.save({'state_dict': state}, tmp_path / 'landmarks.pth.tar')
    return tmp_path / 'landmarks.pth.tar'


def small(name):
    """A config, made small, with landmarks on a plane of their own."""
    cfg = copy.deepcopy(recorded.leaf(name))
    cfg.model.backbone.update(
        num_frames=4, image_size=28, out_channels=32, in_channels=4
    )
    cfg.model.backbone.backbone.update(tower=VIT, num_frames=4)
    plane = ConfigDict(type='LandmarkPlane', patch=2)
    cfg.model.backbone.backbone.landmarks = plane
    cfg.model.cls_head.update(in_channels=32)
    cfg.model.cls_head.distill.channels = 32
    cfg.model.data_preprocessor.mean += [0.0]
    cfg.model.data_preprocessor.std += [255.0]
    return cfg


@pytest.fixture
def cfg():
    return small('s2d_dfew')


@torch.no_grad()
def test_s2d_gives_the_originals_logits(s2d_file, cfg):
    conversion = convert(s2d_file, cfg, fold=1)
    report = conversion.report
    assert report.complete
    assert {name.split('.')[1] for name in report.unused} == {'11'}
    model = MODELS.build(cfg.model).eval()
    model.load_state_dict(conversion.state)
    # The anchors of the self-distillation belong to training, and no file has them.
    assert report.filled and all('distill' in name for name in report.filled)
    frames = [
        torch.cat(pair, dim=1)
        for pair in zip(
            recorded.video(3, 4, 28), recorded.video(5, 4, 28)[:, :, :1], strict=True
        )
    ]
    batch = dict(inputs=frames, data_samples=[ActionDataSample() for _ in frames])
    batch = model.data_preprocessor(batch, False)
    logits = model.extract_feat(batch['inputs'], stage='head')[0].logits
    expected = torch.tensor(recorded.load('s2d')['logits'])
    assert torch.allclose(logits, expected, rtol=0, atol=1e-4)


@torch.no_grad()
def test_the_landmark_network_gives_the_originals_map(landmark_file, cfg):
    cfg.model.backbone.in_channels = 3
    source = ConfigDict(type='MobileFaceNetMaps')
    cfg.model.backbone.backbone.landmarks = source
    conversion = convert(landmark_file, cfg)
    assert conversion.report.complete
    conversion.save(out := landmark_file.with_name('landmarks.safetensors'))
    maps = MODELS.build(dict(type='MobileFaceNetMaps', pretrained=str(out)))
    maps.init_weights()
    assert not maps.train().training
    pictures = recorded.video(3, 1, 32)[:, 0].float()
    scale = cfg.model.data_preprocessor
    mean, std = (torch.tensor(scale[k])[:3, None, None] for k in ('mean', 'std'))
    found = maps((pictures - mean) / std)
    assert found.shape == (2, 128, 14, 14)
    data = recorded.load('s2d_landmarks')
    expected = torch.tensor(data['map']).view(data['shape'])
    assert torch.allclose(found[:, ::32, ::6, ::6], expected, rtol=0, atol=1e-4)


def test_a_whole_checkpoint_needs_the_landmark_network(s2d_file, landmark_file, cfg):
    cfg.model.backbone.update(in_channels=3)
    # Its prompts are of 128 channels; the recorded ones of four, which is a misfit.
    source = ConfigDict(type='MobileFaceNetMaps')
    cfg.model.backbone.backbone.landmarks = source
    with pytest.raises(ConvertError, match=r'backbone\.landmarks\.pretrained'):
        convert(s2d_file, cfg, fold=1)
    cfg.model.backbone.backbone.landmarks.pretrained = 'nowhere.safetensors'
    with pytest.raises(ConvertError, match='nowhere'):
        convert(s2d_file, cfg, fold=1)
    small = convert(landmark_file, cfg)
    small.save(out := landmark_file.with_name('landmarks.safetensors'))
    cfg.model.backbone.backbone.landmarks.pretrained = str(out)
    report = convert(s2d_file, cfg, fold=1).report
    assert [*report.misfit] == ['patch_embed_prompt.proj.weight']
    filled = [name for name in report.filled if '.landmarks.' in name]
    assert len(filled) == len(small.state)


@pytest.mark.parametrize(
    ('name', 'classes', 'fold'), [('s2d_ferv39k', 7, None), ('s2d_mafw', 11, 2)]
)
def test_the_other_data_sets_have_configs_and_an_order(s2d_file, name, classes, fold):
    state = torch.load(s2d_file, weights_only=True)['model']
    for part, shape in (('weight', [classes, 32]), ('bias', [classes])):
        state[f'head.fc_cls.{part}'] = recorded.draw('head.fc', shape)
    torch.save({'model': state}, s2d_file)
    conversion = convert(s2d_file, small(name), fold=fold)
    assert conversion.report.complete and conversion.report.classes['moved']
    theirs = conversion.report.classes['file']
    assert list(theirs) == sorted(theirs)
    order = [theirs.index(own) for own in conversion.report.classes['model']]
    own = conversion.state['cls_head.fc.bias']
    assert torch.equal(own, state['head.fc_cls.bias'][order])


def test_of_a_whole_checkpoint_the_vit_alone(s2d_file, cfg):
    conversion = convert(s2d_file, cfg, layout='s2d')
    assert conversion.report.complete and 'norm.weight' in conversion.state
    assert not any('prompt' in name for name in conversion.state)


def test_landmarks_need_a_backbone_that_reads_them(landmark_file, m3dfel_cfg):
    with pytest.raises(ConvertError, match='reads no landmarks'):
        convert(landmark_file, m3dfel_cfg)
