"""Words for a voice, and marked vowels."""

import numpy as np
import pytest

from tgdfer_mm.sound.stretches import VALUES, Stretch
from tgdfer_mm.sound.text_grid import read_text_grid, vowels
from tgdfer_mm.sound.voice_words import (
    describe_stretches,
    describe_voice,
    value_words,
    voice_table,
)
from tgdfer_mm.video.errors import InputError

LONG = '''File type = "ooTextFile"
Object class = "TextGrid"

xmin = 0
xmax = 1.5
tiers? <exists>
size = 2
item []:
    item [1]:
        class = "IntervalTier"
        name = "phones"
        xmin = 0
        xmax = 1.5
        intervals: size = 3
        intervals [1]:
            xmin = 0
            xmax = 0.5
            text = ""
        intervals [2]:
            xmin = 0.5
            xmax = 0.75
            text = "AH0"
        intervals [3]:
            xmin = 0.75
            xmax = 1.5
            text = "a ""b"""
    item [2]:
        class = "TextTier"
        name = "clicks"
        xmin = 0
        xmax = 1.5
        points: size = 1
        points [1]:
            number = 0.3
            mark = "x"
'''
SHORT = """File type = "ooTextFile"
Object class = "TextGrid"

0
1.5
<exists>
1 ! a comment with 7 and "text"
"IntervalTier"
"phones"
0
1.5
1
0.5
0.75
"ə"
"""


def test_every_value_has_as_many_words_as_bins():
    table = voice_table()
    assert list(table['words']) == list(VALUES)
    assert table['edges'] == sorted(table['edges'])
    for words in table['words'].values():
        assert len(words) == len(table['edges']) + 1 and None in words
        assert len(set(filter(None, words))) == len(list(filter(None, words)))


def test_words_follow_the_values_and_what_is_usual_is_left_out():
    assert value_words([0] * 6) == []
    assert value_words([2, -2, 0, 1, 0, -1]) == [
        'very high',
        'falling steeply',
        'loud',
        'short',
    ]
    with pytest.raises(ValueError):
        value_words([0] * 5)


def test_sentences_of_stretches_and_of_a_clip():
    stretches = [Stretch(0.1, 0.3, (0,) * 6), Stretch(0.5, 0.6, (0,) * 6)]
    scaled = np.array([[0.0] * 6, [0, 0, 0, 3, 0, 0]])
    assert describe_stretches(stretches, scaled) == [
        (0.1, 0.3, 'voice as usual'),
        (0.5, 0.6, 'voice very loud'),
    ]
    text = describe_voice(stretches, scaled)
    assert text == 'the voice is loud on the whole, and very loud at 0.6 s'
    assert describe_voice([], np.zeros((0, 6))) == 'no voice is heard'


@pytest.mark.parametrize('encoding', ['utf-8', 'utf-8-sig', 'utf-16'])
def test_both_text_forms_of_a_text_grid_are_read(tmp_path, encoding):
    path = tmp_path / 'a.TextGrid'
    path.write_text(LONG, encoding)
    assert read_text_grid(path) == {
        'phones': [(0.5, 0.75, 'AH0'), (0.75, 1.5, 'a "b"')]
    }
    path.write_text(SHORT, encoding)
    assert read_text_grid(path) == {'phones': [(0.5, 0.75, 'ə')]}


def test_only_intervals_with_a_text_may_not_overlap(tmp_path):
    path = tmp_path / 'a.TextGrid'
    silent = LONG.replace('xmax = 0.5\n', 'xmax = 0.6\n')
    path.write_text(silent)
    assert [m[0] for m in read_text_grid(path)['phones']] == [0.5, 0.75]
    path.write_text(silent.replace('text = ""\n', 'text = "t"\n'))
    with pytest.raises(InputError, match='before the one above it ends'):
        read_text_grid(path)


def test_vowels_of_arpabet_and_ipa():
    labels = ['AH0', 'IY', 'B', 'ˈaɪ', 'ə', 't', 'TH', 'sil', 'N', 'ER1', 'ˌ']
    marks = [(float(i), i + 1.0, label) for i, label in enumerate(labels)]
    assert [m[2] for m in vowels(marks)] == ['AH0', 'IY', 'ˈaɪ', 'ə', 'ER1']


@pytest.mark.parametrize(
    ('change', 'what'),
    [
        (('ooTextFile', 'other'), 'line 1: this is not a TextGrid'),
        (('"AH0"', '7'), 'line 22: 7.0 is there instead of a text in quotes'),
        (('xmax = 0.75', 'xmax = 0.1'), 'line 22: an interval from 0.5 to 0.1 s'),
        (('"IntervalTier"', '"Tier"'), "not 'Tier'"),
        (('size = 3', 'size = 1e999'), 'line 17: 0.5 is there instead of a text'),
        (('xmax = 0.75', 'xmax = nan'), "'AH0' is there instead of a number"),
        (('size = 3', 'size = 2.5'), 'line 14: 2.5 is there instead of a count'),
        (('points: size = 1', 'points: size = 2'), 'the file ends before a number'),
        (('<exists>', '"yes"'), "line 6: 'yes' is there instead of <exists>"),
    ],
)
def test_what_is_wrong_in_a_text_grid_is_named_with_its_line(tmp_path, change, what):
    path = tmp_path / 'a.TextGrid'
    path.write_text(LONG.replace(*change))
    with pytest.raises(InputError, match='a.TextGrid') as error:
        read_text_grid(path)
    assert what in str(error.value)


def test_files_that_are_no_text(tmp_path):
    (tmp_path / 'a').write_bytes(b'\xc3\x28\x80')
    for name in ('a', 'missing', '.'):
        with pytest.raises(InputError, match='cannot be read as a TextGrid'):
            read_text_grid(tmp_path / name)
