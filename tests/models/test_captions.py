"""Training on captions: encoding, contrast, clips without any."""

import math

import pytest
import torch
import torch.nn.functional as F
from mmaction.structures import ActionDataSample
from open_clip import ClipLoss

from tgdfer_mm.models.bag import Bag
from tgdfer_mm.models.heads import CaptionHead
from tgdfer_mm.models.text import OpenCLIPCaptions, OpenCLIPText, OpenCLIPWords
from tgdfer_mm.registry import MODELS


@pytest.fixture
def encoder(clip_file, tiny_arch, texts):
    path, _ = clip_file
    encoder = OpenCLIPCaptions(tiny_arch, texts, path, quick_gelu=True)
    encoder.init_weights()
    return encoder


@pytest.fixture
def clip(clip_file):
    return clip_file[1]


def own(clip, text):
    """open_clip's own feature of a text."""
    from open_clip.tokenizer import SimpleTokenizer

    return F.normalize(clip.encode_text(SimpleTokenizer()([text])), dim=-1)[0]


@torch.no_grad()
def test_captions_and_classes_are_what_open_clip_makes_of_them(encoder, clip):
    captions = ['a zebra laughs loudly', 'brows lowered', 'a zebra laughs loudly']
    found = encoder.encode_captions(captions, 'abc')
    for feature, text in zip(found, captions, strict=True):
        assert torch.allclose(feature, own(clip, text), atol=1e-5)
    assert torch.equal(found[0], found[2])
    assert torch.allclose(encoder()[1], own(clip, encoder.texts['sad'][0]), atol=1e-5)


def test_captions_are_encoded_once_and_anew_for_other_weights(encoder, clip):
    first = encoder.encode_captions(['he smiles'], ['1'])
    encoder.transformer.requires_grad_(True)  # would show in a second computation
    assert torch.equal(encoder.encode_captions(['he smiles'], ['1']), first)
    state = {k: v + 0.1 for k, v in encoder.state_dict().items() if 'token_' not in k}
    encoder.load_state_dict({**encoder.state_dict(), **state})
    changed = encoder.encode_captions(['he smiles'], ['1'])
    assert not torch.allclose(changed, first, atol=1e-3)


def test_checkpoints_hold_no_more_words_than_the_classes_have(
    encoder, tiny_arch, texts
):
    plain = OpenCLIPText(tiny_arch, texts, context_init=None, num_context=0)
    assert encoder.state_dict().keys() == plain.state_dict().keys()
    assert len(encoder.state_dict()['token_rows']) == len(plain.token_rows)


def test_a_caption_that_is_too_long_names_its_clip(encoder):
    long = 'he smiles and ' * 30
    with pytest.raises(ValueError, match='clip 00012 has 90 tokens.*takes 75'):
        encoder.encode_captions([long], ['00012'])
    encoder.truncate = True
    fits = 'he smiles and ' * 25
    assert encoder.text_tokens(long, '1') == encoder.text_tokens(fits, '2')
    cut = encoder.encode_captions([long, fits], ['1', '2'])
    assert torch.allclose(cut[0], cut[1], rtol=0, atol=1e-6)


def test_words_that_the_weights_lack_name_their_clip(texts):
    arch = 'tgdfer_mm://synth_vlm.json'
    encoder = OpenCLIPCaptions(arch, texts, 'tgdfer_mm://synth_vlm.safetensors')
    encoder.init_weights()
    with pytest.raises(ValueError, match="clip 00007.*'zebra'"):
        encoder.encode_captions(['brows lowered', 'a zebra'], ['00006', '00007'])


def head(**kwargs):
    return CaptionHead(3, 16, num_frames=4, heads=2, mlp_channels=16, **kwargs)


def test_the_loss_is_clips_own():
    one = head(temperature=0.07)
    text = F.normalize(torch.randn(5, 16), dim=-1)
    bag = Bag(torch.randn(5, 4, 16), torch.ones(5, 4, dtype=torch.bool), text)
    logits = one(bag).logits
    video = torch.linalg.lstsq(text, logits.t() * 0.07).solution.t()
    expected = ClipLoss()(video, text, logit_scale=1 / 0.07)
    losses = one.loss(bag, [ActionDataSample()] * 5)
    assert losses['loss_caption'].item() == pytest.approx(expected.item(), rel=1e-4)
    hits = logits.argmax(1) == torch.arange(5)
    assert losses['caption_acc'] == hits.float().mean()


def test_videos_of_one_caption_share_it():
    text = F.normalize(torch.randn(1, 16), dim=-1).expand(4, -1)
    bag = Bag(torch.randn(4, 4, 16), torch.ones(4, 4, dtype=torch.bool), text)
    losses = head().loss(bag, [ActionDataSample()] * 4)
    assert losses['caption_acc'] == 1
    one = head(temperature=1e6)  # every pair as likely as the others
    loss = one.loss(bag, [ActionDataSample()] * 4)['loss_caption']
    assert loss.item() == pytest.approx(math.log(4), abs=1e-4)


@pytest.fixture
def build(tiny_arch, texts):
    def build(encoder='OpenCLIPCaptions', **kwargs):
        return MODELS.build(
            dict(
                type='CaptionRecognizer',
                backbone=dict(type='OpenCLIPVisual', arch=tiny_arch),
                text_encoder=dict(type=encoder, arch=tiny_arch, descriptions=texts),
                cls_head=dict(
                    type='CaptionHead', num_classes=3, in_channels=32, num_frames=4
                ),
                **kwargs,
            )
        )

    return build


def test_clips_without_caption(build, make_batch):
    batch = make_batch([4, 4], frames=4, label=2)
    inputs, samples = torch.randn(2, 4, 3, 32, 32), batch['data_samples']
    samples[0].set_metainfo(dict(caption='he smiles'))
    with pytest.raises(ValueError, match="'00001' has no caption.*AttachCaptions"):
        build().loss(inputs, samples)
    model = build(caption_missing='class').eval()
    assert model._caption(samples[1]) == 'brows lowered'
    implicit = model.loss(inputs, samples)['loss_caption']
    samples[1].set_metainfo(dict(caption='brows lowered'))
    assert torch.equal(
        build_like(model).loss(inputs, samples)['loss_caption'], implicit
    )


def build_like(model):
    model.caption_missing = 'error'
    return model


def test_what_does_not_fit(build):
    with pytest.raises(ValueError, match="caption_missing='guess'"):
        build(caption_missing='guess')
    with pytest.raises(ValueError, match='OpenCLIPText cannot encode captions'):
        build(encoder='OpenCLIPText')


@torch.no_grad()
def test_words_come_after_the_text_they_are_of(clip_file, tiny_arch, texts):
    path, _ = clip_file
    made = []
    for kind in (OpenCLIPText, OpenCLIPWords):
        made.append(kind(tiny_arch, texts, path, quick_gelu=True))
        made[-1].init_weights()
        made[-1].eval()
    plain, words = made[0](), made[1]()
    assert torch.allclose(words[:, 0], plain, atol=1e-6)
    counts = words.any(-1).sum(1) - 1
    assert counts.tolist() == [
        sum(len(made[0]._encoded[i]) for i in group)
        for group in ([0, 1], [2], [3, 4, 5])
    ]
    lengths = words.norm(dim=-1)
    assert ((lengths - 1).abs() < 1e-5).logical_or(lengths == 0).all()
    made[1].train()
    torch.manual_seed(0)
    drawn = made[1]()
    torch.manual_seed(0)
    assert torch.allclose(drawn[:, 0], made[0].train()(), atol=1e-6)
