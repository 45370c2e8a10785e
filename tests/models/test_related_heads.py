"""Outputs of the heads of DFER-CLIP and M3DFEL."""

import pytest
import torch
import torch.nn.functional as F
from mmaction.structures import ActionDataSample

from tgdfer_mm.evaluation.frame_sources import PredictedClip, attention
from tgdfer_mm.models.bag import Bag
from tgdfer_mm.models.heads import ClassTokenHead, M3DFELHead

K, D = 3, 16


def m3dfel(**kwargs):
    return M3DFELHead(K, D, num_instances=4, hidden_channels=8, heads=2, **kwargs)


def class_token(**kwargs):
    return ClassTokenHead(
        K, D, num_frames=4, heads=2, head_channels=6, mlp_channels=32, **kwargs
    )


HEADS = pytest.mark.parametrize('build', [m3dfel, class_token])


def bag(valid=4):
    mask = torch.arange(4).expand(2, 4) < valid
    return Bag(torch.randn(2, 4, D), mask, F.normalize(torch.randn(K, D), dim=-1))


@HEADS
@torch.no_grad()
def test_predictions_explain_themselves(build):
    head = build().eval()
    samples = head.predict(bag(valid=3), [ActionDataSample() for _ in range(2)])
    for sample in samples:
        assert sample.pred_score.sum() == pytest.approx(1, abs=1e-5)
        assert sample.pred_label == sample.pred_score.argmax()
        assert torch.allclose(sample.instance_scores.sum(-1), torch.ones(4))
        assert sample.attention.sum() == pytest.approx(1, abs=1e-5)
        assert (sample.attention > 0).tolist() == [True, True, True, False]
        clip = dict(attention=sample.attention, frame_inds=range(4), num_valid=3)
        assert attention(PredictedClip(clip, None, 0, K)).mean() == pytest.approx(1)


@HEADS
def test_every_parameter_learns_from_the_loss(build):
    head = build()
    samples = [ActionDataSample().set_gt_label(i) for i in range(2)]
    losses = head.loss(bag(), samples)
    losses['loss_cls'].backward()
    idle = [n for n, p in head.named_parameters() if p.grad is None or not p.grad.any()]
    assert idle == []


@HEADS
@torch.no_grad()
def test_the_loss_is_cross_entropy(build):
    head, one = build(loss_cls=dict(type='MILLoss')), bag()
    samples = [ActionDataSample().set_gt_label(i) for i in range(2)]
    expected = F.cross_entropy(head(one).logits, torch.arange(2))
    assert head.loss(one, samples)['loss_cls'] == pytest.approx(expected.item())


@torch.no_grad()
def test_the_class_token_does_not_see_order_but_by_positions():
    head, one = class_token().eval(), bag()
    turned = one._replace(instances=one.instances.flip(1))
    assert not torch.allclose(head(one).logits, head(turned).logits, atol=1e-3)
    head.position.zero_()
    plain, mirrored = head(one), head(turned)
    assert torch.allclose(plain.logits, mirrored.logits, atol=1e-4)
    assert torch.allclose(plain.weights, mirrored.weights.flip(1), atol=1e-6)


@pytest.mark.parametrize(
    ('build', 'message'),
    [
        (lambda: M3DFELHead(K, D, num_instances=1), 'needs 2'),
        (lambda: M3DFELHead(K, D, hidden_channels=8, heads=3), 'heads=3'),
        (lambda: m3dfel()(bag()._replace(instances=torch.randn(1, 5, D))), 'have 5'),
        (
            lambda: class_token()(bag()._replace(instances=torch.randn(1, 5, D))),
            'have 5',
        ),
    ],
)
def test_what_does_not_fit(build, message):
    with pytest.raises(ValueError, match=message):
        build()
