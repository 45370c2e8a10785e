"""The contrast of videos and captions, some of which are the same."""

import loops
import pytest
import torch
from mmaction.structures import ActionDataSample

from tgdfer_mm.models.bag import Bag
from tgdfer_mm.models.heads import CaptionHead


@torch.no_grad()
@pytest.mark.parametrize('seed', range(4))
def test_cross_entropy_both_ways_over_shared_captions(seed):
    sizes = dict(num_frames=3, heads=2, head_channels=3, mlp_channels=7)
    head = loops.stir(CaptionHead(3, 6, temperature=0.4, **sizes))
    text = loops.normal(4, 6, seed=1)
    text[2] = text[0]
    text = text / text.norm(dim=-1, keepdim=True)
    bag = Bag(loops.normal(4, 3, 6, seed=seed + 20), loops.prefix([3] * 4, 3), text)
    logits = head(bag).logits.tolist()  # has its own reference
    same = [[0, 2], [1], [0, 2], [3]]
    loss, hits = 0.0, 0
    for i, own in enumerate(same):
        target = [(j in own) / len(own) for j in range(4)]
        column = [row[i] for row in logits]
        loss += loops.cross_entropy(logits[i], target)
        loss += loops.cross_entropy(column, target)
        hits += logits[i].index(max(logits[i])) in own
    found = head.loss(bag, [ActionDataSample()] * 4)
    assert found['loss_caption'].item() == pytest.approx(loss / 8, rel=1e-6)
    assert found['caption_acc'].item() == pytest.approx(hits / 4)
