"""The steps of recognizers between the towers and the head equal plain loops."""

import math

import loops
import pytest
import torch
from mmaction.structures import ActionDataSample

from tgdfer_mm.registry import MODELS

T, D, COUNTS = 8, 8, [8, 5, 1]
TEXTS = dict(type='LearnedClassVectors', classes=['a', 'b', 'c'], out_channels=D)
TOWER = dict(
    type='PrecomputedFeatures',
    backbone=dict(
        type='OpenCLIPVisual',
        arch=dict(
            embed_dim=D,
            quick_gelu=True,
            vision_cfg=dict(
                image_size=16, patch_size=16, layers=1, width=8, head_width=8
            ),
            text_cfg=dict(
                context_length=8, vocab_size=49408, width=8, heads=1, layers=1
            ),
        ),
    ),
)
STEADY = dict(type='identity')


def samples():
    return [ActionDataSample(metainfo=dict(num_valid=count)) for count in COUNTS]


def runs(video, count, group):
    """The means of the valid features of each run of ``group``."""
    starts = range(0, count, group)
    return [loops.mean(video[start : min(start + group, count)]) for start in starts]


@torch.no_grad()
@pytest.mark.parametrize('group', [1, 2, 4])
def test_text_guided_from_features_to_logits(group):
    """Unit frames, relevance, prompts, labels, and both kinds of logits, in a row."""
    model = MODELS.build(
        dict(
            type='TextGuidedRecognizer',
            backbone=TOWER,
            text_encoder=TEXTS,
            neck=dict(type='VisualPromptNeck', in_channels=D),
            cls_head=dict(
                type='MultiGrainedTemporalHead',
                num_classes=3,
                in_channels=D,
                temporal=STEADY,
                pooling='mean',
            ),
            frames_per_instance=group,
        )
    )
    neck, head = loops.stir(model).neck, model.cls_head
    features = 3 * loops.normal(len(COUNTS), T, D)
    found, _ = model.extract_feat(features, stage='head', data_samples=samples())
    text = [loops.unit(vector) for vector in model.text_encoder.vectors.tolist()]
    scale, tau = math.exp(head.logit_scale.item()), math.exp(neck.log_tau.item())
    for n, (video, count) in enumerate(zip(features.tolist(), COUNTS, strict=True)):
        x = runs([loops.unit(frame) for frame in video], count, group)
        for c, e in enumerate(text):
            alpha = loops.softmax([loops.cosine(each, e) / tau for each in x])
            whole = loops.weighted(alpha, x)
            moved = loops.add(e, loops.scale(neck.gamma.item(), loops.unit(whole)))
            refined = loops.network(neck.ffn[0], loops.quick_gelu, neck.ffn[2], moved)
            label = loops.add(moved, refined)
            own = [scale * loops.cosine(each, label) for each in x]
            loops.close(found.instance[n, : len(x), c], own)
            loops.close(found.logits[n, c], sum(own) / len(own))
            loops.close(found.extra['video'][n, c], scale * loops.cosine(whole, e))


@torch.no_grad()
@pytest.mark.parametrize('group', [1, 2])
def test_a_bag_of_features_as_the_tower_gives_them(group):
    head = dict(type='LinearBagHead', num_classes=3, in_channels=D, temporal=STEADY)
    model = MODELS.build(
        dict(
            type='BagRecognizer',
            backbone=TOWER,
            cls_head=head,
            frames_per_instance=group,
        )
    )
    loops.stir(model)
    features = 3 * loops.normal(len(COUNTS), T, D)
    found, _ = model.extract_feat(features, stage='head', data_samples=samples())
    for n, (video, count) in enumerate(zip(features.tolist(), COUNTS, strict=True)):
        rows = runs(video, count, group)
        expected = loops.linear(model.cls_head.fc, loops.mean(rows))
        loops.close(found.logits[n], expected)
