"""Weights with NaN or infinity are refused by name, all others pass."""

import pytest
import torch

from tgdfer_mm.finite_weights import NonFiniteWeightsError, check_finite, non_finite

KINDS = [torch.float64, torch.float32, torch.float16, torch.bfloat16]


def state(dtype=torch.float32):
    return dict(
        whole=torch.randn(3, 4).to(dtype),
        count=torch.tensor(3),
        empty=torch.zeros(0, 4),
        single=torch.tensor(0.5).to(dtype),
    )


@pytest.mark.parametrize('dtype', KINDS)
@pytest.mark.parametrize('value', [float('nan'), float('inf'), -float('inf')])
@pytest.mark.parametrize('name', ['whole', 'single'])
def test_one_number_that_is_none_is_enough(dtype, value, name):
    weights = state(dtype)
    check_finite(weights, 'x.pth')
    weights[name].view(-1)[-1] = value
    assert non_finite(weights) == [name]
    for given in (weights, dict(state_dict=weights, meta={})):
        with pytest.raises(NonFiniteWeightsError, match=rf'^x\.pth: {name} holds NaN'):
            check_finite(given, 'x.pth')


def test_the_largest_numbers_are_numbers():
    for dtype in KINDS:
        limits = torch.finfo(dtype)
        check_finite(dict(x=torch.tensor([limits.min, limits.max], dtype=dtype)), 'x')


def test_numbers_of_eight_bits_are_looked_at_too():
    kind = torch.float8_e5m2
    assert non_finite(dict(x=torch.tensor([1.0, 2.0]).to(kind))) == []
    assert non_finite(dict(x=torch.tensor([1.0, float('nan')]).to(kind))) == ['x']


def test_what_is_no_tensor_is_no_weight():
    odd = dict(a=None, b='nan', c=float('nan'), d=[1], e=torch.zeros(2, dtype=bool))
    check_finite(odd | dict(f=torch.empty(3, device='meta')), 'x')
    check_finite({}, 'x')


def test_the_others_are_counted():
    weights = {name: torch.full((2,), torch.nan) for name in 'abc'}
    with pytest.raises(NonFiniteWeightsError, match=r'a \(and 2 other tensors\)'):
        check_finite(weights, 'x')


def test_a_mask_of_minus_infinity_is_no_broken_weight():
    mask = torch.full((3, 3), -torch.inf).triu(1)
    assert non_finite({'attn_mask': mask}) == []
    assert non_finite({'attn_mask': mask - 1}) == ['attn_mask']
    assert non_finite({'bias': torch.tensor([0.0, torch.nan, -torch.inf])}) == ['bias']
