"""Towers from other projects' files: torchvision's R3D-18, CLIP, S2D's ViT."""

import pytest
import torch
from recorded import TINY_CLIP
from torch import nn
from torchvision.models.video import r3d_18
from torchvision.models.video.resnet import BasicBlock, Conv3DSimple

from tgdfer_mm.convert import convert
from tgdfer_mm.models.vision_language.open_clip_models import build_clip, load_clip
from tgdfer_mm.paths import config_dir
from tgdfer_mm.registry import MODELS
from tgdfer_mm.run_config.files import read_config


def narrow_r3d18():
    """torchvision's network with an eighth of its width."""
    with torch.device('meta'):
        net = r3d_18()
    net.stem = nn.Sequential(
        nn.Conv3d(3, 8, (3, 7, 7), (1, 2, 2), (1, 3, 3), bias=False),
        nn.BatchNorm3d(8),
        nn.ReLU(),
    )
    net.inplanes = 8
    for i, stride in enumerate((1, 2, 2, 2)):
        layer = net._make_layer(BasicBlock, Conv3DSimple, 8 * 2**i, 2, stride)
        setattr(net, f'layer{i + 1}', layer)
    net.fc = nn.Linear(64, 4)
    for module in net.modules():
        if isinstance(module, nn.BatchNorm3d):
            module.running_mean.normal_(std=0.1)
            module.running_var.uniform_(0.5, 1.5)
    return net.eval()


@torch.no_grad()
def test_r3d18_gives_torchvisions_features(m3dfel_cfg, tmp_path):
    net = narrow_r3d18()
    torch.save(net.state_dict(), tmp_path / 'r3d_18.pth')
    conversion = convert(tmp_path / 'r3d_18.pth', m3dfel_cfg)
    assert set(conversion.report.unused) == {'fc.weight', 'fc.bias'}
    conversion.save(tmp_path / 'backbone.safetensors')
    # As the config's `pretrained` reads it.
    backbone = {**m3dfel_cfg.model.backbone}
    backbone['pretrained'] = str(tmp_path / 'backbone.safetensors')
    ours = MODELS.build(backbone).eval()
    ours.init_weights()
    video = torch.randn(2, 16, 3, 32, 32)
    features, _ = ours(video, torch.ones(2, 16, dtype=torch.bool))
    net.fc = nn.Identity()
    clips = video.unflatten(1, (4, 4)).flatten(0, 1).transpose(1, 2)
    assert torch.allclose(features.flatten(0, 1), net(clips), atol=1e-5)


def random_clip():
    clip = build_clip(TINY_CLIP).eval()
    with torch.no_grad():
        for parameter in clip.parameters():
            parameter.normal_(std=0.2)
    return clip


def as_state(clip, path):
    torch.save(clip.state_dict(), path)


def as_torchscript(clip, path):
    images, texts = torch.zeros(1, 3, 32, 32), torch.zeros(1, 77, dtype=torch.long)
    torch.jit.trace(clip, (images, texts), check_trace=False).save(path)


@pytest.mark.filterwarnings('ignore')
@pytest.mark.parametrize('write', [as_state, as_torchscript])
@torch.no_grad()
def test_a_clip_gives_the_same_features(tmp_path, write):
    clip = random_clip()
    write(clip, str(tmp_path / 'clip.pt'))
    conversion = convert(tmp_path / 'clip.pt', arch=TINY_CLIP)
    conversion.save(tmp_path / 'clip.safetensors')
    ours, _ = load_clip(TINY_CLIP, str(tmp_path / 'clip.safetensors'), quick_gelu=True)
    images = torch.randn(2, 3, 32, 32)
    assert torch.equal(ours.eval().encode_image(images), clip.encode_image(images))
    texts = torch.randint(1, 400, (2, 77))
    assert torch.equal(ours.encode_text(texts), clip.encode_text(texts))


def test_a_clip_needs_its_architecture(tmp_path):
    as_state(random_clip(), tmp_path / 'clip.pt')
    with pytest.raises(ValueError, match='--arch'):
        convert(tmp_path / 'clip.pt')


