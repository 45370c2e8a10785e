"""The expression apart from the person: start, padding, frames at rest, bad configs."""

import pytest
import torch
import torch.nn.functional as F

from tgdfer_mm.models.bag import Bag
from tgdfer_mm.models.functional import least_expressive
from tgdfer_mm.models.losses import (
    DecorrelationLoss,
    OrthogonalityLoss,
    SharedVarianceLoss,
)
from tgdfer_mm.models.necks import RelevanceNeck, SeparatedFaceNeck


def make_bag(m=6, valid=6, k=3, d=8):
    x = F.normalize(torch.randn(2, m, d), dim=-1)
    mask = torch.arange(m).expand(2, m) < valid
    return Bag(x, mask, F.normalize(torch.randn(k, d), dim=-1))


def trained(neck):
    torch.nn.init.normal_(neck.reader.weight)
    torch.nn.init.normal_(neck.reader.bias)
    return neck


def padded(bag, more=3):
    n, m, d = bag.instances.shape
    return bag._replace(
        instances=torch.cat([bag.instances, 50 * torch.randn(n, more, d)], dim=1),
        mask=torch.arange(m + more).expand(n, -1) < m,
    )


def test_it_starts_as_the_neck_without_it():
    bag = make_bag(valid=4)
    plain = RelevanceNeck(0.01, spread=True, learn_temperature=True)(bag)[0]
    read = SeparatedFaceNeck(8)(bag)[0]
    for name in ('instances', 'mask', 'text', 'enriched', 'relevance'):
        assert torch.equal(getattr(read, name), getattr(plain, name))


def test_what_is_added_is_linear_in_the_expression_and_the_difference_from_rest():
    bag, neck = make_bag(m=5, valid=4), trained(SeparatedFaceNeck(8))
    out = neck(bag)[0].instances
    for n in range(2):
        for i in range(5):
            x = bag.instances[n, i]
            rest = neck.rest(neck.parts.residue(x))
            added = neck.reader(torch.cat([neck.parts.expression(x), x - rest]))
            expected = x + added if i < 4 else x
            assert torch.allclose(out[n, i], expected, atol=1e-5)


def test_padding_changes_neither_instances_nor_losses():
    bag, neck = make_bag(), trained(SeparatedFaceNeck(8, neutral=1))
    longer = padded(bag)
    alone, loss = neck(bag, [])
    out, same = neck(longer, [])
    assert torch.allclose(out.instances[:, :6], alone.instances, atol=1e-5)
    assert torch.equal(out.instances[:, 6:], longer.instances[:, 6:])
    assert set(loss) == {'loss_apart', 'loss_rest'}
    for name in loss:
        assert torch.allclose(loss[name], same[name], atol=1e-5)


def test_a_bag_of_padding_alone_stays_finite():
    out, log = SeparatedFaceNeck(8)(make_bag(valid=0), [])
    assert torch.isfinite(out.instances).all()
    assert all(torch.isfinite(value) for value in log.values())


def test_no_loss_without_data_samples():
    assert SeparatedFaceNeck(8)(make_bag())[1] == {}


def test_the_rest_is_taught_by_the_clips_least_expressive_valid_instance():
    bag, neck = make_bag(valid=4), SeparatedFaceNeck(8, neutral=2)
    unit = F.normalize(bag.instances, dim=-1)
    share = (unit @ bag.text.t() / 0.01).softmax(-1)[..., 2]
    total = 0.0
    for n in range(2):
        target = bag.instances[n, share[n, :4].argmax()]
        for i in range(4):
            told = neck.rest(neck.parts.residue(bag.instances[n, i]))
            total += float((told - target).square().sum()) / 8
    assert float(neck(bag, [])[1]['loss_rest']) == pytest.approx(total, rel=1e-4)


def test_the_two_losses_train_the_parts_and_not_the_instances():
    bag, neck = make_bag(), SeparatedFaceNeck(8)
    sum(neck(bag, [])[1].values()).backward()
    for layer in (neck.parts.expression, neck.parts.residue, neck.rest):
        assert layer.weight.grad.abs().sum() > 0
    assert neck.reader.weight.grad is None


