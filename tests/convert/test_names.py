"""Formats, orders of classes and texts, apart from any model."""

import pytest
import torch

from tgdfer_mm.convert.class_order import parse_order, places
from tgdfer_mm.convert.formats import find_format, format_keys, load_format, rename
from tgdfer_mm.convert.prompts import read_texts
from tgdfer_mm.models.text.tokens import TOKENIZER


def test_each_file_of_formats_says_all_that_is_needed():
    for key in format_keys():
        form = load_format(key)
        assert form.target in ('model', 'backbone', 'landmarks', 'clip')
        assert form.signature
        for order in form.class_orders.values():
            parse_order(order)


def test_no_known_format(tmp_path):
    with pytest.raises(ValueError, match=r'here: of the formats .*none fit.*such as a'):
        find_format(['a', 'b'], 'here')


def test_a_copy_has_to_be_one():
    form = load_format('dferclip')
    state = {
        'image_encoder.proj': torch.ones(2),
        'clip_model_.visual.proj': torch.ones(2),
    }
    assert rename(state, form).copies == ['clip_model_.visual.proj']
    state['clip_model_.visual.proj'] = torch.zeros(2)
    with pytest.raises(ValueError, match='copy of image_encoder.proj'):
        rename(state, form)
    del state['image_encoder.proj']
    with pytest.raises(ValueError, match='copy of image_encoder.proj'):
        rename(state, form)


def test_orders_of_classes():
    assert parse_order('a, b,c') == ('a', 'b', 'c')
    assert parse_order('mafw:dfer_clip') != parse_order('mafw')
    theirs, ours = ('b', 'c', 'a'), ('a', 'b', 'c')
    assert [theirs[i] for i in places(theirs, ours)] == list(ours)
    for wrong in (('a', 'b'), ('a', 'b', 'x'), ('a', 'a', 'b')):
        with pytest.raises(ValueError, match='not those of the config'):
            places(wrong, ours)


def rows_of(text, table):
    ids = [*TOKENIZER.encode(text), TOKENIZER.eot_token_id, 0, 0]
    return table[torch.tensor([ids])]


def test_texts_come_back_from_their_embeddings():
    table = torch.randn(49408, 4)
    (text,) = read_texts(rows_of('brows up, jaw dropped!', table), table)
    assert TOKENIZER.encode(text) == TOKENIZER.encode('brows up, jaw dropped!')
    with pytest.raises(ValueError, match='class 0: its tokens have no end'):
        read_texts(rows_of('brows', table)[:, :1], table)
    spoiled = rows_of('brows up', table)
    spoiled[0, 1] += 1
    with pytest.raises(ValueError, match='token 1 of its text is not in the table'):
        read_texts(spoiled, table)
