"""The intensity-aware loss against its formula."""

import pytest
import torch
import torch.nn.functional as F

from tgdfer_mm.models.losses import IntensityAwareLoss, MILLoss


def rivalry(logits, label, **kwargs):
    """What the term adds, for a weight of one."""
    loss = IntensityAwareLoss(intensity_weight=1.0, **kwargs)(logits, label)
    return loss - MILLoss()(logits, label)


@pytest.mark.parametrize('label', [0, 1, 2])
def test_label_against_the_highest_other_by_hand(label):
    x = [2.0, 0.5, -1.0]
    rival = max(x[:label] + x[label + 1 :])
    odds = torch.tensor([x[label], rival]).exp()
    expected = -(odds[0] / odds.sum()).log()
    found = rivalry(torch.tensor([x]), torch.tensor([label]))
    assert torch.allclose(found, expected, atol=1e-6)


def test_it_is_cross_entropy_of_two_where_there_are_two():
    logits, label = torch.randn(6, 2), torch.randint(2, (6,))
    expected = F.cross_entropy(logits, label)
    assert torch.allclose(rivalry(logits, label), expected, atol=1e-6)


def test_a_tie_for_the_highest_is_a_rival():
    found = rivalry(torch.zeros(1, 4), torch.tensor([1]))
    assert found == pytest.approx(torch.tensor(2.0).log().item())


def test_temperature_and_weight_change_the_term_alone():
    logits, label = torch.randn(5, 7) * 30, torch.randint(7, (5,))
    cooled = rivalry(logits, label, temperature=10.0)
    assert torch.allclose(cooled, rivalry(logits / 10, label), atol=1e-4)
    none = IntensityAwareLoss(intensity_weight=0.0, label_smooth=0.1)
    assert torch.equal(none(logits, label), MILLoss(label_smooth=0.1)(logits, label))


def test_soft_labels_share_the_term():
    logits = torch.randn(1, 3)
    each = [rivalry(logits, torch.tensor([c])) for c in (0, 2)]
    soft = rivalry(logits, torch.tensor([[0.3, 0.0, 0.7]]))
    assert torch.allclose(soft, 0.3 * each[0] + 0.7 * each[1], atol=1e-5)


def test_instances_are_pooled_before_the_rival_is_found():
    z, label = torch.randn(2, 5, 3), torch.tensor([0, 2])
    mask = torch.arange(5) < torch.tensor([[2], [5]])
    loss = IntensityAwareLoss(pooling='mean', loss_weight=3.0)
    bag = torch.stack([z[0, :2].mean(0), z[1].mean(0)])
    assert torch.allclose(loss(z, label, mask), loss(bag, label))


@pytest.mark.parametrize(
    'kwargs, message',
    [
        (dict(multi_label=True), 'MILLoss'),
        (dict(temperature=0.0), 'positive'),
        (dict(temperature=-1.0), 'positive'),
    ],
)
def test_what_does_not_fit(kwargs, message):
    with pytest.raises(ValueError, match=message):
        IntensityAwareLoss(**kwargs)
