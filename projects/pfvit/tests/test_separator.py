"""Separator and decoder: shapes, padding, frames at rest, bad settings."""

import pytest
import torch

from projects.pfvit import FaceDecoder, FaceSeparator
from projects.pfvit.calm import calm_shares
from projects.pfvit.separator import Batch
from projects.pfvit.training import train

N, M, D, K, S = 3, 4, 6, 3, 16


def make_model(**settings):
    settings = dict(
        expression_channels=2,
        residue_channels=3,
        decoder=dict(size=S, hidden_channels=8, channels=4),
        loss_apart=dict(type='DecorrelationLoss'),
        neutral=1,
        **settings,
    )
    return FaceSeparator(D, K, **settings)


def make_batch(counts=(4, 4, 4)):
    return Batch(
        torch.randn(N, M, D),
        torch.arange(M) < torch.tensor(counts)[:, None],
        torch.rand(N, M, 3, S, S),
        torch.randn(N, M, K),
        torch.tensor([0, 1, 2]),
    )


def test_the_face_at_rest_knows_the_residue_alone():
    model, residue = make_model(), torch.randn(2, 3)
    one, other = (model.draw(torch.randn(2, 2), residue) for _ in range(2))
    assert torch.equal(one[1], other[1])
    assert not torch.allclose(one[0], other[0])
    assert one[0].shape == (2, 3, S, S)


def test_without_an_expression_a_frame_is_redrawn_as_it_is():
    model, frames = make_model(), torch.rand(2, 3, S, S)
    torch.nn.init.zeros_(model.parts.expression.weight)
    torch.nn.init.zeros_(model.parts.expression.bias)
    assert torch.allclose(model.at_rest(torch.randn(2, D), frames), frames, atol=1e-6)


def test_padding_changes_no_loss():
    model, batch = make_model(frames_drawn=M), make_batch((2, 4, 1))
    fill = [torch.full_like(x, 7.0) for x in batch[:1] + batch[2:4]]
    mask = batch.mask
    changed = [
        torch.where(mask.reshape(N, M, *[1] * (x.dim() - 2)), x, other)
        for x, other in zip(batch[:1] + batch[2:4], fill, strict=True)
    ]
    other = Batch(changed[0], mask, changed[1], changed[2], batch.label)
    before, after = model.losses(batch), model.losses(other)
    for name in before:
        assert torch.allclose(before[name], after[name], atol=1e-6), name


def test_the_rest_is_taught_by_the_least_expressive_valid_frame():
    model, batch = make_model(frames_drawn=M, picture_weight=1.0), make_batch((4, 2, 3))
    share = batch.similarity.softmax(-1)[..., 1]
    errors = []
    for n, count in enumerate((4, 2, 3)):
        target = batch.pictures[n, share[n, :count].argmax()]
        for m in range(count):
            drawn = model.draw(*model.parts(batch.instances[n, m][None]))[1][0]
            errors.append(float((drawn - target).abs().mean()))
    expected = sum(errors) / len(errors)
    assert float(model.losses(batch)['loss_rest']) == pytest.approx(expected, rel=1e-4)


def test_training_reaches_every_part_and_starts_from_the_mean_picture():
    model, batch = make_model(), make_batch()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    losses = train(model, batch, epochs=4, batch_size=3, rate=1e-3)
    pictures = {'loss_whole', 'loss_rest', 'loss_redrawn'}
    assert set(losses) == pictures | {'loss_cls', 'loss_apart'}
    for name, value in model.state_dict().items():
        assert not torch.equal(value, before[name]), name
    mean = batch.pictures.mean((0, 1))
    model.decoder.start_from(batch.pictures)
    assert torch.allclose(model.decoder.mean.sigmoid(), mean, atol=1e-5)
    with pytest.raises(ValueError, match='batch_size=4, but there are 3 clips'):
        train(model, batch, epochs=1, batch_size=4, rate=1e-3)


@pytest.mark.parametrize('size', [8, 24, 0, 40])
def test_a_size_that_no_doubling_reaches_is_refused(size):
    with pytest.raises(ValueError, match=f'size={size}'):
        FaceDecoder(4, size)


@pytest.mark.parametrize(
    'settings',
    [
        dict(frames_drawn=0),
        dict(class_weight=-1),
        dict(picture_weight=-1),
        dict(redrawn_weight=-1),
    ],
)
def test_bad_settings_are_refused(settings):
    with pytest.raises(ValueError, match=next(iter(settings))):
        make_model(**settings)


def test_calm_shares_are_none_where_rest_is_alike_and_a_person_stays_one():
    calm = torch.tensor([2, 0, 1])
    mask = torch.arange(M) < torch.tensor([4, 2, 3])[:, None]
    expression, residue = torch.randn(N, M, 2), torch.randn(N, 1, 3).repeat(1, M, 1)
    expression[torch.arange(N), calm] = torch.randn(2)
    residue[~mask] = 9.0  # padding changes nothing
    shares = torch.stack(calm_shares(expression, residue, mask, calm))
    assert torch.allclose(shares, torch.zeros(2), atol=1e-6)


def test_calm_shares_are_about_one_where_the_parts_know_nothing():
    torch.manual_seed(0)
    clips, frames = 400, 5
    parts = torch.randn(clips, frames, 3), 7 * torch.randn(clips, frames, 4)
    mask, calm = torch.ones(clips, frames).bool(), torch.zeros(clips).long()
    expression, residue = calm_shares(*parts, mask, calm)
    assert float(expression) == pytest.approx(1, abs=0.1)
    assert float(residue) == pytest.approx(0.8, abs=0.1)  # the calm frame is among 5


def test_calm_shares_are_losses_only_where_they_are_asked_for():
    without = set(make_model().losses(make_batch()))
    losses = make_model(calm_weight=2.0).losses(make_batch())
    assert set(losses) - without == {'loss_calm_expression', 'loss_calm_residue'}
    with pytest.raises(ValueError, match='calm_weight=-1'):
        make_model(calm_weight=-1)
