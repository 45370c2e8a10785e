"""VadCLIP's two branches against their formulas."""

import pytest
import torch
import torch.nn.functional as F
from mmaction.structures import ActionDataSample

from tgdfer_mm.models.bag import Bag
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
@pytest.mark.parametrize('temporal', ['lgt', 'identity'])
def test_padding_is_not_seen(temporal):
    head, one = stirred(build(temporal=dict(type=temporal))).eval(), bag(valid=5)
    spoiled = one._replace(
        instances=one.instances.masked_fill(~one.mask[..., None], 50.0)
    )
    for before, after in zip(head(one)[:3], head(spoiled)[:3], strict=True):
        rows = before.shape[1] == M
        pair = (before[:, :5], after[:, :5]) if rows else (before, after)
        assert torch.allclose(*pair, atol=1e-4)
    losses = [head.loss(b, samples(0, 1))['loss_coarse'].item() for b in (one, spoiled)]
    assert losses[0] == pytest.approx(losses[1], rel=1e-4)


def test_a_class_at_rest_that_is_none():
    with pytest.raises(ValueError, match='rest_class=3 must be from 0 to 2'):
        build(rest_class=3)
