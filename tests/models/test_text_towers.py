"""OpenCLIPText on the text towers that open_clip lists: its features, its start."""

import json

import pytest
import torch
import torch.nn.functional as F
from open_clip.tokenizer import get_clean_fn
from tokenizers import Tokenizer

from tgdfer_mm.models.backbones import OpenCLIPVisual
from tgdfer_mm.models.text import (
    OpenCLIPCaptions,
    OpenCLIPDescriptions,
    OpenCLIPText,
    OpenCLIPWords,
)
from tgdfer_mm.models.text.openclip_text import TEMPLATE
from tgdfer_mm.models.text.tokens import TOKENIZER
from tgdfer_mm.models.vision_language import open_clip_models
from tgdfer_mm.models.vision_language.open_clip_models import build_clip

from . import transformers_files as files
from .small_tokenizers import write_tokenizer
from .small_towers import FAMILIES

# One of each kind of layout and pooling, and what stands around a text, by names.
CLIP_LIKE = ('mobileclip-s', 'pe-core', 'coca')
AROUND = {
    'siglip': ([], ['</s>'], '</s>'),
    'siglip-i18n': ([], ['</s>'], '</s>'),
    'siglip2': ([], ['<eos>'], '<pad>'),
    'clipa': (['[CLS]'], ['[PAD]'], '[PAD]'),
    'worldwide': (['<s>'], ['</s>'], '<pad>'),
    'worldwide-mt5': ([], ['</s>'], '<pad>'),
}
DESCRIPTIONS = {
    'happy': ['Cheeks raised', 'Lip corners raised; lids tight!'],
    'sad': ['brows raised, lip corners down'],
}


@pytest.fixture(
    scope='module', params=[f for f in (*CLIP_LIKE, *AROUND) if f in FAMILIES]
)
def family(request, tmp_path_factory):
    """A family, its config, a model of random weights, their file, and a tokenizer."""
    torch.manual_seed(0)
    arch = FAMILIES[request.param]
    model = build_clip(arch).eval()
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.2)
    folder = tmp_path_factory.mktemp(request.param)
    torch.save(model.state_dict(), folder / 'clip.pt')
    hub = arch['text_cfg'].get('hf_tokenizer_name')
    given = dict(pretrained=str(folder / 'clip.pt'), quick_gelu=False)
    if hub:
        given['tokenizer'] = write_tokenizer(folder / 'tokenizer', hub)
    return request.param, arch, model, given


def tokens(name, arch, given, sentences):
    """Rows of ids as open_clip lays sentences out, by the tokenizer's own package."""
    length = arch['text_cfg']['context_length']
    if name in CLIP_LIKE:
        return TOKENIZER(sentences, context_length=length)
    model = Tokenizer.from_file(f'{given["tokenizer"]}/tokenizer.json')
    start, end, pad = AROUND[name]
    numbers = [[*map(model.token_to_id, each)] for each in (start, end)]
    options = arch['text_cfg'].get('tokenizer_kwargs', {})
    clean = get_clean_fn(options.get('clean', 'whitespace'))
    rows = torch.full((len(sentences), length), model.token_to_id(pad))
    for row, sentence in zip(rows, sentences, strict=True):
        ids = model.encode(clean(sentence), add_special_tokens=False).ids
        ids = [*numbers[0], *ids, *numbers[1]]
        row[: len(ids)] = torch.tensor(ids)
    return rows


def started(family, kind=OpenCLIPText, **options):
    _, arch, _, given = family
    text = kind(arch, DESCRIPTIONS, **given, **options)
    text.init_weights()
    return text.eval()


def by_open_clip(family, sentences):
    name, arch, model, given = family
    return model.encode_text(tokens(name, arch, given, sentences), normalize=True)


@torch.no_grad()
@pytest.mark.parametrize('template', [TEMPLATE, None])
def test_starts_as_open_clip_on_template_and_description(family, template):
    options = dict(context_init=template, num_context=None if template else 0)
    features = started(family, **options)()
    for feature, texts in zip(features, DESCRIPTIONS.values(), strict=True):
        sentences = [f'{template} {text}' if template else text for text in texts]
        each = by_open_clip(family, sentences)
        wanted = F.normalize(each.mean(0), dim=-1)
        assert torch.allclose(feature, wanted, rtol=0, atol=1e-5)
    assert (features[0] - features[1]).abs().max() > 1e-3


@torch.no_grad()
def test_captions_and_words_are_those_of_open_clip(family):
    if family[0] not in ('siglip2', 'worldwide', 'coca'):
        pytest.skip('one of each kind of layout')
    captions = started(family, OpenCLIPCaptions)
    said = ['A person shows raised brows.', 'lids tight']
    found = captions.encode_captions(said, ['1', '2'])
    assert torch.allclose(found, by_open_clip(family, said), rtol=0, atol=1e-5)
    words = started(family, OpenCLIPWords)
    assert torch.allclose(words()[:, 0], started(family)(), rtol=0, atol=1e-5)
    kept = [len(ids) for ids in words._encoded]
    assert words().shape[1] == 1 + max(sum(kept[:2]), kept[2])


