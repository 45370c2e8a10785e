"""The verdict of a model of drawn faces is not emphasised: the reason comes first."""

import io
import re

import numpy as np
import pytest

from tgdfer_mm.apis.result_table import print_result
from tgdfer_mm.terminal import Terminal
from tgdfer_mm.visualization.video import NARROW, WIDE, draw_timeline, render_report
from tgdfer_mm.visualization.video.colors import class_colors
from tgdfer_mm.visualization.video.marks import UNSURE
from tgdfer_mm.visualization.video.marks import _faces as marks_of
from tgdfer_mm.visualization.video.words import model_note

REASON = 'The model demo knows only drawn faces.'


@pytest.fixture
def results(made):
    """The same result of a model of drawn faces, and of one of real ones."""
    track = made.track()
    return {d: made.result(track, domain=d) for d in ('drawn', 'real')}, track


def grey(color):
    """Whether a colour has no hue."""
    return len({color[i : i + 2] for i in (1, 3, 5)}) == 1


@pytest.mark.parametrize('width', [WIDE, NARROW])
def test_on_the_timeline(results, width):
    found, track = results
    verdict = f'{track["label"]} {track["score"]:.2f}'
    for domain, sure in (('drawn', False), ('real', True)):
        figure = draw_timeline(found[domain], track, width=width)
        [said] = [t for t in figure.texts if t.get_text() == verdict]
        assert (said.get_fontweight() == 'bold') == sure
        bold = [t for ax in figure.axes for t in [*ax.texts, *ax.get_yticklabels()]]
        if not sure:
            assert grey(said.get_color())
            assert all(t.get_fontweight() != 'bold' for t in bold)
        above = [
            t for t in figure.texts if t.get_position()[1] > said.get_position()[1]
        ]
        assert (' '.join(t.get_text() for t in above) == REASON) == (not sure)


def test_nothing_of_the_reason_is_cut_off(results):
    found, track = results
    figure = draw_timeline(found['drawn'], track, width=NARROW)
    figure.draw_without_rendering()
    whole = figure.bbox
    for text in figure.texts:
        box = text.get_window_extent()
        assert box.x1 <= whole.x1 and box.y1 <= whole.y1, text.get_text()


def test_on_the_page_of_a_track(results):
    found, track = results
    face = {15: np.zeros((8, 8, 3), np.uint8)}
    pages = {d: render_report(r, track, b'', b'', face) for d, r in found.items()}
    places = {
        d: (p.index('class="note"'), p.index('class="lead"')) for d, p in pages.items()
    }
    assert places['drawn'][0] < places['drawn'][1]
    assert places['real'][0] > places['real'][1]
    title = {d: re.search('<title>(.*)</title>', p)[1] for d, p in pages.items()}
    assert title == {
        'drawn': 'Track 1 of film.mp4',
        'real': 'Track 1 of film.mp4: happy',
    }
    assert '<body class="unsure">' in pages['drawn'] and '<body>' in pages['real']


def test_on_the_frames(results):
    found, track = results
    classes = found['real']['model']['classes']
    colors = {
        domain: {color for *_, color, text in marks_of(result, track) if ' ' in text}
        for domain, result in found.items()
    }
    assert colors['real'] and colors['real'] <= set(class_colors(classes))
    assert colors['drawn'] == {UNSURE} and grey(UNSURE)


def test_in_the_table(results):
    found, _ = results
    shown = {}
    for domain, result in found.items():
        file = io.StringIO()
        console = Terminal(
            file=file, width=100, force_terminal=True, color_system='256'
        )
        print_result(dict(result, warnings=[REASON]), console)
        shown[domain] = file.getvalue()
    assert shown['drawn'].index('only drawn') < shown['drawn'].index('happy')
    assert shown['real'].index('only drawn') > shown['real'].index('happy')
    [row] = [line for line in shown['drawn'].splitlines() if '0.90' in line]
    assert '\x1b[90m' in row and '\x1b[1m' not in row


def test_the_note_is_a_whole_sentence_also_of_an_old_result():
    new = dict(name='x', note='The model x is weak. It was trained on y.')
    assert model_note(new) == new['note']
    old = dict(name='x', note='knows only drawn faces')
    assert model_note(old) == 'The model x knows only drawn faces.'
    assert model_note(dict(name='x', note=None)) == 'Model: x.'


def test_an_emotion_has_one_colour_whatever_the_model_calls_it():
    dfew = ['happy', 'sad', 'neutral', 'angry', 'surprise', 'disgust', 'fear']
    other = ['Surprise', 'Anger', 'Happiness', 'contempt', 'Neutral']
    a = dict(zip(dfew, class_colors(dfew), strict=True))
    b = dict(zip(other, class_colors(other), strict=True))
    assert a['happy'] == b['Happiness'] and a['angry'] == b['Anger']
    assert a['surprise'] == b['Surprise'] and a['neutral'] == b['Neutral']
    assert b['contempt'] not in a.values()


def test_names_that_are_unknown_have_colours_that_no_other_class_has():
    names = ['happy', 'awe', 'pride', 'neutral']
    colors = class_colors(names)
    assert len(set(colors)) == len(names)
    assert class_colors(names[::-1]) == colors[::-1]
