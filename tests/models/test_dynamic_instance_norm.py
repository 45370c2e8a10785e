"""The normalisation of instances, against its formulas."""

import torch

from tgdfer_mm.models.layers.dynamic_instance_norm import DynamicInstanceNorm


def weighted(own, bag):
    """The module with nearly all weight on the one or the other statistics."""
    norm = DynamicInstanceNorm(6)
    with torch.no_grad():
        for weights in (norm.mean_weight, norm.var_weight):
            weights.copy_(torch.tensor([own, bag]))
    return norm


@torch.no_grad()
def test_own_statistics_are_those_of_each_channel_over_the_instances():
    x = torch.randn(2, 5, 6) * 3 + 1
    normed = weighted(50.0, 0.0)(x)
    assert torch.allclose(normed.mean(1), torch.zeros(2, 6), atol=1e-5)
    assert torch.allclose(normed.var(1), torch.ones(2, 6), atol=1e-3)


@torch.no_grad()
def test_the_bags_statistics_leave_its_channels_apart():
    x = torch.randn(2, 5, 6) * 3 + 1
    normed = weighted(0.0, 50.0)(x)
    assert torch.allclose(normed.mean((1, 2)), torch.zeros(2), atol=1e-5)
    # One shift and one scale for the whole bag.
    ratio = (normed[:, 1:] - normed[:, :1]) / (x[:, 1:] - x[:, :1])
    assert torch.allclose(ratio, ratio[:, :1, :1].expand_as(ratio), rtol=1e-3)


@torch.no_grad()
def test_instances_in_another_order_stay_with_their_values():
    x, norm = torch.randn(2, 5, 6), DynamicInstanceNorm(6)
    order = torch.randperm(5)
    assert torch.allclose(norm(x)[:, order], norm(x[:, order]), atol=1e-6)
