"""IAL's two streams, its steps in time, and the classifiers on its gates."""

import pytest
import torch
import torch.nn.functional as F

from tgdfer_mm.models.backbones import IALResNet
from tgdfer_mm.models.bag import Bag
from tgdfer_mm.models.heads import IALHead
from tgdfer_mm.models.layers.dynamic_static import DynamicStaticFusion

T, K, WIDTH = 4, 3, 16 * 4 + 8


@pytest.fixture
def head():
    torch.manual_seed(0)
    sizes = dict(map_size=2, channels=16, gates=(8,), gate_weights=(0.5,))
    return IALHead(K, num_frames=T, mlp_channels=8, **sizes).eval()


def bag_of(valid, instances=None):
    x = torch.randn(1, T, WIDTH) if instances is None else instances
    return Bag(x, torch.arange(T)[None] < valid, torch.zeros(0))


def test_it_has_the_published_size():
    with torch.device('meta'):
        parts = [IALResNet(16), IALHead(7)]
    found = sum(p.numel() for part in parts for p in part.parameters())
    assert found == pytest.approx(19.08e6, rel=0.01)
    # The authors' network has these too, and never uses them.
    assert found + 146_752 == 19_083_527
    assert parts[1].in_channels == 256 * 7 * 7 + 128 + 256
    assert parts[1].fc.in_features == 4096


@torch.no_grad()
def test_the_tower_gives_the_map_and_the_numbers_of_its_gates():
    tower = IALResNet(T, image_size=32)
    tower.eval()
    x = torch.randn(T, 3, 32, 32)
    output = tower(x)
    inner = tower.layer1(tower.maxpool(tower.conv1(x)))
    maps = tower.layer3(tower.layer2(inner))  # the blocks' own way
    assert torch.allclose(output[:, : 256 * 4], maps.flatten(1), atol=1e-5)
    number = tower.layer2[0].gate.conv(tower.layer2[0].branch(inner)).flatten(1)
    assert torch.allclose(output[:, 1024:1152], number, atol=1e-5)
    assert output.shape == (T, 1024 + 128 + 256)


@torch.no_grad()
def test_a_still_clip_has_equal_steps_and_time_has_a_direction():
    fusion = DynamicStaticFusion(8, 3, heads=2, head_channels=4).eval()
    still = fusion(torch.randn(1, 1, 8, 3, 3).expand(-1, T, -1, -1, -1))
    assert still.shape == (1, T - 1, 8 * 2 * 2)
    assert torch.allclose(still[:, :1].expand_as(still), still, atol=1e-5)
    maps = torch.randn(1, T, 8, 3, 3)
    back = fusion(maps.flip(1)).flip(1)
    assert not torch.allclose(fusion(maps), back, atol=1e-2)


@torch.no_grad()
@pytest.mark.parametrize('valid', [1, 2, 3, T])
def test_padding_counts_nowhere(head, valid):
    bag = bag_of(valid)
    first = head(bag)
    shown = bag.instances.clone()
    shown[:, max(valid, 2) :] = torch.randn_like(shown[:, max(valid, 2) :])
    second = head(bag_of(valid, shown))
    for name in ('logits', 'weights'):
        one, other = getattr(first, name), getattr(second, name)
        assert torch.allclose(one, other, atol=1e-5)
    assert torch.allclose(first.extra['gate_0'], second.extra['gate_0'], atol=1e-5)
    steps = max(valid - 1, 1)
    assert first.weights[0].tolist() == pytest.approx(
        [1 / steps] * steps + [0] * (T - steps)
    )
    assert torch.allclose(first.instance[0, :steps].mean(0), first.logits[0], atol=1e-5)


def test_a_classifier_on_a_gate_adds_its_loss_and_without_weight_learns_nothing():
    sizes = dict(map_size=2, channels=16, gates=(4, 4), gate_weights=(0.5, 0.0))
    head = IALHead(K, num_frames=T, mlp_channels=8, **sizes)
    bag, label = bag_of(T), torch.tensor([1])
    output = head(bag)
    losses = head.loss_of(output, label, bag)
    said = F.cross_entropy(output.extra['gate_0'], label)
    assert torch.isclose(losses['loss_gate_0'], 0.5 * said)
    assert 'loss_gate_1' not in losses
    learns = [all(p.requires_grad for p in fc.parameters()) for fc in head.gate_fcs]
    assert learns == [True, False]


def test_what_it_cannot_take(head):
    with pytest.raises(ValueError, match='num_frames=1'):
        IALHead(K, num_frames=1)
    with pytest.raises(ValueError, match='gate_weights'):
        IALHead(K, gate_weights=(0.1,))
    long = torch.randn(1, T + 1, WIDTH)
    with pytest.raises(ValueError, match=f'num_frames={T}'):
        head(Bag(long, torch.ones(1, T + 1, dtype=torch.bool), torch.zeros(0)))
