"""SigLIP's towers under TG-DFER: the start is their own, and so is the loss.

They were trained by a sigmoid of ``scale * cos + bias`` for each pair of a picture and
a text.
"""

from unittest.mock import MagicMock

import pytest
import torch
import torch.nn.functional as F

from tgdfer_mm.models.vision_language.open_clip_models import build_clip
from tgdfer_mm.registry import MODELS

from .small_tokenizers import write_tokenizer
from .small_towers import FAMILIES, SIZE, WIDTH

ARCH = FAMILIES['siglip2']
DESCRIPTIONS = {'happy': ['lip corners raised'], 'sad': ['brows raised'], 'no': ['a']}
SCALE, BIAS = 117.0, -12.5
MULTI = dict(type='MILLoss', multi_label=True)


@pytest.fixture(scope='module')
def siglip(tmp_path_factory):
    """A small model with a scale above 100, its file, and its tokenizer."""
    torch.manual_seed(0)
    model = build_clip(ARCH).eval()
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.2)
    model.logit_scale.data.fill_(SCALE).log_()
    model.logit_bias.data.fill_(BIAS)
    folder = tmp_path_factory.mktemp('siglip')
    torch.save(model.state_dict(), folder / 'siglip.pt')
    tokenizer = write_tokenizer(folder / 'tokenizer', 'timm/ViT-B-16-SigLIP2')
    return model, str(folder / 'siglip.pt'), tokenizer


def build(siglip, pretrained=True, **head):
    _, path, tokenizer = siglip
    weights = dict(pretrained=path, quick_gelu=False) if pretrained else {}
    model = MODELS.build(
        dict(
            type='TextGuidedRecognizer',
            backbone=dict(type='OpenCLIPVisual', arch=ARCH, **weights),
            text_encoder=dict(
                type='OpenCLIPText',
                arch=ARCH,
                descriptions=DESCRIPTIONS,
                tokenizer=tokenizer,
                **weights,
            ),
            neck=dict(type='VisualPromptNeck', in_channels=WIDTH),
            cls_head=dict(
                type='MultiGrainedTemporalHead',
                num_classes=3,
                in_channels=WIDTH,
                pooling='mean',
                **head,
            ),
            data_preprocessor=dict(
                type='ActionDataPreprocessor',
                mean=[127.5] * 3,
                std=[127.5] * 3,
                format_shape='NCHW',
            ),
        )
    )
    model.init_weights()
    return model


@torch.no_grad()
@pytest.mark.parametrize('loss', [None, MULTI], ids=['one label', 'several'])
def test_starts_as_zero_shot_siglip(siglip, loss):
    reference = siglip[0].double()
    model = build(siglip, loss_cls=loss).double().eval()
    images = torch.randn(2, 4, 3, SIZE, SIZE, dtype=torch.double)
    output, _ = model.extract_feat(images, stage='head')
    text = model.text_encoder()  # by test_text_towers.py those of open_clip
    seen = reference.encode_image(images.flatten(0, 1), normalize=True)
    logits = (SCALE * seen @ text.t() + BIAS).unflatten(0, (2, 4))
    kind = torch.sigmoid if loss else lambda x: x.softmax(-1)
    # The head keeps the logarithm of the scale in single precision.
    wanted = kind(logits)
    found = model.cls_head.normalise(output.instance)
    torch.testing.assert_close(found, wanted, rtol=1e-4, atol=1e-9)
    if loss:  # with one label the bias is not even there: a softmax does not see it
        torch.testing.assert_close(output.instance, logits, rtol=1e-4, atol=1e-9)
    pooled = kind(logits.mean(1))
    torch.testing.assert_close(
        model.cls_head.normalise(output.logits), pooled, rtol=1e-4, atol=1e-9
    )


def test_a_loss_of_one_label_does_not_see_a_bias(siglip):
    loss = build(siglip).cls_head.loss_cls
    logits, label = 9 * torch.randn(4, 3), torch.tensor([0, 1, 2, 2])
    assert torch.allclose(loss(logits + BIAS, label), loss(logits, label), atol=1e-5)


def batch(label):
    from mmaction.structures import ActionDataSample

    inputs = [torch.randint(256, (4, 3, SIZE, SIZE), dtype=torch.uint8)] * 2
    samples = [ActionDataSample().set_gt_label(label) for _ in inputs]
    return dict(inputs=inputs, data_samples=samples)


@pytest.mark.parametrize('loss', [None, MULTI], ids=['one label', 'several'])
def test_training_neither_cuts_the_scale_nor_forgets_the_bias(siglip, loss):
    model = build(siglip, loss_cls=loss).train()
    wrapper = MagicMock()
    label = torch.tensor([1.0, 0.0, 1.0]) if loss else 1
    model.train_step(batch(label), wrapper)
    total = wrapper.update_params.call_args.args[0]
    total.backward()
    head = model.cls_head
    assert total.isfinite()
    assert head.logit_scale.exp().item() == pytest.approx(SCALE, rel=1e-5)
    assert head.logit_scale.grad != 0
    if loss:
        assert head.logit_bias.item() == pytest.approx(BIAS)
        assert head.logit_bias.grad != 0


def test_the_start_of_a_loss_of_several_labels_is_that_of_siglip(siglip):
    """The mean binary cross entropy of a picture's pairs, as SigLIP has it."""
    model = build(siglip, loss_cls=MULTI).eval()
    images = torch.randn(1, 1, 3, SIZE, SIZE)
    with torch.no_grad():
        output, _ = model.extract_feat(images, stage='head')
        cosine = (
            F.normalize(model.backbone(images[0]), dim=-1) @ model.text_encoder().t()
        )
        label = torch.tensor([[1.0, 0.0, 0.0]])
        sign = 2 * label - 1
        wanted = -F.logsigmoid(sign * (SCALE * cosine + BIAS)).mean()
        found = model.cls_head.loss_cls(output.logits, label)
    assert found.item() == pytest.approx(wanted.item(), rel=1e-4)


def test_a_scale_of_the_config_stays(siglip):
    model = build(siglip, scale=20.0, loss_cls=MULTI)
    assert model.cls_head.logit_scale.exp().item() == pytest.approx(20)
    assert model.cls_head.logit_bias.item() == pytest.approx(-10)


def test_without_weights_the_start_is_what_the_architecture_says(siglip):
    model = build(siglip, pretrained=False, loss_cls=MULTI)
    assert model.cls_head.logit_scale.exp().item() == pytest.approx(1 / 0.07)
    assert model.cls_head.logit_bias.item() == pytest.approx(-10)


def test_a_tower_without_a_bias_leaves_the_head_alone(build_recognizer):
    model = build_recognizer()
    model.init_weights()
    assert model.cls_head.logit_scale.exp().item() == pytest.approx(100)
