"""Predictions that a head on bags writes on the data samples."""

import loops
import torch
from mmaction.structures import ActionDataSample

from tgdfer_mm.models.bag import Bag
from tgdfer_mm.models.heads.bag_head import BagHead, HeadOutput

N, M, K, COUNTS = 2, 4, 3, [4, 2]


class Fixed(BagHead):
    """Says the same of every batch."""

    def forward(self, bag, **kwargs):
        attention = loops.normal(N, M, seed=2).softmax(-1)  # padding gets some too
        return HeadOutput(loops.normal(N, K), loops.normal(N, M, K, seed=1), attention)


def test_probabilities_and_shares_of_the_attention():
    head, bag = Fixed(K, 5), Bag(loops.normal(N, M, 5), loops.prefix(COUNTS, M), None)
    logits, instance, attention = (part.tolist() for part in head(bag)[:3])
    samples = head.predict(bag, [ActionDataSample() for _ in range(N)])
    for n, (sample, count) in enumerate(zip(samples, COUNTS, strict=True)):
        loops.close(sample.pred_score, loops.softmax(logits[n]))
        assert sample.pred_label.tolist() == [logits[n].index(max(logits[n]))]
        loops.close(sample.instance_scores, [*map(loops.softmax, instance[n])])
        valid = attention[n][:count]
        shares = [share / sum(valid) for share in valid]
        loops.close(sample.attention, shares + [0.0] * (M - count))
        assert torch.equal(sample.instance_mask, bag.mask[n])


def test_the_accuracy_counts_the_best_class_against_the_label():
    logits = torch.tensor([[0.1, 0.5, 0.2], [0.3, 0.2, 0.1], [0.0, 0.1, 0.2]])
    head, output = Fixed(K, 5), HeadOutput(logits, logits[:, None], torch.ones(3, 1))
    hard = torch.tensor([1, 1, 2])
    soft = torch.tensor([[0.0, 0.6, 0.4], [0.2, 0.5, 0.3], [0.1, 0.1, 0.8]])
    for label in (hard, soft):
        assert head.loss_of(output, label, None)['top1_acc'].item() == torch.tensor(
            2 / 3
        )
