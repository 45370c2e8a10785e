"""The head's instance, bag and video logits, its losses and its predictions."""

import math

import loops
import pytest
import torch
from mmaction.structures import ActionDataSample

from tgdfer_mm.models.bag import Bag
from tgdfer_mm.models.heads import MultiGrainedTemporalHead

M, D, K, COUNTS = 6, 8, 3, [6, 4, 1]
SHARES = [0.2, 0.7, 0.1]


def build(**options):
    """A head with random weights, whose scale and bias are no round numbers."""
    head = loops.stir(MultiGrainedTemporalHead(K, D, dict(heads=2), **options))
    head.logit_scale.data.fill_(math.log(7.3))
    if head.multi_class:
        head.logit_bias.data.fill_(-1.7)
    return head


def make_bag():
    """Texts, enriched labels and relevance that have nothing to do with each other."""
    mask = loops.prefix(COUNTS, M)
    text, enriched = loops.normal(K, D, seed=1), loops.normal(3, K, D, seed=2)
    relevance = loops.normal(3, M, K, seed=3).exp() * mask[..., None]
    return Bag(
        loops.normal(3, M, D),
        mask,
        text / text.norm(dim=-1, keepdim=True),
        enriched / enriched.norm(dim=-1, keepdim=True),
        relevance / relevance.sum(1, keepdim=True),
    )


def samples(labels, field='soft_label'):
    """Data samples with a class each, or with a list of numbers in the named field."""
    made = [ActionDataSample().set_gt_label(0) for _ in labels]
    for sample, label in zip(made, labels, strict=True):
        if isinstance(label, int):
            sample.set_gt_label(label)
        else:
            sample.set_field(torch.tensor(label, dtype=torch.float64), field)
    return made


def reference(head, bag):
    """Of each bag the instance logits of the valid, the bag and the video logits."""
    scale = math.exp(head.logit_scale.item())
    bias = -1.7 if head.multi_class else 0.0
    hidden = head.temporal(bag.instances, bag.mask).tolist()  # has its own reference
    text = bag.text.tolist()
    for n, count in enumerate(COUNTS):
        h, relevance = hidden[n][:count], bag.relevance[n].mT.tolist()
        instance = [
            [scale * loops.cosine(x, e) + bias for e in bag.enriched[n].tolist()]
            for x in h
        ]
        pooled, video = [], []
        for c in range(K):
            ranked = sorted((row[c] for row in instance), reverse=True)
            best = ranked[: max(1, round(head.rho * count))]
            pooled.append(sum(best) / len(best))
            if hasattr(head.video_pooling, 'query'):
                query = head.video_pooling.query.tolist()
                whole = loops.weighted(loops.shares(query, h), h)
            else:
                whole = loops.weighted(relevance[c][:count], h)
            # Against the plain text: a video is not judged by what it was given.
            video.append(scale * loops.cosine(whole, text[c]) + bias)
        yield instance, pooled, video


VIDEO = pytest.mark.parametrize('video_pooling', ['relevance', 'query'])
MULTI = dict(loss_cls=dict(type='MILLoss', multi_label=True))


@torch.no_grad()
@VIDEO
@pytest.mark.parametrize('options', [{}, MULTI, dict(rho=0.5)])
def test_logits(video_pooling, options):
    head, bag = build(video_pooling=video_pooling, **options), make_bag()
    found = head(bag)
    for n, (instance, pooled, video) in enumerate(reference(head, bag)):
        loops.close(found.instance[n, : COUNTS[n]], instance)
        loops.close(found.logits[n], pooled)
        loops.close(found.extra['video'][n], video)


@torch.no_grad()
@pytest.mark.parametrize('pooling', ['mean', 'logsumexp', 'relevance'])
def test_other_ways_to_pool_see_the_mask_and_the_relevance(pooling):
    head, bag = build(pooling=pooling), make_bag()
    found = head(bag).logits
    for n, (instance, _, _) in enumerate(reference(head, bag)):
        for c in range(K):
            own = [row[c] for row in instance]
            expected = {
                'mean': sum(own) / len(own),
                'logsumexp': math.log(sum(map(math.exp, own)) / len(own)),
                'relevance': loops.dot(own, bag.relevance[n, : len(own), c].tolist()),
            }
            loops.close(found[n, c], expected[pooling])


