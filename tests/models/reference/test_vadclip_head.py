"""VadCLIP's two branches on bags with padding, and the three losses."""

import math

import loops
import pytest
import torch
from mmaction.structures import ActionDataSample

from tgdfer_mm.models.bag import Bag
from tgdfer_mm.models.heads import VadCLIPHead

M, D, K, COUNTS = 8, 8, 4, [8, 5]


def build(rest):
    options = dict(temperature=0.5, rho=0.4, coarse_weight=0.6, text_weight=0.3)
    return loops.stir(VadCLIPHead(K, D, rest, dict(type='mtn'), **options), std=0.3)


def make_bag():
    text = loops.normal(K, D, seed=1)
    text = text / text.norm(dim=-1, keepdim=True)
    return Bag(loops.normal(2, M, D), loops.prefix(COUNTS, M), text)


def refined(ffn, x):
    return loops.add(x, loops.network(ffn[0], loops.quick_gelu, ffn[2], x))


def mean_of_highest(values):
    k = max(1, round(0.4 * len(values)))
    return sum(sorted(values)[-k:]) / k


def reference(head, bag):
    """Of each bag the logits, the coarse ones, and those of the valid instances."""
    instances = bag.instances / bag.instances.norm(dim=-1, keepdim=True)
    hidden = head.temporal(instances, bag.mask).tolist()  # has its own reference
    for n, count in enumerate(COUNTS):
        h = hidden[n][:count]
        coarse = [loops.linear(head.coarse, refined(head.coarse_ffn, x))[0] for x in h]
        prompt = loops.unit(loops.weighted(coarse, h))
        labels = [
            refined(head.prompt_ffn, loops.add(e, prompt)) for e in bag.text.tolist()
        ]
        fine = [[loops.cosine(x, label) / 0.5 for label in labels] for x in h]
        logits = [mean_of_highest([row[c] for row in fine]) for c in range(K)]
        yield logits, coarse, fine


@torch.no_grad()
def test_both_branches():
    head, bag = build(rest=1), make_bag()
    found = head(bag)
    for n, (logits, coarse, fine) in enumerate(reference(head, bag)):
        loops.close(found.logits[n], logits)
        loops.close(found.instance[n, : COUNTS[n]], fine)
        loops.close(found.weights[n, : COUNTS[n]], loops.softmax(coarse))


@torch.no_grad()
@pytest.mark.parametrize('rest', [1, None])
@pytest.mark.parametrize('labels', [(1, 3), (2, [0.1, 0.6, 0.3, 0.0])])
def test_losses(rest, labels):
    head, bag = build(rest), make_bag()
    samples, targets = [], []
    for label in labels:
        hard = isinstance(label, int)
        samples.append(ActionDataSample().set_gt_label(label if hard else 0))
        targets.append(loops.smoothed(label, K))
        if not hard:
            share = torch.tensor(label, dtype=torch.float64)
            samples[-1].set_field(share, 'soft_label')
    losses = head.loss(bag, samples)
    logits, coarse, _ = zip(*reference(head, bag), strict=True)
    loops.close(losses['loss_cls'], sum(map(loops.cross_entropy, logits, targets)) / 2)
    binary = 0.0
    for own, target in zip(coarse, targets, strict=True):
        moved = mean_of_highest([loops.sigmoid(a) for a in own])
        off = 1.0 if rest is None else 1 - target[rest]
        binary -= off * math.log(moved) + (1 - off) * math.log(1 - moved)
    loops.close(losses['loss_coarse'], 0.6 * binary / 2)
    text = bag.text.tolist()
    firsts = range(K) if rest is None else [rest]
    cosines = [
        abs(loops.dot(text[a], text[b])) for a in firsts for b in range(K) if a != b
    ]
    loops.close(losses['loss_text'], 0.3 * sum(cosines) / len(cosines))
