"""S2D's loss against its formula, its memory, and its schedule."""

import pytest
import torch
from mmengine.logging import MessageHub

from tgdfer_mm.models.losses import SelfDistillationLoss

K, D = 3, 6


@pytest.fixture(autouse=True)
def hub():
    """A training of a hundred steps, at its end."""
    hub = MessageHub.get_instance('self_distillation')
    hub.update_info('max_iters', 100)
    hub.update_info('iter', 99)
    return hub


def filled(size=4, **kwargs):
    """A loss that has seen four clips of each class."""
    loss = SelfDistillationLoss(K, D, size=size, **kwargs).train()
    feature, logits = torch.randn(4 * K, D), torch.randn(4 * K, K)
    label = torch.arange(4 * K) % K
    loss(feature, logits, label)
    return loss, feature, logits.softmax(-1), label


def test_an_empty_place_is_no_neighbour_not_even_of_the_opposite():
    loss = SelfDistillationLoss(K, D, size=64)
    loss.seen.fill_(2)
    loss.features[:, :2, 0] = 1
    loss.probabilities[:, :2] = torch.eye(K)[:, None]
    query = torch.zeros(1, D)
    query[0, 0] = -1  # the cosine with each of the two is -1
    assert torch.allclose(loss.targets(query), torch.full((1, K), 1 / K), atol=1e-6)


def by_hand(query, logits, feature, probability, label, neighbours=2):
    total, shares = torch.zeros(K), 0.0
    for c in range(K):
        own = label == c
        cosine = torch.cosine_similarity(query[None], feature[own])
        for value, one in sorted(
            zip(cosine.tolist(), probability[own], strict=True), key=lambda x: -x[0]
        )[:neighbours]:
            weight = max(value, 1e-6)
            total, shares = total + weight * one, shares + weight
    target = total / shares
    return (target * (target.log() - logits.log_softmax(-1))).sum()


def test_it_pulls_the_logits_and_not_the_feature():
    loss, *_ = filled()
    query = torch.randn(2, D, requires_grad=True)
    logits = torch.randn(2, K, requires_grad=True)
    loss(query, logits, torch.zeros(2).long()).backward()
    assert logits.grad.any() and query.grad is None


def test_the_oldest_clips_of_a_class_are_forgotten():
    loss = SelfDistillationLoss(K, D, size=3).train()
    feature = torch.arange(5.0)[:, None].expand(5, D)
    for part in (slice(0, 2), slice(2, 5)):
        loss(feature[part], torch.randn(5, K)[part], torch.ones(5).long()[part])
    assert sorted(loss.features[1, :, 0].tolist()) == [2, 3, 4]
    assert loss.seen.tolist() == [0, 5, 0] and not loss.features[[0, 2]].any()


def test_of_one_large_batch_the_last_are_kept():
    loss = SelfDistillationLoss(K, D, size=2, neighbours=1).train()
    feature = torch.arange(5.0)[:, None].expand(5, D)
    shares = torch.tensor([[0.1, 0.2, 0.7]]).expand(5, K)
    loss(feature, torch.randn(5, K), shares)
    assert sorted(loss.features[2, :, 0].tolist()) == [3, 4]


def test_testing_changes_nothing_and_a_checkpoint_has_the_anchors():
    loss, *_ = filled()
    state = {name: value.clone() for name, value in loss.state_dict().items()}
    loss.eval()(torch.randn(2, D), torch.randn(2, K), torch.zeros(2).long())
    other = SelfDistillationLoss(K, D, size=4)
    other.load_state_dict(loss.state_dict())
    for name, value in other.state_dict().items():
        assert torch.equal(value, state[name])


def test_until_every_class_has_been_seen_there_is_no_loss():
    loss = SelfDistillationLoss(K, D).train()
    for label in (torch.zeros(4), torch.ones(4)):
        assert loss(torch.randn(4, D), torch.randn(4, K), label.long()) == 0
    loss(torch.randn(2, D), torch.randn(2, K), torch.full((2,), 2))
    assert loss(torch.randn(2, D), torch.randn(2, K), torch.zeros(2).long()) > 0


@pytest.mark.parametrize(
    ('step', 'weight'), [(0, 0), (29, 0), (30, 0.01), (59, 0.1), (60, 0.5), (80, 1)]
)
def test_the_weight_rises_with_the_training(hub, step, weight):
    hub.update_info('iter', step)
    assert SelfDistillationLoss(K, D).weight() == weight


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        (dict(size=1), 'neighbours=2 must be from 1 to size=1'),
        (dict(schedule=((0.5, 1.0), (0.2, 2.0))), 'must ascend'),
        (dict(schedule=((1.5, 1.0),)), 'must ascend'),
        (dict(schedule=()), 'must ascend'),
    ],
)
def test_what_does_not_fit(options, message):
    with pytest.raises(ValueError, match=message):
        SelfDistillationLoss(K, D, **options)
