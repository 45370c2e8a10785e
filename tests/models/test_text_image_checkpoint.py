"""The small model's file: what is dropped, what comes back, what is refused."""

import json

import open_clip
import pytest
import torch
from open_clip.tokenizer import SimpleTokenizer
from safetensors import safe_open

from lab.pretraining.saving import save_vlm
from lab.pretraining.sentences import every_phrase
from tgdfer_mm.models.vision_language.text_image_checkpoint import (
    check_tokens,
    load_vlm_state,
)

TOKENIZER = SimpleTokenizer()
CONFIG = dict(
    embed_dim=16,
    quick_gelu=True,
    vision_cfg=dict(image_size=32, layers=1, width=64, patch_size=16),
    text_cfg=dict(context_length=77, vocab_size=49408, width=64, heads=1, layers=1),
)
KEPT = sorted({0, 49406, 49407, *TOKENIZER.encode('brows raised, jaw dropped')})


@pytest.fixture(scope='module')
def written(tmp_path_factory):
    torch.manual_seed(0)
    model = open_clip.CLIP(**CONFIG).eval()
    path = tmp_path_factory.mktemp('vlm') / 'tiny.safetensors'
    save_vlm(path, model, torch.tensor(KEPT), dict(vlm_config=CONFIG, seed=0))
    return path, model


def test_round_trip(written):
    path, model = written
    state, config, kept = load_vlm_state(path)
    assert config == CONFIG and kept.tolist() == KEPT
    rows = state['token_embedding.weight']
    assert rows.shape == (49408, 64)
    dropped = torch.ones(49408, dtype=torch.bool)
    dropped[kept] = False
    assert not rows[dropped].any()
    for name, value in model.state_dict().items():
        wanted = value[kept] if name == 'token_embedding.weight' else value
        got = rows[kept] if name == 'token_embedding.weight' else state[name]
        assert got.dtype == wanted.dtype
        assert torch.allclose(got.float(), wanted.float(), atol=1e-3, rtol=1e-3)


def test_loaded_model_says_the_same(written):
    path, model = written
    state, config, _ = load_vlm_state(path)
    loaded = open_clip.CLIP(**config).eval()
    loaded.load_state_dict(state)
    texts = TOKENIZER(['brows raised', 'jaw dropped, brows raised'])
    with torch.no_grad():
        wanted = model.encode_text(texts, normalize=True)
        got = loaded.encode_text(texts, normalize=True)
    assert torch.allclose(got, wanted, atol=5e-3)


def test_file_is_small_and_says_where_it_is_from(written):
    path, _ = written
    assert path.stat().st_size < 2 * 49408 * 64 / 10
    with safe_open(path, framework='pt') as file:
        header = file.metadata()
    assert json.loads(header['vlm_config']) == CONFIG and header['seed'] == '0'


def test_a_dropped_word_is_named():
    check_tokens(['jaw raised', 'brows dropped'], KEPT, TOKENIZER)
    with pytest.raises(ValueError, match="'pumpkin'"):
        check_tokens(['jaw raised, pumpkin dropped'], KEPT, TOKENIZER)


@pytest.mark.parametrize('ids', [[5, 3, 49407], [1, 2], [2, 2, 49407], []])
def test_kept_ids_must_ascend_to_the_end_of_text(written, tmp_path, ids):
    with pytest.raises(ValueError, match='end-of-text'):
        save_vlm(tmp_path / 'x', written[1], torch.tensor(ids), dict(vlm_config=CONFIG))


def test_config_must_state_the_activation(written, tmp_path):
    config = {k: v for k, v in CONFIG.items() if k != 'quick_gelu'}
    with pytest.raises(ValueError, match='quick_gelu'):
        save_vlm(
            tmp_path / 'x', written[1], torch.tensor(KEPT), dict(vlm_config=config)
        )


def test_a_foreign_file_is_refused(tmp_path):
    from safetensors.torch import save_file

    save_file({'a': torch.zeros(1)}, tmp_path / 'foreign.safetensors')
    with pytest.raises(ValueError, match='foreign.safetensors'):
        load_vlm_state(tmp_path / 'foreign.safetensors')
    with pytest.raises(FileNotFoundError, match='nothing'):
        load_vlm_state(tmp_path / 'nothing.safetensors')


def test_class_names_of_every_label_set_are_kept():
    known = {i for phrase in every_phrase() for i in TOKENIZER.encode(phrase)}
    from tgdfer_mm.datasets import load_classes

    for label_set in ('dfew', 'ferv39k', 'mafw'):
        for name in load_classes(label_set):
            assert known.issuperset(TOKENIZER.encode(name)), name


@pytest.mark.parametrize('missing', ['vlm_config', 'kept_ids'])
def test_a_file_that_lacks_one_of_both_marks_is_refused(missing, tmp_path):
    from safetensors.torch import save_file

    state = {'kept_ids': torch.tensor(KEPT), 'a': torch.zeros(1)}
    header = {'vlm_config': json.dumps(CONFIG)}
    state.pop(missing, None)
    header.pop(missing, None)
    save_file(state, tmp_path / 'half.safetensors', header)
    with pytest.raises(ValueError, match='half.safetensors'):
        load_vlm_state(tmp_path / 'half.safetensors')


def test_a_damaged_file_is_refused_by_name(written, tmp_path):
    path = written[0]
    content = bytearray(path.read_bytes())
    content[-50] ^= 1
    (tmp_path / 'bad.safetensors').write_bytes(content)
    with pytest.raises(RuntimeError, match='bad.safetensors is not whole'):
        load_vlm_state(tmp_path / 'bad.safetensors')
