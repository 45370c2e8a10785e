"""The two ways to one vector of a video: what they weigh, and what they ignore."""

import pytest
import torch

from tgdfer_mm.models.bag import Bag
from tgdfer_mm.models.functional import masked_softmax
from tgdfer_mm.models.heads import MultiGrainedTemporalHead
from tgdfer_mm.models.pooling.video import QueryPooling, RelevancePooling

N, M, D, K, VALID = 2, 6, 8, 3, 4


@pytest.fixture
def bag():
    mask = torch.arange(M).expand(N, M) < VALID
    relevance = masked_softmax(torch.randn(N, M, K), mask[..., None], dim=1)
    return Bag(torch.randn(N, M, D), mask, torch.randn(K, D), relevance=relevance)


def test_a_query_starts_at_the_mean_of_the_valid_instances(bag):
    hidden = torch.randn(N, M, D)
    pooled = QueryPooling(D)(hidden, bag)
    assert pooled.shape == (N, 1, D)
    assert torch.allclose(pooled[:, 0], hidden[:, :VALID].mean(1), atol=1e-6)


@pytest.mark.parametrize('pooling', [QueryPooling, RelevancePooling])
def test_padding_is_never_read(bag, pooling):
    pool = pooling(D)
    for parameter in pool.parameters():
        torch.nn.init.normal_(parameter)
    hidden = torch.randn(N, M, D)
    other = hidden.clone()
    other[:, VALID:] = 1e6
    assert torch.equal(pool(hidden, bag), pool(other, bag))


def test_a_distractor_does_not_dilute_the_classes_own_frames():
    # One instance shows class 0, five show class 1. The mean is mostly class 1.
    text = torch.eye(2)
    instances = text[[0, 1, 1, 1, 1, 1]][None]
    mask = torch.ones(1, 6, dtype=torch.bool)
    relevance = masked_softmax(instances @ text.t() / 0.01, mask[..., None], dim=1)
    bag = Bag(instances, mask, text, text[None], relevance)
    logits = {
        kind: MultiGrainedTemporalHead(
            2, 2, dict(type='identity'), video_pooling=kind, scale=1.0
        )(bag).extra['video'][0]
        for kind in ('query', 'relevance')
    }
    assert logits['query'][0] < 0.25
    assert torch.allclose(logits['relevance'], torch.ones(2), atol=1e-4)


def test_an_unknown_pooling_is_refused_by_name():
    with pytest.raises(ValueError, match="'mean'; known: relevance, query"):
        MultiGrainedTemporalHead(2, 8, video_pooling='mean')


def test_a_video_branch_that_is_not_trained_has_no_say():
    bag = Bag(torch.randn(N, M, 3), torch.ones(N, M) > 0, torch.eye(3))
    bag = bag._replace(
        enriched=bag.text.expand(N, 3, 3), relevance=torch.full((N, M, 3), 1 / M)
    )
    both = MultiGrainedTemporalHead(3, 3, dict(type='identity'))
    alone = MultiGrainedTemporalHead(3, 3, dict(type='identity'), video_weight=0.0)
    output = both(bag)
    sides = output.logits.softmax(-1), output.extra['video'].softmax(-1)
    assert torch.allclose(both.probabilities(output), sum(sides) / 2)
    assert torch.equal(alone.probabilities(output), sides[0])
    assert not torch.allclose(*sides)
