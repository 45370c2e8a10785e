"""MILLoss: label kinds, parity with hand formulas, bad input."""

import pytest
import torch
from mmaction.structures import ActionDataSample

from tgdfer_mm.models.losses import MILLoss
from tgdfer_mm.registry import MODELS


def test_hard_labels_by_hand():
    logits = torch.tensor([[2.0, 0.0, -1.0]])
    expected = -torch.log_softmax(logits, -1)[0, 0]
    assert torch.allclose(MILLoss()(logits, torch.tensor([0])), expected)


def test_vote_shares_are_weighted_by_hand():
    logits = torch.tensor([[1.0, 0.0]])
    log_p = torch.log_softmax(logits, -1)[0]
    expected = -(0.7 * log_p[0] + 0.3 * log_p[1])
    assert torch.allclose(MILLoss()(logits, torch.tensor([[0.7, 0.3]])), expected)


def test_multi_hot_is_binary_cross_entropy_by_hand():
    logits = torch.tensor([[2.0, -3.0]])
    p = logits.sigmoid()[0]
    expected = -(p[0].log() + (1 - p[1]).log()) / 2
    loss = MILLoss(multi_label=True, loss_weight=2.0)
    assert torch.allclose(loss(logits, torch.tensor([[1, 0]])), 2 * expected)


def test_instance_logits_are_pooled_first():
    z = torch.randn(2, 8, 3)
    mask = torch.arange(8) < torch.tensor([[4], [8]])
    label = torch.tensor([0, 2])
    bag = torch.stack([z[0, :4].mean(0), z[1].mean(0)])
    pooled = MILLoss(pooling='mean')(z, label, mask)
    assert torch.allclose(pooled, MILLoss()(bag, label))


@pytest.mark.parametrize(
    'kwargs, label, message',
    [
        ({}, torch.tensor([[0.5, 0.1, 0.1]]), 'not a distribution'),
        ({}, torch.tensor([[1.0, 0.0]]), 'do not fit'),
        ({'multi_label': True}, torch.tensor([[1, 0]]), 'do not fit'),
    ],
)
def test_labels_that_do_not_fit(kwargs, label, message):
    with pytest.raises(ValueError, match=message):
        MILLoss(**kwargs)(torch.randn(1, 3), label)


def test_smoothing_multi_hot_labels_is_refused():
    with pytest.raises(ValueError, match='label_smooth'):
        MILLoss(multi_label=True, label_smooth=0.1)


@pytest.mark.parametrize(
    'labels', [[1, 0], [torch.tensor([0.5, 0.3, 0.2]), torch.tensor([0.0, 1.0, 0.0])]]
)
def test_in_a_stock_head_it_is_the_cross_entropy(labels):
    feats = torch.randn(4, 8)  # two clips of two segments
    samples = [ActionDataSample().set_gt_label(label) for label in labels]
    head = dict(type='TSNHead', num_classes=3, in_channels=8, spatial_type=None)
    head.update(dropout_ratio=0, average_clips='prob')
    losses = []
    for loss in ('CrossEntropyLoss', 'MILLoss'):
        torch.manual_seed(0)
        built = MODELS.build({**head, 'loss_cls': dict(type=loss)})
        losses.append(built.loss(feats, samples, num_segs=2)['loss_cls'])
    assert torch.allclose(*losses)
