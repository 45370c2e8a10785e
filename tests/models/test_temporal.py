"""Every temporal network: start, padding, order, gradients."""

import pytest
import torch

from tgdfer_mm.models.functional import attend_in_windows
from tgdfer_mm.models.temporal.temporal_network import PositionalCode
from tgdfer_mm.registry import TEMPORAL

VARIANTS = ['dcin', 'lgt', 'mtn', 'multi_grained', 'tca', 'transformer']


def build(name, trained=True, **kwargs):
    network = TEMPORAL.build(dict(type=name, dim=32, **kwargs))
    if trained:
        for parameter in network.parameters():
            torch.nn.init.normal_(parameter, std=0.3)
    return network.eval()


def prefix(count, m):
    return torch.arange(m)[None] < count


@pytest.mark.parametrize('name', VARIANTS)
def test_starts_as_the_identity(name):
    x = torch.randn(2, 16, 32)
    mask = prefix(16, 16).expand(2, -1)
    assert torch.equal(build(name, trained=False)(x, mask), x)


@pytest.mark.parametrize('name', VARIANTS)
@pytest.mark.parametrize('valid', [1, 8, 15])
@pytest.mark.parametrize('max_instances', [4, 16])
def test_padding_changes_nothing(name, valid, max_instances):
    network = build(name, max_instances=max_instances)
    x = torch.randn(1, valid, 32)
    alone = network(x, prefix(valid, valid))
    padded = torch.cat([x, 50 * torch.randn(1, 16 - valid, 32)], dim=1)
    together = network(padded, prefix(valid, 16))
    assert torch.allclose(together[:, :valid], alone, atol=1e-5)
    assert torch.equal(together[:, valid:], padded[:, valid:])


@pytest.mark.parametrize('name', VARIANTS)
def test_tells_rising_from_falling(name):
    x = torch.randn(1, 16, 32)
    network = build(name)
    forward = network(x, prefix(16, 16)).mean(1)
    backward = network(x.flip(1), prefix(16, 16)).mean(1)
    assert not torch.allclose(forward, backward, atol=1e-2)


@pytest.mark.parametrize('name', VARIANTS)
def test_bags_do_not_depend_on_each_other(name):
    network, x = build(name), torch.randn(3, 16, 32)
    mask = torch.arange(16) < torch.tensor([[5], [16], [9]])
    together = network(x, mask)
    for i in range(3):
        alone = network(x[i : i + 1], mask[i : i + 1])
        assert torch.allclose(alone, together[i : i + 1], atol=1e-5)


@pytest.mark.parametrize('name', VARIANTS)
def test_gradients_are_finite_with_padding_and_reach_every_parameter(name):
    network = build(name).train()
    out = network(torch.randn(2, 16, 32), prefix(9, 16).expand(2, -1))
    (out * torch.randn_like(out)).sum().backward()
    for parameter_name, parameter in network.named_parameters():
        assert torch.isfinite(parameter.grad).all(), parameter_name
        assert parameter.grad.abs().sum() > 0, parameter_name


def test_away_from_the_ends_the_contexts_move_with_the_instances():
    network = build('dcin', dilations=(1, 2))
    network.position.code.data.zero_()
    x = torch.randn(1, 16, 32)
    whole = network(x, prefix(16, 16))
    later = network(x[:, 3:], prefix(13, 13))
    assert torch.allclose(later[:, 2:], whole[:, 5:], atol=1e-5)
    assert not torch.allclose(later[:, :2], whole[:, 3:5], atol=1e-5)


@pytest.mark.parametrize(
    'wrong', [dict(dilations=()), dict(dilations=(1, 0)), dict(ratio=0.01)]
)
def test_contexts_without_a_length_or_a_width_are_refused(wrong):
    with pytest.raises(ValueError, match='dcin needs dilations'):
        TEMPORAL.build(dict(type='dcin', dim=32, **wrong))


def test_a_window_of_padding_alone_gives_zero():
    q, k, v = torch.randn(3, 1, 4, 8, 8).unbind(0)
    mixed = attend_in_windows(q, k, v, prefix(4, 8), (4,), torch.ones(1))
    assert (mixed[:, :, 4:] == 0).all() and (mixed[:, :, :4] != 0).any()


def test_long_bags_spread_over_the_codes():
    code = PositionalCode(2, length=3)
    code.code.data = torch.tensor([[0.0, 0.0], [1.0, 10.0], [2.0, 20.0]])
    spread = code(prefix(5, 5))[0]
    assert torch.allclose(spread[:, 0], torch.tensor([0.0, 0.5, 1.0, 1.5, 2.0]))
    short = code(prefix(2, 5))[0]
    assert torch.allclose(short[:2], code.code[:2])


def test_unknown_network_is_an_error():
    with pytest.raises(KeyError, match='gru'):
        TEMPORAL.build(dict(type='gru', dim=32))


def test_heads_must_divide_the_width():
    with pytest.raises(ValueError, match='heads=5'):
        TEMPORAL.build(dict(type='transformer', dim=32, heads=5))


@pytest.mark.parametrize(('windows', 'trained'), [((4,), False), ((2, 4), True)])
def test_shares_of_windows_are_trained_if_there_are_several(windows, trained):
    network = TEMPORAL.build(dict(type='lgt', dim=16, windows=windows, heads=2))
    assert network.window_logits.requires_grad == trained
