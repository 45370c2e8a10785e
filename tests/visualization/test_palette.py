"""The colours of all pictures, in colour and in grey."""

import itertools
import re

import pytest

from tgdfer_mm.visualization import palette
from tgdfer_mm.visualization.palette import (
    EMOTIONS,
    LINES,
    contrast,
    ink_on,
    lightness,
    luminance,
)

BASIC = ('happy', 'sad', 'neutral', 'angry', 'surprise', 'disgust', 'fear')
COLOURS = {
    name: value
    for name, value in vars(palette).items()
    if isinstance(value, str) and re.fullmatch('#[0-9A-F]{6}', value)
}


def test_lightness_goes_from_black_to_white_and_rises_with_the_light():
    greys = [f'#{level:02X}{level:02X}{level:02X}' for level in range(256)]
    values = [lightness(grey) for grey in greys]
    assert values[0] == 0 and values[-1] == pytest.approx(100)
    assert values == sorted(values) and len(set(values)) == 256
    assert lightness('#777777') == pytest.approx(50, abs=0.5)  # the middle grey


def test_contrast_is_that_of_wcag():
    assert contrast('#000000', '#FFFFFF') == pytest.approx(21)
    assert contrast('#777777', '#FFFFFF') == pytest.approx(4.48, abs=0.01)
    assert contrast('#777777', '#777777') == 1
    assert luminance('#FFFFFF') == pytest.approx(1)


def test_basic_emotions_are_steps_of_grey_and_all_differ():
    levels = sorted(lightness(EMOTIONS[name]) for name in BASIC)
    steps = [high - low for low, high in itertools.pairwise(levels)]
    assert min(steps) >= 7
    levels = sorted(map(lightness, EMOTIONS.values()))
    assert min(high - low for low, high in itertools.pairwise(levels)) >= 3


@pytest.mark.parametrize('name', EMOTIONS)
def test_a_name_can_be_read_on_the_colour_of_its_emotion(name):
    ink = dict(black='#000000', white='#FFFFFF')[ink_on(EMOTIONS[name])]
    assert contrast(ink, EMOTIONS[name]) >= 4.5


@pytest.mark.parametrize('name', ['BLUE', 'VERMILION', 'GREEN', 'GREY', 'INK', 'FAINT'])
def test_what_is_drawn_on_paper_stands_out_from_it(name):
    least = 4.5 if name in ('INK', 'FAINT') else 3  # words; lines and marks
    assert contrast(COLOURS[name], palette.PAPER) >= least


@pytest.mark.parametrize('name', ['SKY', 'AMBER', 'SHADE', 'NEUTRAL'])
def test_dark_words_can_be_read_on_light_grounds(name):
    assert contrast(COLOURS[name], palette.INK) >= 7


def test_lines_are_told_apart_without_colour():
    assert len({line['marker'] for line in LINES}) == len(LINES)
    looks = {(line['color'], line['linestyle']) for line in LINES}
    assert len(looks) == len(LINES)
