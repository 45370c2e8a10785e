"""Words that are looked for."""

import json

import numpy as np
import pytest

from tgdfer_mm.apis.search.queries import Query, read_queries, text_features
from tgdfer_mm.video.errors import UsageError


def test_phrasings_are_divided_and_the_first_is_the_name():
    assert read_queries(['a smile | teeth showing', 'brows raised'], 'lips closed') == [
        Query('a smile', ('a smile', 'teeth showing'), ('lips closed',)),
        Query('brows raised', ('brows raised',), ('lips closed',)),
    ]


def test_a_file_is_a_query_a_class(tmp_path):
    file = tmp_path / 'words.json'
    file.write_text(json.dumps(dict(classes=dict(b=['x', 'y'], a=['z']))))
    assert read_queries([str(file)]) == [Query('b', ('x', 'y')), Query('a', ('z',))]


@pytest.mark.parametrize(
    ('given', 'said'),
    [
        (['a |'], 'no words'),
        ([' '], 'no words'),
        (['a', 'a | b'], "'a' is there twice"),
        (['missing.json'], 'missing.json'),
    ],
)
def test_what_cannot_be_looked_for_is_said(given, said):
    with pytest.raises(UsageError, match=said.replace('|', r'\|')):
        read_queries(given)


def test_a_text_is_a_unit_vector_and_phrasings_are_averaged(demo):
    encoder = demo.model.text_encoder
    one, other, both = text_features(
        encoder,
        [
            Query('1', ('brows raised',)),
            Query('2', ('jaw dropped',)),
            Query('3', ('brows raised', 'jaw dropped')),
        ],
    )
    np.testing.assert_allclose(
        [np.linalg.norm(one), np.linalg.norm(both)], 1, rtol=1e-5
    )
    mean = one + other
    np.testing.assert_allclose(both, mean / np.linalg.norm(mean), atol=1e-5)


def test_a_contrast_is_taken_off(demo):
    encoder = demo.model.text_encoder
    plain = text_features(encoder, [Query('1', ('brows raised',))])
    rest = text_features(encoder, [Query('1', ('lips closed',))])
    less = text_features(encoder, [Query('1', ('brows raised',), ('lips closed',))])
    np.testing.assert_allclose(less, plain - rest, atol=1e-5)


def test_words_that_the_model_lacks_are_named(demo):
    with pytest.raises(UsageError, match='zeppelin'):
        text_features(demo.model.text_encoder, [Query('1', ('a zeppelin',))])
