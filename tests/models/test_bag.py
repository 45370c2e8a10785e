"""Pure functions on bags: formulas, padding, permutation, bad input."""

import math

import pytest
import torch
from mmaction.structures import ActionDataSample

from tgdfer_mm.models.bag import frame_mask, make_instances
from tgdfer_mm.models.functional import masked_softmax
from tgdfer_mm.models.pooling.mil import mil_pool, pool_size
from tgdfer_mm.registry import MIL_POOLINGS


def prefix(counts, m):
    return torch.arange(m) < torch.tensor(counts)[:, None]


def test_topk_is_the_mean_of_the_largest_k_by_hand():
    z = torch.tensor([[[1.0], [5.0], [3.0], [4.0], [100.0]]])
    mask = prefix([4], 5)
    assert mil_pool(z, mask, 'topk', rho=0.5) == pytest.approx(4.5)
    assert mil_pool(z, mask, 'topk', rho=0.01) == pytest.approx(5.0)
    assert mil_pool(z, mask, 'mean') == pytest.approx(13 / 4)


def test_logsumexp_by_hand_lies_between_mean_and_maximum():
    z = torch.tensor([[[1.0], [2.0], [7.0]]])
    expected = math.log((math.e + math.e**2) / 2)
    pooled = mil_pool(z, prefix([2], 3), 'logsumexp')
    assert pooled.item() == pytest.approx(expected)
    assert 1.5 < pooled.item() < 2.0


def test_relevance_weights_sum_by_hand():
    z = torch.tensor([[[1.0], [2.0]]])
    weights = torch.tensor([[[0.25], [0.75]]])
    pooled = mil_pool(z, prefix([2], 2), 'relevance', weights=weights)
    assert pooled.item() == pytest.approx(1.75)


@pytest.mark.parametrize('mode', MIL_POOLINGS.module_dict)
def test_pooling_ignores_padding_and_order(mode):
    z, raw = torch.randn(2, 9, 4), torch.randn(2, 9, 4)
    counts = [6, 9]
    mask = prefix(counts, 9)
    weights = masked_softmax(raw, mask[..., None], 1)
    pooled = mil_pool(z, mask, mode, weights=weights)

    spoiled = z.masked_fill(~mask[..., None], 1e4)
    assert torch.allclose(mil_pool(spoiled, mask, mode, weights=weights), pooled)

    order = torch.cat([torch.randperm(6), torch.arange(6, 9)])
    shuffled = mil_pool(z[:1, order], mask[:1], mode, weights=weights[:1, order])
    assert torch.allclose(shuffled, pooled[:1], atol=1e-6)


def test_k_counts_valid_instances_only():
    mask = prefix([1, 2, 6, 10, 16], 16)
    assert pool_size(mask, 0.25).tolist() == [1, 1, 2, 2, 4]


def test_unknown_pooling_lists_the_known():
    with pytest.raises(ValueError, match='topk, relevance'):
        mil_pool(torch.zeros(1, 1, 1), prefix([1], 1), 'median')


def test_softmax_over_padding_alone_is_zero_not_nan():
    probabilities = masked_softmax(torch.randn(1, 4), prefix([0], 4), -1)
    assert probabilities.tolist() == [[0, 0, 0, 0]]


def test_instances_average_valid_unit_frames():
    frames = torch.tensor([[[3.0, 0.0], [0.0, 5.0], [2.0, 0.0], [9.0, 9.0]]])
    mask = prefix([3], 4)
    x, valid = make_instances(frames, mask, 2)
    assert x.tolist() == [[[0.5, 0.5], [1.0, 0.0]]]
    assert valid.tolist() == [[True, True]]
    _, valid = make_instances(frames, prefix([2], 4), 2)
    assert valid.tolist() == [[True, False]]


def test_instances_must_divide_the_frames():
    with pytest.raises(ValueError, match='frames_per_instance=3'):
        make_instances(torch.randn(1, 16, 2), prefix([16], 16), 3)


def test_frame_mask_reads_num_valid_and_names_the_clip_it_cannot_fit():
    samples = [ActionDataSample(metainfo=dict(num_valid=2)), ActionDataSample()]
    assert frame_mask(samples, 3, 'cpu').tolist() == [
        [True, True, False],
        [True, True, True],
    ]
    bad = ActionDataSample(metainfo=dict(clip='00007', num_valid=0))
    with pytest.raises(ValueError, match="'00007'.*num_valid is 0"):
        frame_mask([bad], 3, 'cpu')


def test_a_pooling_of_the_user_s_own_is_found_by_its_name():
    @MIL_POOLINGS.register_module(name='first_of_this_test')
    def first(z, mask, **unused):
        return z[:, 0]

    z = torch.randn(2, 3, 4)
    try:
        assert torch.equal(
            mil_pool(z, prefix([3, 2], 3), 'first_of_this_test'), z[:, 0]
        )
    finally:
        MIL_POOLINGS.module_dict.pop('first_of_this_test')
