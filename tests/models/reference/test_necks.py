"""Relevance, visual prompts, enriched labels, and the prior by motion."""

import math

import loops
import pytest

from tgdfer_mm.models.bag import Bag
from tgdfer_mm.models.necks import MotionPromptNeck, RelevanceNeck, VisualPromptNeck

M, D, K, COUNTS = 5, 6, 3, [5, 3, 1]


def make_bag():
    """Instances of any length: means of unit frames are shorter than one."""
    text = loops.normal(K, D, seed=3)
    text = text / text.norm(dim=-1, keepdim=True)
    return Bag(loops.normal(len(COUNTS), M, D), loops.prefix(COUNTS, M), text)


def relevance_of(bag, text, tau, prior=None):
    """For each class the shares of the valid instances."""
    prior = prior or [0.0] * len(bag)
    return [
        loops.softmax(
            [loops.cosine(x, e) / tau + p for x, p in zip(bag, prior, strict=True)]
        )
        for e in text
    ]


def motion_of(bag):
    """The mean distance of a unit instance to the one before and the one after."""
    steps = [
        loops.distance(loops.unit(a), loops.unit(b))
        for a, b in zip(bag[:-1], bag[1:], strict=True)
    ]
    around = [steps[max(i - 1, 0) : i + 1] for i in range(len(bag))]
    return [sum(s) / len(s) if s else 0.0 for s in around]


def enriched_of(neck, bag, text, shares):
    """The labels of one bag, moved by its prompts, and the prompts."""
    prompts = [loops.unit(loops.weighted(alpha, bag)) for alpha in shares]
    labels = []
    for e, prompt in zip(text, prompts, strict=True):
        moved = loops.add(e, loops.scale(neck.gamma.item(), prompt))
        refined = loops.network(neck.ffn[0], loops.quick_gelu, neck.ffn[2], moved)
        labels.append(loops.unit(loops.add(moved, refined)))
    return labels, prompts


def padded(shares):
    """(K, n) -> (M, K), zero for padding."""
    rows = [list(row) for row in zip(*shares, strict=True)]
    return rows + [[0.0] * K] * (M - len(rows))


@pytest.mark.parametrize('kind', [VisualPromptNeck, MotionPromptNeck])
def test_prompts_and_labels(kind):
    neck, bag = loops.stir(kind(D, ffn_ratio=2)), make_bag()
    tau, text = math.exp(neck.log_tau.item()), bag.text.tolist()
    relevance, enriched, between = [], [], []
    for x, count in zip(bag.instances.tolist(), COUNTS, strict=True):
        own = x[:count]
        prior = [m / 0.1 for m in motion_of(own)] if kind is MotionPromptNeck else None
        shares = relevance_of(own, text, tau, prior)
        labels, prompts = enriched_of(neck, own, text, shares)
        relevance.append(padded(shares))
        enriched.append(labels)
        between += [
            loops.dot(prompts[a], prompts[b])
            for a in range(K)
            for b in range(K)
            if a != b
        ]
    found, log = neck(bag, data_samples=[])
    loops.close(found.relevance, relevance)
    loops.close(found.enriched, enriched)
    loops.close(log['prompt_cos'], sum(between) / len(between))
    loops.close(log['gamma'], neck.gamma.item())
    loops.close(log['tau'], tau)


def test_relevance_alone_at_its_fixed_temperature():
    neck, bag = RelevanceNeck(temperature=0.3).double(), make_bag()
    text = bag.text.tolist()
    tau = math.exp(neck.log_tau.item())  # 0.3, in single precision
    assert tau == pytest.approx(0.3)
    pairs = zip(bag.instances.tolist(), COUNTS, strict=True)
    expected = [padded(relevance_of(x[:count], text, tau)) for x, count in pairs]
    found, _ = neck(bag)
    loops.close(found.relevance, expected)
    loops.close(found.enriched, [text] * len(COUNTS))
