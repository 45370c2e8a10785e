"""Attention moved between frames: nothing with factors of one, else by the formula."""

from copy import deepcopy

import pytest
import torch

from tgdfer_mm.models.layers import ExactReweighting, LightReweighting
from tgdfer_mm.models.layers.frame_factors import frame_shares
from tgdfer_mm.registry import MODELS

T, S = 4, 5
TIMM = dict(
    type='timm.vit_tiny_patch16_224', img_size=32, depth=2, embed_dim=32, num_heads=2
)
OVER_CLIPS = dict(
    **dict(type='VisionTransformer', img_size=32, num_frames=2 * T, embed_dims=32),
    **dict(depth=2, num_heads=2, mlp_ratio=1),
)
BOTH = ('ExactReweighting', 'LightReweighting')


@pytest.fixture(params=['open_clip', 'timm', 'over clips'])
def made(request, tiny_arch):
    """Builds a re-weighted tower, and gives two clips for it."""
    tower = {
        'open_clip': dict(type='OpenCLIPVisual', arch=tiny_arch),
        'timm': TIMM,
        'over clips': OVER_CLIPS,
    }[request.param]
    over_clips = request.param == 'over clips'
    shape = (2, 3, 2 * T, 32, 32) if over_clips else (2 * T, 3, 32, 32)

    def build(blocks=1, **reweighting):
        model = MODELS.build(
            dict(
                type='FrameReweighting',
                tower=tower,
                num_frames=T,
                input_format='NCTHW' if over_clips else 'NCHW',
                reweighting=reweighting,
                blocks=blocks,
            )
        )
        for parameter in model.parameters():  # attention must not be even
            torch.nn.init.normal_(parameter, std=0.2)
        return model.eval()

    return build, torch.randn(shape)


def plain(model, images):
    """The tower without its hooks."""
    tower = deepcopy(model.tower)
    for module in tower.modules():
        module._forward_hooks.clear()
    return tower(images)


@pytest.mark.parametrize('kind', BOTH)
@torch.no_grad()
def test_factors_of_one_give_the_tower_bit_by_bit(made, kind):
    build, images = made
    one = build(blocks=2, type=kind, factors=(1, 1))
    assert torch.equal(one(images), plain(one, images))
    moved = build(blocks=2, type=kind)
    difference = (moved(images) - plain(moved, images)).abs().max()
    assert 1e-6 < difference < 10


@torch.no_grad()
def test_a_still_clip_is_left_alone_and_clips_do_not_see_each_other(made):
    build, images = made
    model = build()
    time = 2 if images.dim() == 5 else 0
    still = images.narrow(time, 0, 1).expand_as(images).contiguous()
    assert torch.allclose(model(still), plain(model, still), atol=1e-3)
    before, half = model(images), len(images) // 2
    images[half:] += 1
    assert torch.equal(model(images)[:half], before[:half])


def test_it_adds_no_weights_and_the_tower_still_learns(made):
    build, images = made
    model = build(blocks=2).train()
    assert all(name.startswith('tower.') for name in model.state_dict())
    model(images).sum().backward()
    assert all(
        p.grad.isfinite().all() for p in model.parameters() if p.grad is not None
    )
    copy = deepcopy(model).eval()
    copy.reweighting.range = (1.0, 1.0)
    with torch.no_grad():
        assert torch.equal(copy(images), plain(copy, images))
        assert not torch.equal(model.eval()(images), copy(images))


def test_shares_and_sharpness_by_hand():
    mass = torch.tensor([[0.1, 0.1, 0.6, 0.2]])
    share, sharp = frame_shares(mass, frames=2)
    assert torch.allclose(share, torch.tensor([[0.2, 0.8]]))
    entropy = torch.distributions.Categorical(mass.view(2, 2)).entropy()
    assert torch.allclose(1 / sharp[0], entropy, atol=1e-5)


def attention(*shape):
    return (3 * torch.randn(*shape)).softmax(-1)


def test_the_formula_by_plain_loops():
    """c and H of each frame, min-max, power, mixture, clipped ratio, floor, half."""
    given = attention(1, 2, 7, T * S).double()
    column = given.mean((0, 1, 2)).view(T, S)
    share = column.sum(1)
    score = []
    for frame in column:
        p = frame / frame.sum()
        score.append(0.5 * frame.sum() + 0.5 / (-(p * p.log()).sum() + 1e-6))
    score = torch.stack(score)
    place = (((score - score.min()) / (score.max() - score.min())) + 1e-6) ** 1.5
    wanted = 0.9 * place / place.sum() + 0.1 / T
    factors = (wanted / share).clamp(0.7, 1.4)
    moved = given.view(2, 7, T, S) * factors[:, None]
    moved = 0.999 * moved + 0.001 / (T * S)
    moved = moved / moved.sum((2, 3), keepdim=True)
    expected = (given.view_as(moved) + moved) / 2
    found = ExactReweighting().move(given, T)
    assert torch.allclose(found.view_as(expected), expected, atol=1e-6)
    assert torch.allclose(found.sum(-1), torch.ones(1, 2, 7).double())


@pytest.mark.parametrize('part', [ExactReweighting(), LightReweighting()])
def test_what_is_sharp_gets_more_and_what_is_even_nothing(part):
    mass = torch.full((1, T, S), 1 / S)
    assert torch.allclose(part.factors_of(mass.flatten(1), T), torch.ones(1, T))
    mass[0, 2] = torch.tensor([0.96, 0.01, 0.01, 0.01, 0.01])
    factors = part.factors_of(mass.flatten(1), T)[0]
    assert factors.argmax() == 2 and factors[2] > 1 > factors[0]
    assert 0.7 <= factors.min() and factors.max() <= 1.4


def test_what_does_not_fit():
    build = {'type': 'FrameReweighting', 'num_frames': T, 'tower': TIMM}
    for blocks in (3, (2,), (-1,)):
        with pytest.raises(ValueError, match='blocks 0 to 1'):
            MODELS.build({**build, 'blocks': blocks})
    with pytest.raises(ValueError, match='range above zero that contains one'):
        MODELS.build({**build, 'reweighting': dict(factors=(1.1, 1.4))})
    with pytest.raises(ValueError, match="input_format='NTCHW'"):
        MODELS.build({**build, 'input_format': 'NTCHW'})
    with pytest.raises(
        ValueError, match='7 pictures are not a whole number of videos of num_frames=4'
    ):
        MODELS.build(build)(torch.zeros(7, 3, 32, 32))
    with pytest.raises(ValueError, match='ResNet has no blocks'):
        MODELS.build({**build, 'tower': dict(type='ResNet', depth=18)})
    turned = dict(TIMM, type='timm.eva02_tiny_patch14_224', img_size=28)
    with pytest.raises(ValueError, match='whose queries and keys cannot be read'):
        MODELS.build({**build, 'tower': turned})
    with pytest.raises(ValueError, match='tokens of a clip cannot be divided'):
        model = MODELS.build({**build, 'tower': OVER_CLIPS, 'input_format': 'NCTHW'})
        model.tower.blocks[-1].attn(torch.zeros(1, 7, 32))
