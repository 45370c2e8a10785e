"""OpenCLIPText: parity with open_clip, exact savings, cache, errors."""

import copy

import pytest
import torch
import torch.nn.functional as F
from torch.utils.flop_counter import FlopCounterMode

from tgdfer_mm.models.text import OpenCLIPText
from tgdfer_mm.models.text.openclip_text import TEMPLATE
from tgdfer_mm.models.text.tokens import TOKENIZER
from tgdfer_mm.models.vision_language.open_clip_models import build_clip


@pytest.fixture
def tower(tiny_arch, texts, clip_file):
    path, _ = clip_file
    text = OpenCLIPText(tiny_arch, texts, pretrained=path, quick_gelu=True)
    text.init_weights()
    return text.eval()


def by_open_clip(model, sentences):
    with torch.no_grad():
        return model.encode_text(TOKENIZER(sentences), normalize=True)


def test_starts_as_open_clip_on_template_and_description(tower, texts, clip_file):
    _, model = clip_file
    for feature, options in zip(tower(), texts.values(), strict=True):
        each = by_open_clip(model, [f'{TEMPLATE} {text}' for text in options])
        assert torch.allclose(feature, F.normalize(each.mean(0), dim=-1), atol=1e-5)


def test_cut_rows_give_the_features_of_full_rows_from_less(tower, monkeypatch):
    def encode():
        with FlopCounterMode(display=False) as counter, torch.no_grad():
            return tower.eval()(), counter.get_total_flops()

    cut, fewer = encode()
    monkeypatch.setattr(OpenCLIPText, '_cuts', False)
    assert tower._length(tower._encoded) == 77
    full, more = encode()
    assert torch.allclose(full, cut, atol=1e-5)
    assert fewer < more / 3  # 17 places at most and not 77


@pytest.mark.parametrize(
    'changes',
    [
        dict(qk_norm=True),
        dict(pool_type='last'),
        dict(pool_type='first', no_causal_mask=True),
        dict(no_causal_mask=True),
    ],
)
def test_towers_whose_rows_are_not_cut_are_open_clip_s_too(tiny_arch, texts, changes):
    text_cfg = {**tiny_arch['text_cfg'], **changes}
    arch = {**tiny_arch, 'text_cfg': text_cfg, 'custom_text': True}
    model = build_clip(arch).eval()
    text = OpenCLIPText(arch, texts).eval()
    text.load_state_dict(own_state(model, text))
    for feature, options in zip(text(), texts.values(), strict=True):
        each = by_open_clip(model, [f'{TEMPLATE} {option}' for option in options])
        assert torch.allclose(feature, F.normalize(each.mean(0), dim=-1), atol=1e-5)


def own_state(model, text):
    """Weights of open_clip's model under the names of OpenCLIPText."""
    state = {n: v for n, v in model.text.state_dict().items() if n in text.state_dict()}
    rows = model.text.token_embedding.weight[text.token_ids]
    template = model.text.token_embedding.weight[torch.tensor(text.template)]
    context = template.expand(len(text.classes), -1, -1)
    return state | dict(token_ids=text.token_ids, token_rows=rows, context=context)


def test_a_tower_that_is_not_causal_keeps_its_length(tiny_arch, texts):
    text_cfg = {**tiny_arch['text_cfg'], 'no_causal_mask': True, 'pool_type': 'last'}
    arch = {**tiny_arch, 'text_cfg': text_cfg, 'custom_text': True}
    text = OpenCLIPText(arch, texts).eval()
    assert text._length(text._encoded) == 77
    assert text().shape == (3, 32)


def test_training_draws_one_description_a_class_from_the_seed(tower, texts, clip_file):
    _, model = clip_file
    tower.train()
    torch.manual_seed(3)
    first = tower()
    torch.manual_seed(3)
    assert torch.equal(tower(), first)
    for feature, options in zip(first, texts.values(), strict=True):
        each = by_open_clip(model, [f'{TEMPLATE} {text}' for text in options])
        assert (each @ feature).max() > 1 - 1e-5
    seen = {tuple(tower.draw()) for _ in range(50)}
    assert len(seen) == 2 * 1 * 3  # every combination turns up


