"""VadCLIP's two branches against their formulas."""

import pytest
import torch
import torch.nn.functional as F
from mmaction.structures import ActionDataSample

from tgdfer_mm.models.bags import Bag
from tgdfer_mm.models.heads import VadCLIPHead

K, D, M = 3, 16, 8


def build(**kwargs):
    options = dict(rest_class=1, temporal=dict(type='identity'), rho=0.25)
    return VadCLIPHead(K, D, **options | kwargs)


def bag(valid=M):
    mask = torch.arange(M).expand(2, M) < valid
    return Bag(torch.randn(2, M, D), mask, F.normalize(torch.randn(K, D), dim=-1))


def samples(*labels):
    return [ActionDataSample().set_gt_label(label) for label in labels]


def stirred(head):
    for parameter in head.parameters():
        torch.nn.init.normal_(parameter, std=0.3)
    return head


@torch.no_grad()
def test_both_branches_by_hand():
    head, one = stirred(build(temperature=0.5)), bag()
    hidden = F.normalize(one.instances, dim=-1)
    coarse = head.coarse(hidden + head.coarse_ffn(hidden))[..., 0]
    expected = torch.zeros(2, K)
    moved = torch.zeros(2)
    for n in range(2):
        prompt = F.normalize(sum(coarse[n, i] * hidden[n, i] for i in range(M)), dim=0)
        moved[n] = coarse[n].sigmoid().sort().values[-2:].mean()
        for c in range(K):
            label = one.text[c] + prompt
            label = label + head.prompt_ffn(label)
            scores = F.cosine_similarity(hidden[n], label[None]) / 0.5
            expected[n, c] = scores.sort().values[-2:].mean()
    assert torch.allclose(head(one).logits, expected, atol=1e-4)
    losses = head.loss(one, samples(1, 2))
    align = F.cross_entropy(expected, torch.tensor([1, 2]))
    assert losses['loss_cls'].item() == pytest.approx(align.item(), rel=1e-3)
    binary = -((1 - moved[0]).log() + moved[1].log()) / 2  # class 1 is at rest
    assert losses['loss_coarse'].item() == pytest.approx(binary.item(), rel=1e-3)
    likeness = sum((one.text[1] @ one.text[c]).abs() for c in (0, 2)) / 2
    assert losses['loss_text'].item() == pytest.approx(0.1 * likeness.item(), rel=1e-3)


@torch.no_grad()
@pytest.mark.parametrize('temporal', ['lgt', 'identity'])
def test_padding_is_not_seen(temporal):
    head, one = stirred(build(temporal=dict(type=temporal))).eval(), bag(valid=5)
    spoiled = one._replace(
        instances=one.instances.masked_fill(~one.mask[..., None], 50.0)
    )
    for before, after in zip(head(one), head(spoiled), strict=True):
        rows = before.shape[1] == M
        pair = (before[:, :5], after[:, :5]) if rows else (before, after)
        assert torch.allclose(*pair, atol=1e-4)
    losses = [head.loss(b, samples(0, 1))['loss_coarse'].item() for b in (one, spoiled)]
    assert losses[0] == pytest.approx(losses[1], rel=1e-4)


@torch.no_grad()
def test_soft_labels_are_partly_at_rest():
    head, one = stirred(build()), bag()
    soft = samples(0, 0)
    for sample in soft:
        sample.soft_label = torch.tensor([0.0, 0.25, 0.75])
    certain = [head.loss(one, samples(c, c))['loss_coarse'].item() for c in (1, 2)]
    mixed = 0.25 * certain[0] + 0.75 * certain[1]
    assert head.loss(one, soft)['loss_coarse'].item() == pytest.approx(mixed, rel=1e-4)


@torch.no_grad()
def test_without_a_class_at_rest_all_clips_are_positive():
    head, one = stirred(build(rest_class=None)), bag()
    losses = [head.loss(one, samples(c, c)) for c in range(K)]
    assert len({each['loss_coarse'].item() for each in losses}) == 1
    between = (one.text @ one.text.t()).abs()
    expected = 0.1 * (between.sum() - between.trace()) / (K * (K - 1))
    assert losses[0]['loss_text'].item() == pytest.approx(expected.item(), rel=1e-3)


def test_a_class_at_rest_that_is_none():
    with pytest.raises(ValueError, match='rest_class=3 is no class of 0 to 2'):
        build(rest_class=3)
