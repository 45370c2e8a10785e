"""Losses on bags: every kind of label, smoothing, rivals, remembered clips."""

import math

import loops
import pytest
import torch

from tgdfer_mm.models.losses import IntensityAwareLoss, MILLoss, SelfDistillationLoss

N, M, K, D = 4, 5, 3, 6
HARD = [2, 0, 1, 2]
SOFT = [[0.2, 0.7, 0.1], [0.0, 0.0, 1.0], [0.5, 0.25, 0.25], [0.1, 0.2, 0.7]]
LABELS = pytest.mark.parametrize('labels', [HARD, SOFT], ids=['hard', 'soft'])


def tensor(labels):
    whole = isinstance(labels[0], int)
    return torch.tensor(labels, dtype=torch.long if whole else torch.float64)


def averaged(loss, logits, labels):
    found = [loss(z, label) for z, label in zip(logits, labels, strict=True)]
    return sum(found) / len(found)


@LABELS
@pytest.mark.parametrize('smooth', [0.0, 0.1, 0.6])
def test_smoothed_cross_entropy(labels, smooth):
    logits = 2 * loops.normal(N, K)
    targets = [loops.smoothed(label, K, smooth) for label in labels]
    expected = 0.7 * averaged(loops.cross_entropy, logits.tolist(), targets)
    loss = MILLoss(label_smooth=smooth, loss_weight=0.7)
    loops.close(loss(logits, tensor(labels)), expected)


def test_binary_cross_entropy_over_clips_and_classes():
    logits, labels = (
        2 * loops.normal(N, K),
        [[1, 0, 1], [0, 0, 0], [1, 1, 1], [0, 1, 0]],
    )
    terms = [
        -math.log(loops.sigmoid(z if true else -z))
        for row, label in zip(logits.tolist(), labels, strict=True)
        for z, true in zip(row, label, strict=True)
    ]
    loss = MILLoss(multi_label=True, loss_weight=0.7)
    found = loss(logits, torch.tensor(labels, dtype=torch.float64))
    assert found.item() == pytest.approx(0.7 * sum(terms) / (N * K), rel=1e-6)


@LABELS
def test_instances_are_pooled_over_the_valid(labels):
    z, counts = loops.normal(N, M, K), [5, 3, 1, 4]
    bags = []
    for rows, count in zip(z.tolist(), counts, strict=True):
        k = max(1, round(0.4 * count))
        columns = zip(*rows[:count], strict=True)
        bags.append([sum(sorted(column)[-k:]) / k for column in columns])
    targets = [loops.smoothed(label, K, 0.2) for label in labels]
    expected = averaged(loops.cross_entropy, bags, targets)
    loss = MILLoss(pooling='topk', rho=0.4, label_smooth=0.2)
    loops.close(loss(z, tensor(labels), loops.prefix(counts, M)), expected)


@LABELS
def test_the_label_against_its_strongest_rival(labels):
    logits = 3 * loops.normal(N, K)

    def rivalry(z, shares):
        total = 0.0
        for c, share in enumerate(shares):
            rival = max(z[:c] + z[c + 1 :])
            total += share * loops.cross_entropy([z[c] / 2.5, rival / 2.5], [1.0, 0.0])
        return total

    plain = [loops.smoothed(label, K) for label in labels]
    smooth = [loops.smoothed(label, K, 0.1) for label in labels]
    expected = averaged(loops.cross_entropy, logits.tolist(), smooth)
    expected += 0.3 * averaged(rivalry, logits.tolist(), plain)
    loss = IntensityAwareLoss(
        intensity_weight=0.3, temperature=2.5, label_smooth=0.1, loss_weight=0.7
    )
    loops.close(loss(logits, tensor(labels)), 0.7 * expected)


def distilled(feature, z, anchors, neighbours):
    """KL of the anchors' mean probabilities and what the model says of a clip."""
    target, total = [0.0] * K, 0.0
    for c in range(K):
        own = [(loops.cosine(feature, f), p) for f, p, label in anchors if label == c]
        for cosine, p in sorted(own, reverse=True)[:neighbours]:
            weight = max(cosine, 1e-6)
            target = loops.add(target, loops.scale(weight, p))
            total += weight
    pairs = zip(loops.scale(1 / total, target), loops.softmax(z), strict=True)
    return sum(t * math.log(t / p) for t, p in pairs)


def test_what_was_said_of_similar_clips():
    """Anchors of two batches, some of which are forgotten; the first loss is zero."""
    loss = SelfDistillationLoss(K, D, size=4, schedule=((0.0, 0.6),)).double().train()
    anchors = []
    for seed in (1, 2):
        feature, logits = (
            loops.normal(9, D, seed=seed),
            loops.normal(9, K, seed=seed + 5),
        )
        label = [0, 1, 2, 0, 1, 2, 0, 1, 0]
        found = loss(feature, logits, torch.tensor(label))
        expected = [
            distilled(f, z, anchors, 2) if anchors else 0.0
            for f, z in zip(feature.tolist(), logits.tolist(), strict=True)
        ]
        loops.close(found, 0.6 * sum(expected) / 9)
        said = [loops.softmax(z) for z in logits.tolist()]
        anchors += zip(feature.tolist(), said, label, strict=True)
        kept = [[a for a in anchors if a[2] == c][-4:] for c in range(K)]
        anchors = [anchor for own in kept for anchor in own]
    loss.eval()
    query, logits = loops.normal(2, D, seed=3), loops.normal(2, K, seed=4)
    pairs = zip(query.tolist(), logits.tolist(), strict=True)
    expected = [distilled(f, z, anchors, 2) for f, z in pairs]
    found = loss(query, logits, torch.tensor([0, 1]))
    loops.close(found, 0.6 * sum(expected) / 2)