def test_only_the_contexts_are_trained(tower):
    tower.train()
    (tower() * torch.randn(3, 32)).sum().backward()
    assert [n for n, p in tower.named_parameters() if p.requires_grad] == ['context']
    assert tower.context.grad.abs().amax((1, 2)).min() > 0


@torch.no_grad()
def test_evaluation_encodes_once(tower, monkeypatch):
    first = tower().clone()
    monkeypatch.setattr(tower, 'encode', None)  # a second encoding would fail
    assert torch.equal(tower(), first)


@torch.no_grad()
@pytest.mark.parametrize('how', ['mode', 'load', 'move'])
def test_cache_is_forgotten_when_weights_may_have_changed(tower, how):
    before = tower().clone()
    changed = copy.deepcopy(tower.state_dict())
    changed['context'] += torch.randn_like(changed['context'])
    if how == 'load':
        tower.load_state_dict(changed)
    else:
        tower.context.data = changed['context']
        tower.eval() if how == 'mode' else tower.double().float()
    assert not torch.allclose(tower(), before, atol=1e-3)


def test_cache_survives_neither_fused_steps_nor_averaged_copies(tower):
    optimizer = torch.optim.AdamW([tower.context], lr=0.5, fused=True)
    average = torch.optim.swa_utils.AveragedModel(tower)
    with torch.no_grad():
        before, averaged_before = tower().clone(), average.module.eval()().clone()
    tower.train()
    (tower() * torch.randn(3, 32)).sum().backward()
    optimizer.step()
    average.update_parameters(tower)
    with torch.no_grad():
        assert not torch.allclose(tower.eval()(), before, atol=1e-3)
        average.train()
        average.eval()
        averaged = average.module()
    # the first update of an averaged model copies the parameters
    assert not torch.allclose(averaged, averaged_before, atol=1e-3)


def test_checkpoint_needs_no_pretrained_file_and_finds_words_by_id(
    tower, tiny_arch, texts
):
    fewer = {name: options[:1] for name, options in texts.items()}
    other = OpenCLIPText(tiny_arch, fewer).eval()
    other.load_state_dict(tower.state_dict())
    with torch.no_grad():
        expected = tower.encode([0, 2, 3])
        assert torch.allclose(other(), expected, atol=1e-5)


def test_checkpoint_without_a_word_names_it(tower, tiny_arch, texts):
    other = OpenCLIPText(tiny_arch, texts | {'sad': ['tears streaming']})
    with pytest.raises(RuntimeError, match='tears'):
        other.load_state_dict(tower.state_dict())


def test_too_long_description_names_its_class(tiny_arch, texts):
    with pytest.raises(ValueError, match=r"class 'sad'.*77"):
        OpenCLIPText(tiny_arch, texts | {'sad': ['very ' * 70 + 'sad']})


def test_context_size_must_be_the_template_s(tiny_arch, texts):
    with pytest.raises(ValueError, match='has 8 tokens'):
        OpenCLIPText(tiny_arch, texts, num_context=4)
    free = OpenCLIPText(tiny_arch, texts, context_init=None, num_context=4)
    assert free.context.shape == (3, 4, 32)
    assert 0.01 < free.context.std() < 0.03


def test_descriptions_that_are_no_file_list_the_shipped(tiny_arch):
    with pytest.raises(FileNotFoundError, match='dfew'):
        OpenCLIPText(tiny_arch, 'nothing')


def test_empty_description_names_its_class(tiny_arch, texts):
    with pytest.raises(ValueError, match="'sad'"):
        OpenCLIPText(tiny_arch, texts | {'sad': ['']})


def test_a_tower_of_another_width_needs_a_projection(tiny_arch, texts):
    text_cfg = {**tiny_arch['text_cfg'], 'proj_type': 'none', 'width': 16}
    arch = {**tiny_arch, 'text_cfg': text_cfg, 'custom_text': True}
    with pytest.raises(ValueError, match='its width is 16, not embed_dim=32'):
        OpenCLIPText(arch, texts)