@torch.no_grad()
@pytest.mark.parametrize('smooth', [None, 0.0, 0.3])
@pytest.mark.parametrize('labels', [[2, 0, 1], [SHARES, 0, SHARES]])
def test_loss_of_single_labels(smooth, labels):
    """Two cross entropies, and the mean absolute cosine of two texts."""
    chosen = {} if smooth is None else dict(label_smooth=smooth)
    loss = {} if smooth is None else dict(loss_cls=dict(type='MILLoss', **chosen))
    head, bag = build(video_weight=0.6, text_weight=0.2, **loss), make_bag()
    losses = head.loss(bag, samples(labels))
    smooth = 0.1 if smooth is None else smooth  # what the head trains with by default
    targets = [loops.smoothed(label, K, smooth) for label in labels]
    _, pooled, video = zip(*reference(head, bag), strict=True)
    loops.close(losses['loss_bag'], mean_loss(loops.cross_entropy, pooled, targets))
    expected = 0.6 * mean_loss(loops.cross_entropy, video, targets)
    loops.close(losses['loss_video'], expected)
    text = bag.text.tolist()
    pairs = [abs(loops.dot(a, b)) for a in text for b in text if a is not b]
    loops.close(losses['loss_text'], 0.2 * sum(pairs) / len(pairs))
    scores = zip(
        map(loops.softmax, pooled), map(loops.softmax, video), labels, strict=True
    )
    hits = 0
    for bag_score, video_score, label in scores:
        score = loops.add(bag_score, video_score)
        true = label if isinstance(label, int) else label.index(max(label))
        hits += score.index(max(score)) == true
    assert losses['top1_acc'].item() == pytest.approx(hits / 3)


def mean_loss(loss, logits, targets):
    found = [loss(z, target) for z, target in zip(logits, targets, strict=True)]
    return sum(found) / len(found)


def binary(logits, target):
    """Mean over the classes of -log of the probability of what is true."""
    pairs = zip(map(loops.sigmoid, logits), target, strict=True)
    return -sum(math.log(p if true else 1 - p) for p, true in pairs) / len(logits)


@torch.no_grad()
def test_loss_of_several_labels():
    head, bag = build(video_weight=0.6, **MULTI), make_bag()
    labels = [[1, 0, 1], [0, 0, 0], [1, 1, 1]]
    losses = head.loss(bag, samples(labels, 'gt_label'))
    _, pooled, video = zip(*reference(head, bag), strict=True)
    expected = mean_loss(binary, pooled, labels)
    assert losses['loss_bag'].item() == pytest.approx(expected, rel=1e-6)
    expected = 0.6 * mean_loss(binary, video, labels)
    assert losses['loss_video'].item() == pytest.approx(expected, rel=1e-6)
    assert 'top1_acc' not in losses


@torch.no_grad()
def test_what_distillation_is_given():
    """The unit mean over the classes of what the video logits are read from."""
    head, bag = build(), make_bag()
    hidden = head.temporal(bag.instances, bag.mask).tolist()
    expected = []
    for n, count in enumerate(COUNTS):
        shares = bag.relevance[n].mT.tolist()
        wholes = [loops.weighted(own[:count], hidden[n][:count]) for own in shares]
        expected.append(loops.unit(loops.mean(wholes)))
    output = head(bag)
    loops.close(output.extra['feature'], expected)

    given = []
    head.distill = lambda *args: given.extend(args) or torch.tensor(3.0)
    assert head.loss(bag, samples([2, 0, 1]))['loss_distill'] == 3
    torch.testing.assert_close(given[0], output.extra['feature'])
    torch.testing.assert_close(given[1], output.logits)
    assert given[2].tolist() == [2, 0, 1]


@torch.no_grad()
@pytest.mark.parametrize('options', [{}, MULTI, dict(video_weight=0.0)])
def test_predictions(options):
    head, bag = build(**options), make_bag()
    found = head.predict(bag, samples([0, 0, 0]))

    def probabilities(logits):
        if head.multi_class:
            return [loops.sigmoid(logit) for logit in logits]
        return loops.softmax(logits)

    for n, (instance, pooled, video) in enumerate(reference(head, bag)):
        score = loops.mean([probabilities(pooled), probabilities(video)])
        score = score if head.video_weight else probabilities(pooled)
        loops.close(found[n].pred_score, score)
        loops.close(
            found[n].instance_scores[: COUNTS[n]], [*map(probabilities, instance)]
        )
        best = [score.index(max(score))]
        chosen = (
            [c for c, p in enumerate(score) if p >= 0.5] if head.multi_class else best
        )
        assert found[n].pred_label.tolist() == (chosen or best)
        assert torch.equal(found[n].relevance, bag.relevance[n])
        assert torch.equal(found[n].instance_mask, bag.mask[n])


def test_of_several_labels_those_of_at_least_one_half_are_predicted():
    head = build(**MULTI)
    for score, chosen in (
        ([0.5, 0.2, 0.9], [0, 2]),
        ([0.49, 0.2, 0.3], [0]),
        ([0.499, 0.501, 0.3], [1]),
    ):
        assert head.chosen(torch.tensor(score)).tolist() == chosen


@pytest.mark.parametrize('multi', [False, True])
def test_scale_and_bias_start_as_documented(multi):
    head = MultiGrainedTemporalHead(K, D, **(MULTI if multi else {}))
    assert head.logit_scale.exp().item() == pytest.approx(10 if multi else 100)
    assert torch.as_tensor(head.logit_bias).item() == (-10 if multi else 0)
