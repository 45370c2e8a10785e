"""Tokenizers like those of Hugging Face's hub, of some hundred pieces each.

Letters and the words of DFEW's descriptions are their vocabulary, so that they cut any
English text.
"""

import json
import re
import string
from pathlib import Path

from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers
from tokenizers.processors import TemplateProcessing

from tgdfer_mm.models.text.descriptions import load_descriptions
from tgdfer_mm.models.text.openclip_text import TEMPLATE

_TEXTS = [TEMPLATE, *(t for each in load_descriptions('dfew').values() for t in each)]
WORDS = sorted(set(re.findall('[a-z]+', ' '.join(_TEXTS).lower())))
LETTERS = [*string.ascii_lowercase, *string.digits]


def _unigram(special: list[str], template: str) -> Tokenizer:
    """Pieces of sentencepiece, with a mark before each word: T5, SigLIP, XLM-V."""
    pieces = [(each, 0.0) for each in special]
    pieces += [(f'▁{word}', -2.0) for word in WORDS if len(word) > 1]
    pieces += [(each, -9.0) for each in ['▁', *LETTERS]]
    model = Tokenizer(models.Unigram(pieces, unk_id=special.index('<unk>')))
    model.pre_tokenizer = pre_tokenizers.Metaspace()
    return _framed(model, template, special)


def _gemma(special: list[str], template: str) -> Tokenizer:
    """Byte pairs with a mark for each space, and none before the first word."""
    pieces = [*special, '▁', *LETTERS]
    merges = []
    for word in WORDS:
        merges.append(('▁', word[0]))
        for built in (f'▁{word[0]}', word[0]):  # inside a text, and at its start
            for letter in word[1:]:
                merges.append((built, letter))
                built += letter
    pieces += [left + right for left, right in merges]
    numbers = {piece: i for i, piece in enumerate(dict.fromkeys(pieces))}
    pairs = [*dict.fromkeys(merges)]
    model = Tokenizer(models.BPE(numbers, pairs, unk_token='<unk>'))
    model.normalizer = normalizers.Replace(' ', '▁')
    model.pre_tokenizer = pre_tokenizers.Split(Regex('(?=▁)'), 'isolated')
    return _framed(model, template, special)


def _wordpiece(special: list[str], template: str) -> Tokenizer:
    """BERT's: lower case, words, and pieces of words."""
    pieces = [*special, *LETTERS, *(f'##{each}' for each in LETTERS), *WORDS]
    numbers = {piece: i for i, piece in enumerate(dict.fromkeys(pieces))}
    model = Tokenizer(models.WordPiece(numbers, unk_token='[UNK]'))
    model.normalizer = normalizers.BertNormalizer()
    model.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    return _framed(model, template, special)


def _framed(model: Tokenizer, template: str, special: list[str]) -> Tokenizer:
    model.add_special_tokens([each for each in special if each[1:4] != 'unk'])
    known = [(each, model.token_to_id(each)) for each in special if each in template]
    model.post_processor = TemplateProcessing(single=template, special_tokens=known)
    return model


# Name on the hub -> what makes it, its special tokens, what it puts around a text, and
# what its config says.
KNOWN = {
    'timm/ViT-B-16-SigLIP': (
        _unigram,
        ['<pad>', '</s>', '<unk>'],
        '$A </s>',
        dict(pad_token='</s>', eos_token='</s>'),
    ),
    'timm/ViT-B-16-SigLIP2': (
        _gemma,
        ['<pad>', '<eos>', '<bos>', '<unk>'],
        '$A <eos>',
        dict(pad_token='<pad>', eos_token='<eos>', bos_token='<bos>')
        | dict(add_bos_token=False, add_eos_token=True, padding_side='right'),
    ),
    'bert-base-uncased': (
        _wordpiece,
        ['[PAD]', '[UNK]', '[CLS]', '[SEP]'],
        '[CLS] $A [SEP]',
        dict(pad_token='[PAD]', sep_token='[SEP]'),
    ),
    'facebook/xlm-v-base': (
        _unigram,
        ['<s>', '<pad>', '</s>', '<unk>'],
        '<s> $A </s>',
        dict(pad_token=dict(content='<pad>'), bos_token='<s>', eos_token='</s>'),
    ),
    'google/mt5-base': (
        _unigram,
        ['<pad>', '</s>', '<unk>'],
        '$A </s>',
        dict(pad_token='<pad>', eos_token='</s>'),
    ),
}


def write_tokenizer(folder: Path, name: str) -> str:
    """Writes the files of a small tokenizer of a kind, and gives their folder."""
    make, special, template, facts = KNOWN[name]
    folder.mkdir(parents=True, exist_ok=True)
    make(special, template).save(str(folder / 'tokenizer.json'))
    (folder / 'tokenizer_config.json').write_text(json.dumps(facts))
    return str(folder)