def test_only_the_contexts_are_trained(family):
    text = started(family).train()
    (text() * torch.randn(2, 32)).sum().backward()
    assert [n for n, p in text.named_parameters() if p.requires_grad] == ['context']
    assert text.context.grad.abs().amax((1, 2)).min() > 0


def test_a_checkpoint_is_complete(family):
    text = started(family)
    state = {name: value.clone() for name, value in text.state_dict().items()}
    _, arch, _, given = family
    other = OpenCLIPText(arch, DESCRIPTIONS, tokenizer=given.get('tokenizer')).eval()
    other.load_state_dict(state)
    with torch.no_grad():
        assert torch.equal(other(), text())


def test_scale_and_bias_are_those_of_the_weights(family):
    name, _, model, _ = family
    text = started(family)
    assert text.logit_scale == pytest.approx(model.logit_scale.exp().item())
    if 'siglip' in name:
        assert text.logit_bias == pytest.approx(model.logit_bias.item())
    else:
        assert text.logit_bias is None


def test_a_text_tower_of_hugging_face_is_refused_with_what_to_do(monkeypatch):
    for arch in ('roberta-ViT-B-32', 'nllb-clip-base-siglip', 'coca_roberta-ViT-B-32'):
        with pytest.raises(ValueError, match=f'{arch}.*LearnedClassVectors'):
            OpenCLIPText(arch, DESCRIPTIONS)
    monkeypatch.setattr(open_clip_models, 'find_spec', lambda name: None)
    with pytest.raises(ValueError, match='roberta-base.*pip install transformers'):
        build_clip('roberta-ViT-B-32')


@pytest.mark.skipif('worldwide' not in FAMILIES, reason='open_clip is too old')
@pytest.mark.parametrize('name', ['timm/ViT-B-16-SigLIP', 'facebook/xlm-v-base'])
def test_a_tokenizer_of_another_model_is_refused(name, tmp_path):
    given = write_tokenizer(tmp_path, name)
    arch = FAMILIES['worldwide-mt5' if 'xlm' in name else 'worldwide']
    with pytest.raises(ValueError, match=r'texts end in .* reads the place of'):
        OpenCLIPText(arch, DESCRIPTIONS, tokenizer=given)
    small = json.loads(json.dumps(FAMILIES['siglip']))
    small['text_cfg']['vocab_size'] = 9
    with pytest.raises(ValueError, match=f'{tmp_path}: a token .* has 9'):
        OpenCLIPText(small, DESCRIPTIONS, tokenizer=given)


def test_a_folder_of_transformers_builds_both_towers(tmp_path):
    config = json.loads(json.dumps(files.CONFIGS['siglip']))
    config['text_config'] |= dict(vocab_size=1300, max_position_embeddings=64)
    (tmp_path / 'config.json').write_text(json.dumps(config))
    write_tokenizer(tmp_path, 'timm/ViT-B-16-SigLIP')
    text = OpenCLIPText(str(tmp_path), DESCRIPTIONS).eval()
    tower = OpenCLIPVisual(str(tmp_path), frozen_stages=1).eval()
    assert text().shape == (2, 32) and text.logit_bias == -10
    assert tower(torch.zeros(1, 3, 32, 32)).shape == (1, 32)


@torch.no_grad()
def test_words_of_descriptions_are_what_the_blocks_of_open_clip_make_of_them(family):
    name, arch, model, given = family
    text = started(family, OpenCLIPDescriptions, taps=2)
    sentences = ['brows raised', 'lip corners raised; lids tight!']
    found = text.describe([[sentences[1], ''], [sentences[0]] * 2], 'ab')
    blocks = getattr(model, 'text', model).transformer.resblocks
    outputs = []
    hooks = [b.register_forward_hook(lambda *io: outputs.append(io[2])) for b in blocks]
    rows = tokens(name, arch, given, sentences)
    model.encode_text(rows)
    for hook in hooks:
        hook.remove()
    outputs = [outputs[depth - 1] for depth in text.depths]
    start = len(text.tokenizer.start)
    for i, sentence in enumerate(sentences):
        place = int(found.place[1 - i, 0])
        count = len(text.tokenizer.encode(sentence)) + len(text.tokenizer.end[:1])
        assert found.mask[place].tolist().count(True) == count
        for words, output in zip(found.tokens, outputs, strict=True):
            expected = output[i, start : start + count]
            assert torch.allclose(words[place, :count], expected, atol=1e-4)
    assert not found.mask[found.place[0, 1]].any()
