"""The sentences name all movements, and no emotion."""

import re

import numpy as np
import pytest
from open_clip.tokenizer import SimpleTokenizer

from lab.pretraining.sentences import every_phrase, say_as_caption
from tgdfer_mm.models.text.descriptions import load_descriptions
from tgdfer_mm.models.text.openclip_text import TEMPLATE
from tgdfer_mm.synth.action_units import ACTION_UNITS
from tgdfer_mm.synth.sentences import describe, vocabulary

EMOTION_WORDS = re.compile(
    r'happ|joy|sad|grief|neutral|ang(er|ry)|rage|surpris|disgust|fear|terror|emotion'
    r'|contempt|anxi|helpless|disappoint'
)


def sentences(count=600):
    rng = np.random.default_rng(0)
    return [say_as_caption(some_units(rng), rng) for _ in range(count)]


def some_units(rng):
    """Of a third of the units, chosen by chance, any strength."""
    return {unit: rng.random() for unit in ACTION_UNITS if rng.random() < 1 / 3}


def test_no_sentence_names_an_emotion():
    said = sentences()
    assert len(set(said)) > 500
    assert not [s for s in said if EMOTION_WORDS.search(s)]


def test_no_description_names_an_emotion():
    texts = [t for texts in load_descriptions('synth').values() for t in texts]
    assert not [t for t in texts if EMOTION_WORDS.search(t)]


def test_first_prefix_is_the_models_template():
    assert vocabulary()['prefixes'][0] == TEMPLATE
    assert len(SimpleTokenizer().encode(TEMPLATE)) == 8


def test_every_sentence_fits_the_context():
    encode = SimpleTokenizer().encode
    assert max(len(encode(s)) for s in sentences()) + 2 <= 77


def test_sentences_use_no_word_outside_the_vocabulary():
    encode = SimpleTokenizer().encode
    known = {i for phrase in every_phrase() for i in encode(phrase)}
    for text in sentences():
        assert known.issuperset(encode(text)), text


@pytest.mark.parametrize('unit', ACTION_UNITS)
def test_every_unit_is_said_when_it_moves_and_only_then(unit):
    phrases = {
        phrase.format('')
        for movements in vocabulary()['regions'].values()
        for movement in movements
        if movement['needs'] == [unit]
        for phrase in movement['phrases']
    }
    assert phrases
    rng = np.random.default_rng(1)
    # Without a prefix and at full strength, an adverb may still stand in the phrase.
    adverbs = [f'{a} ' for a in vocabulary()['adverbs']['strong']]
    for _ in range(20):
        text = describe({unit: 1.0}, rng)
        for adverb in adverbs:
            text = text.replace(adverb, '')
        assert any(phrase in text for phrase in phrases)
        assert not any(p in describe({}, rng) for p in phrases)


def test_weak_movements_are_called_weak():
    rng = np.random.default_rng(0)
    weak = vocabulary()['adverbs']['weak']
    for _ in range(40):
        text = describe({'AU12': 0.3}, rng)
        assert any(w in text for w in weak)
        assert not any(w in describe({'AU12': 1.0}, rng) for w in weak)
