"""Folders of tokenizers: what they say, and what is wrong with them."""

import copy
import json
import sys

import pytest
from tokenizers import Tokenizer

from tgdfer_mm.models.text.hub_tokenizer import find_tokenizer, read_tokenizer
from tgdfer_mm.models.text.tokens import CLIP_TOKENIZER, encode_texts
from tgdfer_mm.models.vision_language.open_clip_models import arch_config

from . import transformers_files as files
from .small_tokenizers import KNOWN, write_tokenizer

SIGLIP = 'timm/ViT-B-16-SigLIP'
GEMMA = 'timm/ViT-B-16-SigLIP2'


def changed(folder, **facts):
    path = folder / 'tokenizer_config.json'
    path.write_text(json.dumps(json.loads(path.read_text()) | facts))


@pytest.mark.parametrize('name', KNOWN)
def test_tokens_are_those_of_the_package_that_wrote_it(name, tmp_path):
    folder = write_tokenizer(tmp_path, name)
    tokenizer, whole = (
        read_tokenizer(folder, {}),
        Tokenizer.from_file(f'{folder}/tokenizer.json'),
    )
    text = 'brows raised, lids  tight'
    ids = tokenizer.encode(text)
    assert len(ids) > 4
    framed = [*tokenizer.start, *ids, *tokenizer.end]
    assert framed == whole.encode(' '.join(text.split())).ids
    assert 'brows' in tokenizer.decode(ids).replace(' ', '')


@pytest.mark.parametrize('flag', ['add_bos_token', 'add_eos_token'])
def test_files_that_differ_about_what_is_around_a_text_are_refused(flag, tmp_path):
    folder = write_tokenizer(tmp_path, GEMMA)
    assert read_tokenizer(folder, {}).start == ()
    assert read_tokenizer(folder, {}).end == (1,)
    changed(tmp_path, **{flag: flag == 'add_bos_token'})
    with pytest.raises(ValueError, match=rf'{flag}=.*\[\] before .* \[1\] after'):
        read_tokenizer(folder, {})


def test_a_text_is_cut_as_what_follows_the_template(tmp_path):
    tokenizer = read_tokenizer(write_tokenizer(tmp_path, GEMMA), {})
    first, inside = tokenizer.encode('brows'), tokenizer.continued('brows', 'a photo')
    assert first != inside
    assert tokenizer.encode('a photo brows') == [*tokenizer.encode('a photo'), *inside]
    assert tokenizer.continued('brows', None) == first
    own = encode_texts({'sad': ['brows']}, 2, 8, None, tokenizer, 'a photo')
    assert own == [inside]


def test_padding_may_be_named_by_the_other_file(tmp_path):
    folder = write_tokenizer(tmp_path, SIGLIP)
    changed(tmp_path, pad_token=None)
    with pytest.raises(ValueError, match=f'{folder}: .* has to name a pad_token'):
        read_tokenizer(folder, {})
    (tmp_path / 'tokenizer_config.json').unlink()
    (tmp_path / 'special_tokens_map.json').write_text('{"pad_token": "<pad>"}')
    assert read_tokenizer(folder, {}).pad == 0


def test_texts_are_cleaned_as_the_architecture_says(tmp_path):
    folder = write_tokenizer(tmp_path, SIGLIP)
    clean = read_tokenizer(folder, dict(clean='canonicalize'))
    assert clean.encode('  Brows, raised!') == clean.encode('brows raised')
    with pytest.raises(ValueError, match='language'):
        read_tokenizer(folder, dict(language='eng'))
    with pytest.raises(ValueError, match='clean must be one of whitespace, lower'):
        read_tokenizer(folder, dict(clean='upper'))


def test_an_architecture_says_which_tokenizer_it_needs(tmp_path):
    with pytest.raises(ValueError, match=f"tokenizer '{GEMMA}'.*'hf-hub:{GEMMA}'"):
        find_tokenizer('ViT-B-16-SigLIP2', None)
    with pytest.raises(ValueError, match='Leave tokenizer out'):
        find_tokenizer('ViT-B-16', str(tmp_path))
    assert find_tokenizer('ViT-B-16', None) is CLIP_TOKENIZER


def test_a_repository_of_the_hub_is_fetched_where_it_is_named(hub, tmp_path):
    folder = write_tokenizer(tmp_path / 'repo', SIGLIP)
    hub.repos[SIGLIP] = folder
    found = find_tokenizer('ViT-B-16-SigLIP', f'hf-hub:{SIGLIP}')
    assert found.encode('brows') == read_tokenizer(folder, {}).encode('brows')
    assert {name for _, name in hub.fetched} == {
        'tokenizer.json',
        'tokenizer_config.json',
    }
    with pytest.raises(OSError, match='has no repository of that name'):
        find_tokenizer('ViT-B-16-SigLIP', 'hf-hub:nobody/nothing')


def test_a_folder_of_transformers_has_its_tokenizer_with_it(tmp_path):
    folder = str(files.write_folder('siglip', tmp_path))
    with pytest.raises(ValueError, match=f'{tmp_path} has no tokenizer.json'):
        find_tokenizer(folder, None)
    write_tokenizer(tmp_path, SIGLIP)
    assert find_tokenizer(folder, None).source == folder
    with pytest.raises(ValueError, match='Set tokenizer to a folder'):
        find_tokenizer(arch_config(folder), None)


@pytest.mark.parametrize('content', [None, '{', '{"model": {"type": "Nothing"}}'])
def test_a_folder_without_a_tokenizer(content, tmp_path):
    if content is not None:
        (tmp_path / 'tokenizer.json').write_text(content)
    with pytest.raises(ValueError, match='tokenizer.json') as caught:
        find_tokenizer('ViT-B-16-SigLIP2', str(tmp_path))
    assert caught.value.exit_code == 2


def test_padding_on_the_left_is_refused(tmp_path):
    folder = write_tokenizer(tmp_path, SIGLIP)
    changed(tmp_path, padding_side='left')
    with pytest.raises(ValueError, match="padding_side='left'"):
        read_tokenizer(folder, {})


def test_without_the_package_the_error_names_the_extra(tmp_path, monkeypatch):
    folder = write_tokenizer(tmp_path, SIGLIP)
    monkeypatch.setitem(sys.modules, 'tokenizers', None)
    with pytest.raises(ImportError, match='pip install tokenizers'):
        read_tokenizer(folder, {})


def test_a_copy_of_a_model_has_no_second_vocabulary(tmp_path):
    tokenizer = read_tokenizer(write_tokenizer(tmp_path, SIGLIP), {})
    assert copy.deepcopy(dict(own=tokenizer))['own'] is tokenizer
