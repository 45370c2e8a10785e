"""Motion: what it is, what it leaves out, what the neck makes of it."""

import pytest
import torch
import torch.nn.functional as F

from tgdfer_mm.models.bag import Bag
from tgdfer_mm.models.functional import motion, motion_weights
from tgdfer_mm.models.necks import MotionPromptNeck, VisualPromptNeck

N, M, D, K = 2, 6, 8, 3
MASK = torch.arange(M) < torch.tensor([[4], [6]])


def test_distances_of_neighbours_by_hand():
    angles = torch.tensor([0.0, 0.1, 0.4, 0.4])
    x = torch.stack([angles.cos(), angles.sin()], -1)[None] * 7
    chord = [2 * torch.sin(a / 2) for a in torch.tensor([0.1, 0.3, 0.0])]
    expected = [chord[0], (chord[0] + chord[1]) / 2, (chord[1] + chord[2]) / 2, 0.0]
    found = motion(x, torch.ones(1, 4, dtype=torch.bool))
    assert torch.allclose(found, torch.tensor([expected]), atol=1e-5)


def test_padding_neither_moves_nor_counts():
    x = torch.randn(N, M, D)
    other = torch.where(MASK[..., None], x, torch.randn(N, M, D))
    assert torch.equal(motion_weights(x, MASK), motion_weights(other, MASK))
    weights = motion_weights(x, MASK)
    assert not weights[~MASK].any()
    assert torch.allclose(weights.sum(1), torch.ones(N))
    cut = motion_weights(x[:1, :4], MASK[:1, :4])
    assert torch.allclose(cut, weights[:1, :4], atol=1e-6)


def test_a_constant_clip_has_even_shares():
    x = torch.randn(N, 1, D).expand(N, M, D)
    x = x + 1e-6 * torch.randn(N, M, D)  # noise is no motion
    expected = MASK / MASK.sum(1, keepdim=True)
    assert torch.allclose(motion_weights(x, MASK), expected, atol=1e-3)


def test_a_reversed_clip_has_reversed_weights():
    x, whole = torch.randn(N, M, D), torch.ones(N, M, dtype=torch.bool)
    assert torch.allclose(
        motion_weights(x.flip(1), whole), motion_weights(x, whole).flip(1)
    )


def test_one_instance_has_all_the_weight_and_no_gradient_flows():
    x = torch.randn(1, M, D, requires_grad=True)
    weights = motion_weights(x, torch.arange(M)[None] < 1)
    assert weights.tolist() == [[1.0] + [0.0] * (M - 1)]
    assert not weights.requires_grad


def necks():
    made = []
    for kind in (VisualPromptNeck, MotionPromptNeck):
        torch.manual_seed(0)
        made.append(kind(D, temperature=0.5))
    return made


def bag(instances):
    return Bag(instances, MASK, F.normalize(torch.randn(K, D), dim=-1))


@torch.no_grad()
def test_the_prior_multiplies_the_relevance():
    one = bag(torch.randn(N, M, D))
    plain, moved = (neck(one)[0].relevance for neck in necks())
    prior = (motion(one.instances, MASK) / 0.1).exp()[..., None]
    expected = plain * prior / (plain * prior).sum(1, keepdim=True)
    assert torch.allclose(moved, expected, atol=1e-5)
    assert not moved[~MASK].any()


@torch.no_grad()
def test_where_nothing_moves_it_is_the_plain_neck():
    one = bag(torch.randn(N, 1, D).expand(N, M, D).clone())
    plain, moved = (neck(one)[0] for neck in necks())
    assert torch.allclose(plain.relevance, moved.relevance, atol=1e-6)
    assert torch.allclose(plain.enriched, moved.enriched, atol=1e-6)


def test_a_temperature_has_to_be_positive():
    with pytest.raises(ValueError, match='motion_temperature=0'):
        MotionPromptNeck(D, motion_temperature=0)
