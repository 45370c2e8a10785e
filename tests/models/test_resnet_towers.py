"""The towers of Former-DFER and IAL."""

import pytest
import torch
from mmaction.models.backbones import ResNet

from tgdfer_mm.models.backbones import (
    FormerResNet,
    GatedResNet,
    GlobalConvAttention,
    InstanceBackbone,
)

T = 4


@pytest.fixture
def pictures():
    return torch.randn(2 * T, 3, 32, 32)


def evaluated(tower):
    tower.eval()  # mmaction2's gives None
    return tower


def gate_of(bias):
    """A gate whose weights do not depend on the map but by `bias` (T,)."""
    gate = GlobalConvAttention(16, size=3, num_frames=T)
    torch.nn.init.zeros_(gate.fc[-1].weight)
    torch.nn.init.constant_(gate.fc[-1].bias, bias)
    return gate


@torch.no_grad()
@pytest.mark.parametrize('bias, weight', [(0.0, 1.0), (50.0, 2.0), (-50.0, 0.0)])
def test_gates_at_known_values(bias, weight):
    x = torch.randn(2 * T, 16, 3, 3)
    assert torch.allclose(gate_of(bias)(x), weight * x, atol=0.02)


@torch.no_grad()
def test_gates_by_their_definition():
    gate, x = GlobalConvAttention(16, 3, T), torch.randn(2 * T, 16, 3, 3)
    number = (x * gate.conv.weight[:, 0]).sum((-2, -1)) + gate.conv.bias
    own = (2 * torch.sigmoid(gate.fc(number))).view(2, T, 16)
    for video in range(2):
        for t in range(T):
            expected = (own[video, t] * own[video].mean(0) + 1e-5).sqrt()
            found = gate.weights(x)[video * T + t]
            assert torch.allclose(found, expected, atol=1e-5)


@torch.no_grad()
def test_without_its_gates_it_is_the_stock_network(pictures):
    gated = evaluated(GatedResNet(T, image_size=32))
    stock = evaluated(ResNet(18))
    missing, unexpected = gated.load_state_dict(stock.state_dict(), strict=False)
    assert unexpected == [] and missing and all('.gate.' in n for n in missing)
    assert not torch.allclose(gated(pictures), stock(pictures), atol=1e-4)
    for block in [*gated.layer2, *gated.layer3]:
        block.gate = torch.nn.Identity()
    assert torch.allclose(gated(pictures), stock(pictures), atol=1e-6)


@torch.no_grad()
def test_a_video_sees_no_other_video(pictures):
    tower = evaluated(GatedResNet(T, image_size=32))
    alone = tower(pictures[:T])
    assert torch.allclose(tower(pictures)[:T], alone, atol=1e-4)
    other = torch.cat([torch.randn(1, 3, 32, 32), pictures[1:T]])
    assert not torch.allclose(tower(other)[1:], alone[1:], atol=1e-6)  # but its frames


@pytest.mark.parametrize('size, side', [(112, 7), (64, 4), (50, 4)])
def test_maps_of_any_size_have_their_gate_and_their_codes(size, side):
    assert len(FormerResNet(size).position) == side**2
    gates = GatedResNet(T, image_size=size, gated_stages=(3,)).layer3
    assert [block.gate.conv.kernel_size for block in gates] == [(side, side)] * 2


@torch.no_grad()
def test_attention_sees_the_place_of_what_it_sees(pictures):
    tower = evaluated(FormerResNet(32))
    x = torch.randn(1, 256, 2, 2)
    turned = tower.attend(x.flip(-1)).flip(-1)
    assert not torch.allclose(tower.attend(x), turned, atol=1e-3)
    tower.position.zero_()
    turned = tower.attend(x.flip(-1)).flip(-1)
    assert torch.allclose(tower.attend(x), turned, atol=1e-4)
    with pytest.raises(ValueError, match='image_size=32'):
        tower(pictures[..., :16])


@torch.no_grad()
@pytest.mark.parametrize(
    'backbone', [dict(type='FormerResNet'), dict(type='GatedResNet', num_frames=T)]
)
def test_what_padding_shows_changes_nothing(backbone):
    tower = InstanceBackbone(
        dict(backbone, image_size=32),
        num_frames=T,
        image_size=32,
        out_channels=512,
        input_format='NCHW',
        projection=False,
    ).eval()
    frames, mask = torch.randn(1, T, 3, 32, 32), torch.arange(T)[None] < 2
    spoiled = torch.where(mask[..., None, None, None], frames, torch.randn(1))
    assert torch.equal(tower(frames, mask)[0], tower(spoiled, mask)[0])
