"""The shipped class descriptions: complete, distinct and short."""

import json
from importlib.resources import files

import open_clip
import pytest

from tgdfer_mm.datasets import load_classes
from tgdfer_mm.models.text import load_descriptions

PACKAGE = files('tgdfer_mm')
LABEL_SETS = ('dfew', 'ferv39k', 'mafw', 'mafw_compound')
LABEL_SETS += ('cremad', 'ravdess', 'enterface05')

# The text tower's cost grows with the longest prompt, so the shipped texts are
# held to a budget far below CLIP's 77 tokens.
MAX_TOKENS = 22

# The word that CLIP has most likely seen together with such a face.
NOUNS = {'happy': 'happiness', 'sad': 'sadness', 'angry': 'anger'}
NOUNS |= {'fearful': 'fear', 'surprised': 'surprise'}


def _read(folder: str, name: str) -> dict:
    path = PACKAGE.joinpath(*folder.split('/'), f'{name}.json')
    return json.loads(path.read_text(encoding='utf-8'))


@pytest.fixture(params=LABEL_SETS)
def described(request) -> dict:
    return _read('models/text/descriptions', request.param)


@pytest.fixture(scope='module')
def tokens():
    encode = open_clip.get_tokenizer('ViT-B-32').encode
    return lambda text: len(encode(text))


def _texts(described: dict) -> list[str]:
    return [text for texts in described['classes'].values() for text in texts]


def test_every_class_of_the_label_set_is_described_and_no_other(described):
    label_set = _read('labels/label_sets', described['label_set'])
    assert set(described['classes']) == set(label_set['classes'])


def test_each_class_has_three_texts_and_no_text_serves_twice(described):
    assert all(len(texts) >= 3 for texts in described['classes'].values())
    texts = _texts(described)
    assert len(set(texts)) == len(texts)


def test_texts_fit_the_token_budget_and_are_of_similar_length(described, tokens):
    lengths = {text: tokens(text) for text in _texts(described)}
    assert not {t: n for t, n in lengths.items() if n > MAX_TOKENS}
    assert min(lengths.values()) >= MAX_TOKENS - 8


def test_texts_read_on_from_the_learnable_context(described):
    # "a photo of a person whose face shows" + text: no capital, no full stop.
    for text in _texts(described):
        assert text[0].islower() and not text.endswith('.') and text.isascii()


def test_one_text_of_each_class_names_its_emotion(described):
    for name, texts in described['classes'].items():
        nouns = [NOUNS.get(part, part) for part in name.split('_')]
        assert any(all(n in text for n in nouns) for text in texts), name


def test_the_file_says_where_its_texts_come_from(described):
    assert 'Written for this project' in described['source']


def test_texts_follow_another_order_of_the_classes():
    own = load_descriptions('mafw')
    other = load_descriptions('mafw', 'alphabetical')
    assert own == other and list(own) != list(other)
    assert tuple(other) == load_classes('mafw', 'alphabetical')
    with pytest.raises(ValueError, match="'alphabetical' is for descriptions from a"):
        load_descriptions({'a': ['x']}, 'alphabetical')


@pytest.mark.parametrize(
    'text',
    [
        '',
        '[]',
        '{"label_set": "dfew"}',
        '{"label_set": "dfew", "classes": []}',
        '{"label_set": ["dfew"], "classes": {}}',
        '{"label_set": "no such", "classes": {}}',
        f'{{"label_set": "dfew", "classes": {{"a": {"9" * 5000}}}}}',
    ],
    ids=['empty', 'list', 'no classes', 'list of classes', 'odd', 'unknown', 'number'],
)
def test_a_damaged_file_is_named_and_ends_a_command_with_2(tmp_path, text):
    path = tmp_path / 'texts.json'
    path.write_text(text)
    with pytest.raises(ValueError, match='texts.json') as caught:
        load_descriptions(str(path))
    assert caught.value.exit_code == 2


@pytest.mark.parametrize('texts', ['no list', [], [''], [3], None])
def test_a_class_needs_a_list_of_texts(tmp_path, texts):
    with pytest.raises(ValueError, match='needs a list of non-empty texts'):
        load_descriptions({'happy': texts})
