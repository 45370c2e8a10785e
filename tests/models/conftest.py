"""A vision-language model small enough to build in milliseconds."""

import pytest
import torch
from mmaction.structures import ActionDataSample

from tgdfer_mm.registry import MODELS

TINY = dict(
    embed_dim=32,
    quick_gelu=True,
    vision_cfg=dict(image_size=32, patch_size=16, layers=2, width=32, head_width=16),
    text_cfg=dict(context_length=77, vocab_size=49408, width=32, heads=2, layers=2),
)
TEXTS = {
    'happy': ['cheeks raised', 'lip corners pulled up and back'],
    'sad': ['inner brows raised, lip corners down'],
    'angry': ['brows lowered', 'lips pressed', 'lids tight and brows drawn together'],
}


@pytest.fixture(scope='session')
def tiny_arch():
    return TINY


@pytest.fixture(scope='session')
def texts():
    return TEXTS


@pytest.fixture
def clip_file(tmp_path, tiny_arch):
    """Random weights of the tiny architecture, as open_clip would save them."""
    from tgdfer_mm.models.vision_language.open_clip_models import build_clip

    model = build_clip(tiny_arch).eval()
    for parameter in model.parameters():  # features must not all be alike
        torch.nn.init.normal_(parameter, std=0.2)
    path = tmp_path / 'clip.pt'
    torch.save(model.state_dict(), path)
    return str(path), model


@pytest.fixture
def build_recognizer(tiny_arch, texts):
    """Builds a small TextGuidedRecognizer; keyword arguments change its parts."""

    def build(head=None, text=None, visual=None, neck=None, **kwargs):
        return MODELS.build(
            dict(
                type='TextGuidedRecognizer',
                backbone=dict(type='OpenCLIPVisual', arch=tiny_arch, **(visual or {})),
                text_encoder=dict(type='OpenCLIPText', arch=tiny_arch)
                | dict(descriptions=texts)
                | (text or {}),
                neck=dict(type='VisualPromptNeck', in_channels=32) | (neck or {}),
                cls_head={
                    'type': 'MultiGrainedTemporalHead',
                    'num_classes': 3,
                    'in_channels': 32,
                    **(head or {}),
                },
                data_preprocessor=dict(
                    type='ActionDataPreprocessor',
                    mean=[127.0] * 3,
                    std=[64.0] * 3,
                    format_shape='NCHW',
                ),
            )
            | kwargs
        )

    return build


@pytest.fixture
def make_batch():
    """A batch of random clips, as a loader gives it."""

    def make(num_valid, frames=16, label=1):
        inputs = [
            torch.randint(0, 256, (frames, 3, 32, 32), dtype=torch.uint8)
            for _ in num_valid
        ]
        samples = []
        for i, valid in enumerate(num_valid):
            sample = ActionDataSample(
                metainfo=dict(clip=f'{i:05d}', num_valid=valid)
            ).set_gt_label(label)
            samples.append(sample)
        return dict(inputs=inputs, data_samples=samples)

    return make
