"""Instances and pooling: masks with holes, runs, and every mode."""

import math

import loops
import pytest
from loops import prefix

from tgdfer_mm.models.bag import average_runs, make_instances
from tgdfer_mm.models.functional import masked_softmax
from tgdfer_mm.models.pooling.mil import mil_pool, pool_size

N, T, D, K = 3, 12, 5, 4
# Valid frames need not come first for these functions.
MASK = prefix([12, 7, 1], T) & ~prefix([3, 0, 0], T)


@pytest.mark.parametrize('group', [1, 2, 3, 4])
@pytest.mark.parametrize('make', [make_instances, average_runs])
def test_instances_are_means_of_the_valid_frames_of_a_run(make, group):
    frames = loops.normal(N, T, D)
    expected, valid = [], []
    for video, mask in zip(frames.tolist(), MASK.tolist(), strict=True):
        if make is make_instances:
            video = [loops.unit(frame) for frame in video]
        rows = []
        for start in range(0, T, group):
            run = [video[t] for t in range(start, start + group) if mask[t]]
            rows.append(loops.mean(run) if run else [0.0] * D)
            valid.append(bool(run))
        expected.append(rows)
    found, mask = make(frames, MASK, group)
    loops.close(found, expected)
    assert mask.flatten().tolist() == valid


def test_softmax_over_the_valid():
    logits = loops.normal(N, T)
    expected = []
    for row, mask in zip(logits.tolist(), MASK.tolist(), strict=True):
        total = sum(math.exp(row[t]) for t in range(T) if mask[t])
        expected.append(
            [math.exp(row[t]) / total if mask[t] else 0.0 for t in range(T)]
        )
    loops.close(masked_softmax(logits, MASK, dim=1), expected)


@pytest.mark.parametrize('rho', [0.01, 0.25, 0.4, 1.0])
def test_k_is_the_rounded_share_and_at_least_one(rho):
    counts = [*range(1, T + 1)]
    expected = [max(1, round(rho * count)) for count in counts]
    assert pool_size(prefix(counts, T), rho).tolist() == expected


def topk(logits, weights, rho):
    best = sorted(logits)[-max(1, round(rho * len(logits))) :]
    return sum(best) / len(best)


def relevance(logits, weights, rho):
    return loops.dot(logits, weights)


def logsumexp(logits, weights, rho):
    return math.log(sum(map(math.exp, logits)) / len(logits))


def mean(logits, weights, rho):
    return sum(logits) / len(logits)


@pytest.mark.parametrize('rho', [0.25, 0.5])
@pytest.mark.parametrize('pool', [topk, relevance, logsumexp, mean])
def test_pooling(pool, rho):
    z, counts = loops.normal(N, T, K), [12, 7, 1]
    mask = prefix(counts, T)
    weights = masked_softmax(loops.normal(N, T, K, seed=1), mask[..., None], dim=1)
    expected = [
        [
            pool(logits[c][:count], shares[c][:count], rho)
            for c in range(K)  # of each class the instances
        ]
        for count, logits, shares in zip(
            counts, z.mT.tolist(), weights.mT.tolist(), strict=True
        )
    ]
    loops.close(mil_pool(z, mask, pool.__name__, rho, weights), expected)