def test_the_least_expressive_is_chosen_among_the_valid():
    logits = torch.tensor([[[9.0, 0, 0], [2.0, 0, 1], [3.0, 0, 0], [0.0, 0, 9]]])
    mask = torch.tensor([[True, True, True, False]])
    assert least_expressive(logits, mask, neutral=2).tolist() == [1]
    assert least_expressive(logits, mask, neutral=0).tolist() == [0]
    assert least_expressive(logits, mask).tolist() == [1]
    assert least_expressive(logits, ~mask).tolist() == [3]


@pytest.mark.parametrize('neutral', [3, -1])
def test_a_neutral_class_that_is_none_is_refused(neutral):
    with pytest.raises(IndexError, match=f'neutral={neutral}, but the classes are 0'):
        SeparatedFaceNeck(8, neutral=neutral)(make_bag(), [])


@pytest.mark.parametrize(
    ('settings', 'said'),
    [
        (dict(expression_channels=0), 'expression_channels=0'),
        (dict(residue_channels=-2), 'residue_channels=-2'),
        (dict(rest_weight=-1.0), 'rest_weight=-1.0'),
        (dict(loss_apart=dict(type='DecorrelationLoss', loss_weight=-1)), '-1'),
        (dict(loss_apart=dict(type='OrthogonalityLoss', loss_weight=-1)), '-1'),
        (dict(loss_apart=dict(type='SharedVarianceLoss', ridge=0)), 'ridge=0'),
    ],
)
def test_bad_settings_are_refused(settings, said):
    with pytest.raises(ValueError, match=said):
        SeparatedFaceNeck(8, **settings)


def test_parts_of_two_widths_have_no_cosine():
    with pytest.raises(ValueError, match='not of 3 and 4'):
        OrthogonalityLoss()(torch.randn(5, 3), torch.randn(5, 4))


@pytest.mark.parametrize(
    'loss', [DecorrelationLoss, OrthogonalityLoss, SharedVarianceLoss]
)
def test_orthogonal_projections_have_nothing_in_common(loss):
    white = torch.linalg.qr(torch.randn(64, 8).double())[0]
    white = torch.linalg.qr(white - white.mean(0))[0]
    basis = torch.linalg.qr(torch.randn(8, 8).double())[0]
    assert loss()(white @ basis[:, :4], white @ basis[:, :4]) > 0.1
    first, second = white @ basis[:, :4], white @ basis[:, 4:]
    if loss is OrthogonalityLoss:  # as vectors of one space
        first, second = first @ basis[:, :4].t(), second @ basis[:, 4:].t()
    assert loss()(first, second) < 1e-12


def test_orthogonal_vectors_may_still_say_the_same():
    said = torch.randn(100, 4)
    first, second = F.pad(said, (0, 4)), F.pad(said, (4, 0))
    assert OrthogonalityLoss()(first, second) < 1e-12
    assert DecorrelationLoss()(first, second) > 0.05


def test_decorrelation_does_not_see_scale_or_offset():
    first, second = torch.randn(50, 3).double(), torch.randn(50, 5).double()
    plain = DecorrelationLoss()(first, second)
    assert torch.allclose(DecorrelationLoss()(0.01 * first + 7, 30 * second), plain)


def test_many_channels_tell_what_none_tells_alone():
    second = torch.randn(2000, 16).double()
    first = second.sum(1, keepdim=True)
    assert DecorrelationLoss()(first, second) < 0.15  # each tells a sixteenth
    loss = SharedVarianceLoss(ridge=1e-6)
    assert loss.told(*(p - p.mean(0) for p in (first, second))) > 0.999


@pytest.mark.parametrize('count', [0, 1])
def test_a_single_instance_shares_nothing(count):
    first = torch.randn(1, 3, 4, requires_grad=True)
    mask = torch.arange(3)[None] < count
    loss = SharedVarianceLoss()(first, first, mask)
    loss.backward()
    assert loss == 0 and not first.grad.any()
