"""The plain classifier reads numbers, sentences and both."""

import numpy as np
import pytest

from projects.vowelprompt.classifiers import Reader, phrases, uar
from tgdfer_mm.sound.stretches import Stretch
from tgdfer_mm.sound.voice_words import describe_voice, voice_table

RNG = np.random.default_rng(0)


def sentence(whole, part):
    stretches = [Stretch(0, 1, (0,) * 6), Stretch(1, 1.001, (0,) * 6)]
    return describe_voice(stretches, np.array([whole, part], float))


def test_phrases_tell_the_clip_from_its_stretch():
    text = sentence([2, 0, 0, -1, 0, 0], [3, 3, 0, 0, 0, 9])
    assert phrases(text) == [
        'whole very high',
        'whole quiet',
        'part very high',
        'part rising steeply',
        'part very long',
    ]
    silent = voice_table()['silent']
    assert phrases(silent) == [silent]


def test_no_two_values_have_a_word_in_common():
    words = [w for row in voice_table()['words'].values() for w in row if w]
    assert len(words) == len(set(words))


def test_it_learns_from_either_and_from_both():
    label = np.arange(60) % 3
    high = 2.0 * (label == 1) - 2.0 * (label == 2)
    values = np.stack([high, RNG.normal(size=60)], axis=1)
    words = [sentence([h, 0, 0, 0, 0, 0], [h, 0, 0, 0, 0, 3]) for h in high]
    noise = RNG.normal(size=(60, 2))
    for given in ((values,), (words,), (noise, words), (values, words)):
        reader = Reader().fit([g[:40] for g in given], label[:40])
        assert (reader.predict([g[40:] for g in given]) == label[40:]).all()
    guessed = Reader().fit([noise[:40]], label[:40]).predict([noise[40:]])
    assert (guessed == label[40:]).mean() < 0.7


def test_uar_is_the_mean_over_the_classes():
    label = np.array([0, 0, 0, 1])
    assert uar(np.array([0, 0, 0, 0]), label) == 50
    assert uar(np.array([0, 1, 1, 1]), label) == pytest.approx((1 / 3 + 1) * 50)
