"""Sinkhorn's plan, and the head that aligns words with frames."""

import pytest
import torch
import torch.nn.functional as F
from scipy.optimize import linprog

from tgdfer_mm.models.bag import Bag
from tgdfer_mm.models.functional import sinkhorn
from tgdfer_mm.models.heads import PatchTransportHead, TransportHead

K, D, M, L = 3, 8, 5, 4


def shares(*shape):
    x = torch.rand(*shape, dtype=torch.double) + 0.1
    return x / x.sum(-1, keepdim=True)


def test_the_plan_has_the_margins():
    cost = torch.rand(2, 3, L, M, dtype=torch.double)
    rows, columns = shares(2, 3, L), shares(2, 3, M)
    plan = sinkhorn(cost, rows, columns, epsilon=0.1, steps=300)
    assert (plan >= 0).all()
    assert torch.allclose(plan.sum(-1), rows, atol=1e-6)
    assert torch.allclose(plan.sum(-2), columns, atol=1e-12)


def test_with_little_entropy_it_is_the_linear_programme():
    cost, rows, columns = torch.rand(L, M).double(), shares(L), shares(M)
    plan = sinkhorn(cost, rows, columns, epsilon=2e-3, steps=5000)
    margins = [
        *(torch.eye(L)[:, :, None].expand(L, L, M).flatten(1)),
        *(torch.eye(M)[:, None].expand(M, L, M).flatten(1)),
    ]
    best = linprog(
        cost.flatten().numpy(),
        A_eq=torch.stack(margins).numpy(),
        b_eq=torch.cat([rows, columns]).numpy(),
    )
    assert (plan * cost).sum().item() == pytest.approx(best.fun, abs=5e-3)


def test_with_much_entropy_it_is_the_product():
    rows, columns = shares(L), shares(M)
    plan = sinkhorn(torch.rand(L, M).double(), rows, columns, epsilon=1e4)
    assert torch.allclose(plan, rows[:, None] * columns, atol=1e-4)


def test_what_weighs_nothing_is_left_out():
    cost, rows, columns = torch.rand(L, M).double(), shares(L), shares(M)
    padded = sinkhorn(
        F.pad(cost, (0, 2, 0, 1), value=7.0),
        F.pad(rows, (0, 1)),
        F.pad(columns, (0, 2)),
    )
    assert padded.isfinite().all()
    assert torch.allclose(padded[:L, :M], sinkhorn(cost, rows, columns))
    assert not padded[L:].any() and not padded[:, M:].any()


def test_its_cost_has_the_gradient_that_it_claims():
    """d min(<P, C> - epsilon H(P)) / dC = P, by differences."""
    cost, rows, columns = torch.rand(L, M).double(), shares(L), shares(M)

    def least(c):
        plan = sinkhorn(c, rows, columns, epsilon=0.2, steps=500)
        return (plan * c).sum() + 0.2 * (plan * plan.log()).sum()

    plan, step = sinkhorn(cost, rows, columns, epsilon=0.2, steps=500), 1e-5
    nudge = torch.zeros_like(cost)
    nudge[1, 2] = step
    slope = (least(cost + nudge) - least(cost - nudge)) / (2 * step)
    assert slope.item() == pytest.approx(plan[1, 2].item(), abs=1e-6)


def bag(mask=None):
    text = F.normalize(torch.randn(K, 1 + L, D), dim=-1)
    text[0, 3:] = 0  # the first class has two words
    mask = torch.ones(2, M, dtype=torch.bool) if mask is None else mask
    return Bag(torch.randn(2, M, D), mask, text)


@pytest.fixture
def head():
    head = TransportHead(K, D, temperature=0.1, temporal=dict(heads=2))
    torch.nn.init.normal_(head.temporal.mlp[-1].weight)
    torch.nn.init.normal_(head.refine.weight, std=0.1)
    torch.nn.init.normal_(head.refine.bias)  # absent words must not come to life
    return head


@torch.no_grad()
def test_padding_changes_nothing(head):
    mask = torch.arange(M) < torch.tensor([[3], [5]])
    one = bag(mask)
    spoiled = torch.where(mask[..., None], one.instances, torch.randn(2, M, D))
    clean, noisy = head(one), head(one._replace(instances=spoiled))
    assert torch.allclose(clean.logits, noisy.logits, atol=1e-5)
    assert not clean.weights[~mask].any()


@torch.no_grad()
def test_neither_order_nor_padding_of_words_counts(head):
    one = bag()
    moved = one.text.clone()
    moved[1:, 1:] = one.text[1:, 1:].flip(1)
    longer = F.pad(moved, (0, 0, 0, 3))
    assert torch.allclose(
        head(one).logits, head(one._replace(text=longer)).logits, atol=1e-4
    )


def test_texts_without_words_are_refused(head):
    one = bag()
    with pytest.raises(ValueError, match='OpenCLIPWords'):
        head(one._replace(text=one.text[:, 0]))


P = 6


@pytest.fixture
def patch_head(head):
    made = PatchTransportHead(K, D, temperature=0.1, temporal=dict(heads=2))
    made.load_state_dict(head.state_dict(), strict=False)
    torch.nn.init.normal_(made.refine_patches.weight, std=0.1)
    return made


def with_patches(mask=None):
    one = bag(mask)
    return one._replace(instances=torch.randn(2, M, 1 + P, D))


@torch.no_grad()
def test_patches_permuted_alike_give_the_same_transport(patch_head):
    one = with_patches()
    order = torch.tensor([0, *(1 + torch.randperm(P))])
    both = (
        patch_head(one),
        patch_head(one._replace(instances=one.instances[:, :, order])),
    )
    assert torch.allclose(both[0].logits, both[1].logits, atol=1e-5)
    tokens = patch_head.tokens(one, one.instances[:, :, 0], both[0].weights)
    moved = patch_head.tokens(
        one._replace(instances=one.instances[:, :, order]),
        one.instances[:, :, 0],
        both[0].weights,
    )
    shares = (x[1][:, M:].view(2, M, P) for x in (tokens, moved))
    first, second = shares
    assert torch.allclose(first[..., order[1:] - 1], second, atol=1e-6)
    assert torch.allclose(tokens[1].sum(1), torch.ones(2))


@torch.no_grad()
def test_patches_count_and_without_a_share_do_not(head, patch_head):
    one = with_patches()
    frames = one._replace(instances=one.instances[:, :, 0])
    assert not torch.allclose(patch_head(one).logits, head(frames).logits, atol=1e-3)
    patch_head.patch_share = 0.0
    assert torch.allclose(patch_head(one).logits, head(frames).logits, atol=1e-4)


@torch.no_grad()
def test_patches_of_padding_change_nothing(patch_head):
    mask = torch.arange(M) < torch.tensor([[3], [5]])
    one = with_patches(mask)
    spoiled = torch.where(mask[..., None, None], one.instances, torch.randn(2, M, 1, D))
    clean, noisy = patch_head(one), patch_head(one._replace(instances=spoiled))
    assert torch.allclose(clean.logits, noisy.logits, atol=1e-5)


def test_what_patches_need(patch_head):
    with pytest.raises(ValueError, match='OpenCLIPPatches'):
        patch_head(bag())
    with pytest.raises(ValueError, match='patch_share=1'):
        PatchTransportHead(K, D, patch_share=1)
