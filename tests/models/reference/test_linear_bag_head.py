"""The mean of the valid instances and a linear layer."""

import loops
import pytest
import torch
from mmaction.structures import ActionDataSample

from tgdfer_mm.models.bag import Bag
from tgdfer_mm.models.heads import LinearBagHead

M, D, K, COUNTS = 5, 4, 3, [5, 2]


@torch.no_grad()
@pytest.mark.parametrize('temporal', [dict(type='identity'), dict(type='mtn')])
def test_logits_attention_and_loss(temporal):
    head = loops.stir(LinearBagHead(K, D, temporal))
    bag = Bag(loops.normal(2, M, D), loops.prefix(COUNTS, M), None)
    hidden = head.temporal(bag.instances, bag.mask).tolist()  # has its own reference
    given = []
    head.distill = lambda *args: given.extend(args) or torch.tensor(3.0)
    logits, instance, attention, _ = head(bag)
    expected, features = [], []
    for n, count in enumerate(COUNTS):
        own = hidden[n][:count]
        features.append(loops.mean(own))
        expected.append(loops.linear(head.fc, features[n]))
        loops.close(instance[n, :count], [loops.linear(head.fc, h) for h in own])
        even = [1 / count] * count + [0.0] * (M - count)
        assert attention[n].tolist() == pytest.approx(even)
    loops.close(logits, expected)
    samples = [ActionDataSample().set_gt_label(label) for label in (2, 0)]
    losses = head.loss(bag, samples)
    targets = [loops.smoothed(label, K) for label in (2, 0)]
    pairs = zip(expected, targets, strict=True)
    loops.close(losses['loss_cls'], sum(loops.cross_entropy(*p) for p in pairs) / 2)
    assert losses['loss_distill'] == 3
    loops.close(given[0], features)
