"""Adapters over time in image towers: identity at first, then over time only."""

from copy import deepcopy

import pytest
import torch

from tgdfer_mm.registry import MODELS

TIMM = dict(
    type='timm.vit_tiny_patch16_224', img_size=32, depth=2, embed_dim=32, num_heads=2
)
T = 4


@pytest.fixture(params=['open_clip', 'timm'])
def tower(request, tiny_arch):
    return {
        'open_clip': dict(type='OpenCLIPVisual', arch=tiny_arch),
        'timm': TIMM,
    }[request.param]


def build(tower, **kwargs):
    adapter = dict(heads=2, max_instances=T)
    return MODELS.build(
        dict(
            type='ViTTemporalAdapter',
            tower=tower,
            num_frames=T,
            adapter=adapter,
            **kwargs,
        )
    )


def stirred(model):
    """The same with adapters that do something."""
    for parameter in model.adapters.parameters():
        torch.nn.init.normal_(parameter, std=0.2)
    return model.eval()


@torch.no_grad()
def test_it_starts_as_the_tower_and_the_tower_keeps_its_names(tower):
    model, images = build(tower).eval(), torch.randn(2 * T, 3, 32, 32)
    plain = MODELS.build(dict(type='Recognizer2D', backbone={**tower})).backbone.eval()
    plain.load_state_dict(model.tower.state_dict())
    assert torch.allclose(model(images), plain(images), atol=1e-5)
    assert not torch.allclose(stirred(model)(images), plain(images), atol=1e-2)


def test_a_timm_tower_takes_the_weights_of_a_file(tmp_path):
    source, path = build(TIMM).tower, str(tmp_path / 'timm.pth')
    torch.save(dict(state_dict=source.state_dict()), path)
    model = build(TIMM, pretrained=path)
    before = {name: p.clone() for name, p in model.adapters.named_parameters()}
    model.init_weights()
    for name, parameter in source.named_parameters():
        assert torch.equal(model.tower.get_parameter(name), parameter), name
    for name, parameter in before.items():
        assert torch.equal(model.adapters.get_parameter(name), parameter), name


def test_a_tower_with_a_start_of_its_own_keeps_it_without_a_file(
    tiny_arch, monkeypatch
):
    asked = []
    for tower in (dict(type='OpenCLIPVisual', arch=tiny_arch), TIMM):
        model = build(tower)
        monkeypatch.setattr(
            model.tower, 'init_weights', lambda: asked.append(1), raising=False
        )
        model.init_weights()
    assert asked == [1]  # timm starts its towers when it builds them


@torch.no_grad()
def test_videos_do_not_see_each_other_but_frames_do(tower):
    model, images = stirred(build(tower)), torch.randn(2 * T, 3, 32, 32)
    before = model(images)
    images[-1] += 1
    moved = (model(images) - before).abs().amax(-1) > 1e-6
    assert moved.tolist() == [False] * T + [True] * T


@torch.no_grad()
def test_the_order_of_the_frames_matters(tower):
    model, images = stirred(build(tower)), torch.randn(T, 3, 32, 32)
    assert not torch.allclose(model(images.flip(0)).flip(0), model(images), atol=1e-3)


def test_only_the_adapters_learn_and_a_copy_has_its_own(tower):
    model = build(tower).train()
    assert {
        n.split('.')[0] for n, p in model.named_parameters() if p.requires_grad
    } == {'adapters'}
    assert not model.tower.training
    copy = deepcopy(model)
    images = torch.randn(T, 3, 32, 32)
    with torch.no_grad():
        before = model(images)
        stirred(copy)
        assert torch.equal(model(images), before)
        assert not torch.allclose(copy(images), before, atol=1e-2)


@torch.no_grad()
def test_padding_is_not_seen_below_the_adapter(tower):
    model = MODELS.build(
        dict(
            type='InstanceBackbone',
            backbone=dict(
                type='ViTTemporalAdapter',
                tower=tower,
                num_frames=T,
                adapter=dict(heads=2, max_instances=T),
            ),
            input_format='NCHW',
            num_frames=T,
            image_size=32,
            out_channels=32,
            projection=False,
        )
    )
    stirred(model.recognizer.backbone)
    frames, mask = torch.randn(1, T, 3, 32, 32), torch.arange(T)[None] < 2
    before, valid = model.eval()(frames, mask)
    frames[:, 2:] = 100.0
    after, _ = model(frames, mask)
    assert torch.equal(before, after) and torch.equal(valid, mask)


def test_some_blocks_alone(tower):
    assert [*build(tower, blocks=[1]).adapters] == ['1']
    with pytest.raises(ValueError, match='has blocks 0 to 1'):
        build(tower, blocks=[2])


def test_a_tower_without_blocks_is_refused():
    with pytest.raises(ValueError, match='ResNet has no blocks'):
        build(dict(type='ResNet', depth=18))


def test_a_batch_of_no_whole_videos_is_refused(tower):
    with pytest.raises(
        ValueError, match='5 pictures are not a whole number of videos of num_frames=4'
    ):
        build(tower)(torch.randn(5, 3, 32, 32))


def test_heads_that_do_not_divide_the_bottleneck(tower):
    config = dict(type='ViTTemporalAdapter', tower=tower, num_frames=T)
    with pytest.raises(ValueError, match='heads=3 does not divide the bottleneck'):
        MODELS.build(config | dict(adapter=dict(heads=3)))