def test_of_s2d_the_vit_is_taken(tmp_path, m3dfel_cfg):
    vit = dict(type='timm.vit_tiny_patch16_224', img_size=32, depth=1, embed_dim=48)
    m3dfel_cfg.model.backbone = dict(
        type='InstanceBackbone',
        backbone=vit,
        num_frames=16,
        image_size=32,
        out_channels=64,
        input_format='NCHW',
    )
    ours = MODELS.build(m3dfel_cfg.model.backbone).recognizer.backbone.state_dict()
    renamed = {f'ln_post.{kind}': f'norm.{kind}' for kind in ('weight', 'bias')}
    theirs = {n: v for n, v in ours.items() if n not in renamed.values()}
    theirs |= {name: ours[n] for name, n in renamed.items()}
    unused = {
        'patch_embed_prompt.proj.weight': torch.zeros(48, 128, 1, 1),
        'prompt_blocks.0.conv0_0.weight': torch.zeros(8, 48, 1, 1),
        'temporal_embedding': torch.zeros(1, 16, 48),
        'head.fc_cls.weight': torch.zeros(7, 48),
    }
    torch.save({'model': theirs | unused}, tmp_path / 's2d.pth')
    conversion = convert(tmp_path / 's2d.pth', m3dfel_cfg)
    assert conversion.report.complete
    assert conversion.report.unused.keys() == unused.keys()
    assert conversion.state.keys() == ours.keys()
    assert all(torch.equal(conversion.state[n], v) for n, v in ours.items())


SMALL_MIRA = dict(
    img_size=16, num_frames=4, embed_dims=16, depth=2, num_heads=2, mlp_ratio=1
)


def mira():
    """The shipped config with a small tower, and a file of it under their names."""
    cfg = read_config(f'{config_dir()}/baselines/mira_dfew.py')
    cfg.model.backbone.tower.update(SMALL_MIRA)
    cfg.model.backbone.update(num_frames=2, blocks=2)
    cfg.model.cls_head.in_channels = 16
    model = MODELS.build(cfg.model)
    theirs = {
        name.replace('backbone.tower.', '')
        .replace('patch_embed.projection', 'patch_embed.proj')
        .replace('mlp.layers.0.0', 'mlp.fc1')
        .replace('mlp.layers.1', 'mlp.fc2')
        .replace('cls_head.fc_cls', 'head'): torch.randn_like(value)
        for name, value in model.state_dict().items()
        if not name.endswith('pos_embed')
    }
    means = {f'blocks.{i}.attn.c_buf': torch.full((1, 2), 0.5) for i in (0, 1)}
    cfg.model.backbone.blocks = 1
    return cfg, theirs, means


@torch.no_grad()
def test_a_fine_tuned_mira_brings_its_blocks_and_classes(tmp_path):
    cfg, theirs, means = mira()
    torch.save({'model': theirs | means, 'epoch': 3}, tmp_path / 'mira.pth')
    conversion = convert(tmp_path / 'mira.pth', cfg, fold=1)
    assert conversion.report.complete
    assert conversion.report.unused.keys() == means.keys()
    assert conversion.config.model.backbone.blocks == 2
    order = 'disgust sad neutral surprise angry happy fear'.split()
    happy = theirs['head.weight'][order.index('happy')]
    assert torch.equal(conversion.state['cls_head.fc_cls.weight'][0], happy)
    model = MODELS.build(conversion.config.model)
    model.load_state_dict(conversion.state)


def test_a_pre_trained_mira_fills_the_tower(tmp_path):
    cfg, theirs, means = mira()
    encoder = {
        f'encoder.{name}': value
        for name, value in (theirs | means).items()
        if not name.startswith(('head', 'fc_norm'))
    }
    others = {'mask_token': torch.zeros(1, 1, 8), 'encoder.norm.bias': torch.zeros(16)}
    torch.save({'model': encoder | others}, tmp_path / 'mira.pth')
    conversion = convert(tmp_path / 'mira.pth', cfg)
    conversion.save(tmp_path / 'tower.safetensors')
    model = MODELS.build(
        {**cfg.model.backbone, 'pretrained': str(tmp_path / 'tower.safetensors')}
    )
    model.init_weights()
    found = model.tower.blocks[1].mlp.layers[1].weight
    assert torch.equal(found, theirs['blocks.1.mlp.fc2.weight'])
