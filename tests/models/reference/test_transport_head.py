"""Words of the classes' texts aligned with frames."""

import loops
import torch
from mmaction.structures import ActionDataSample

from tgdfer_mm.models.bag import Bag
from tgdfer_mm.models.functional import motion_weights, sinkhorn
from tgdfer_mm.models.heads import TransportHead

M, D, K, COUNTS, WORDS = 5, 6, 3, [5, 3], [4, 1, 2]


def build():
    options = dict(temperature=0.4, motion_temperature=0.3, epsilon=0.2, steps=5)
    temporal = dict(heads=2)
    return loops.stir(TransportHead(K, D, temporal, align_weight=0.7, **options))


def make_bag():
    text = loops.normal(K, 1 + max(WORDS), D, seed=1)
    text = text / text.norm(dim=-1, keepdim=True)
    for c, count in enumerate(WORDS):
        text[c, 1 + count :] = 0
    return Bag(loops.normal(2, M, D), loops.prefix(COUNTS, M), text)


def reference(head, bag):
    """Of each bag the logits, the mean cosines under the plans, and the instances'."""
    instances = bag.instances / bag.instances.norm(dim=-1, keepdim=True)
    hidden = head.temporal(instances, bag.mask).tolist()  # has its own reference
    weights = motion_weights(bag.instances, bag.mask, 0.3).tolist()  # likewise
    text = bag.text.tolist()
    for n, count in enumerate(COUNTS):
        h, weight = hidden[n][:count], weights[n][:count]
        whole = loops.weighted(weight, h)
        logits, aligned = [], []
        for c in range(K):
            words = text[c][1 : 1 + WORDS[c]]
            words = [loops.add(w, loops.linear(head.refine, w)) for w in words]
            cosine = [[loops.cosine(word, x) for x in h] for word in words]
            plan = sinkhorn(  # has its own reference
                1 - torch.tensor(cosine, dtype=torch.float64),
                torch.full((len(words),), 1 / len(words), dtype=torch.float64),
                torch.tensor(weight, dtype=torch.float64),
                epsilon=0.2,
                steps=5,
            ).tolist()
            aligned.append(sum(map(loops.dot, plan, cosine)))
            global_cosine = loops.cosine(whole, text[c][0])
            logits.append((aligned[c] + global_cosine) / 2 / 0.4)
        instance = [[loops.cosine(x, e[0]) / 0.4 for e in text] for x in h]
        yield logits, aligned, instance


@torch.no_grad()
def test_logits():
    head, bag = build(), make_bag()
    found = head(bag)
    for n, (logits, _, instance) in enumerate(reference(head, bag)):
        loops.close(found.logits[n], logits)
        loops.close(found.instance[n, : COUNTS[n]], instance)
    torch.testing.assert_close(
        found.weights, motion_weights(bag.instances, bag.mask, 0.3)
    )


@torch.no_grad()
def test_the_loss_is_cross_entropy_and_the_cost_of_the_labels_own_plan():
    head, bag = build(), make_bag()
    samples = [ActionDataSample().set_gt_label(label) for label in (2, 1)]
    share = torch.tensor([0.3, 0.7, 0.0], dtype=torch.float64)
    samples[1].set_field(share, 'soft_label')
    losses = head.loss(bag, samples)
    logits, aligned, _ = zip(*reference(head, bag), strict=True)
    targets = [[0.0, 0.0, 1.0], share.tolist()]
    entropies = map(loops.cross_entropy, logits, targets)
    loops.close(losses['loss_cls'], sum(entropies) / 2)
    costs = [
        loops.dot(target, [1 - cosine for cosine in own])
        for target, own in zip(targets, aligned, strict=True)
    ]
    loops.close(losses['loss_align'], 0.7 * sum(costs) / 2)
