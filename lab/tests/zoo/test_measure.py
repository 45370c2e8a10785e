"""Costs of a model, counted without computing it."""

import pytest
import torch
from mmaction.models import ActionDataPreprocessor
from torch import nn

from lab.multiply_adds import multiply_adds, multiply_adds_apart
from lab.zoo.measure import tower_name
from tgdfer_mm.registry import MODELS

FRAMES, SIZE = 16, 32
ARCH = dict(
    embed_dim=32,
    quick_gelu=True,
    vision_cfg=dict(image_size=32, patch_size=16, layers=2, width=32, head_width=16),
    text_cfg=dict(context_length=77, vocab_size=49408, width=32, heads=2, layers=1),
)


def build(**head):
    """A small model whose texts are learned vectors."""
    text = dict(type='LearnedClassVectors', classes='dfew', out_channels=32)
    model = dict(
        type='TextGuidedRecognizer',
        data_preprocessor=dict(type='ActionDataPreprocessor', format_shape='NCHW'),
        backbone=dict(type='OpenCLIPVisual', arch=ARCH),
        text_encoder=text,
        neck=dict(type='RelevanceNeck'),
        cls_head=dict(
            type='MultiGrainedTemporalHead', num_classes=7, in_channels=32, **head
        ),
    )
    return MODELS.build(model).eval()


def test_attention_is_counted_as_its_matrices():
    """The tower by hand; neck and head have the rest, which is small."""
    model = build(temporal=dict(type='identity'))
    total = multiply_adds(model, FRAMES, SIZE)
    tokens, width = 5, 32  # four patches and the class token
    stem = 4 * width * 3 * 16 * 16
    block = tokens * (4 + 8) * width**2 + 2 * tokens**2 * width
    # Of the last block the class token's row; the others are keys and values.
    last = (2 * tokens + 2 + 8) * width**2 + 2 * tokens * width
    tower = stem + block + last + width * 32
    assert FRAMES * tower <= total <= 1.2 * FRAMES * tower
    assert torch.backends.mha.get_fastpath_enabled()


def test_twice_the_frames_cost_twice_in_a_linear_model():
    one, two = (
        multiply_adds(build(temporal=dict(type='identity')), frames, SIZE)
        for frames in (FRAMES, 2 * FRAMES)
    )
    assert two == pytest.approx(2 * one, rel=0.05)


def test_the_adapters_are_looked_through():
    tower = dict(type='OpenCLIPVisual', arch='ViT-B-16')
    adapted = dict(type='ViTTemporalAdapter', tower=tower)
    outer = dict(type='InstanceBackbone', backbone=adapted)
    assert tower_name(outer) == 'ViT-B-16 + adapters'
    inner = dict(type='ResNet3d', depth=18)
    assert tower_name(dict(type='InstanceBackbone', backbone=inner)) == 'ResNet3d-18'
    assert tower_name(dict(type='MViT', arch='small')) == 'MViT-small'
    assert tower_name(dict(type='UniFormer', depth=[3, 4])) == 'UniFormer'


def test_a_stock_recognizers_convolutions_by_hand():
    model = MODELS.build(
        dict(
            type='Recognizer2D',
            data_preprocessor=dict(type='ActionDataPreprocessor', format_shape='NCHW'),
            backbone=dict(type='ResNet', depth=18),
            cls_head=dict(type='TSNHead', num_classes=7, in_channels=512),
        )
    )
    # ResNet-18 takes 1.81 G at 224 pixels; nearly all of it goes with the area.
    expected = 4 * 1.81e9 * (SIZE / 224) ** 2
    assert multiply_adds(model.eval(), 4, SIZE) == pytest.approx(expected, rel=0.05)


def test_a_recurrent_network_is_counted():
    """Every step of an LSTM multiplies each of its weights once."""

    class Recurrent(nn.Module):
        def __init__(self):
            super().__init__()
            self.data_preprocessor = ActionDataPreprocessor(format_shape='NCHW')
            self.backbone = nn.Linear(SIZE, 8, bias=False)
            self.lstm = nn.LSTM(8, 16, bidirectional=True, batch_first=True)

        def extract_feat(self, inputs, stage):
            return self.lstm(self.backbone(inputs[:, :, 0].mean(2)))

    model = Recurrent().eval()
    tower, rest = multiply_adds_apart(model, FRAMES, SIZE)
    assert tower == FRAMES * SIZE * 8
    assert rest == FRAMES * sum(
        p.numel() for p in model.lstm.parameters() if p.dim() > 1
    )
