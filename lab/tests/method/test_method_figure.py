"""The figure of docs/method.md: what it says, and that all of it can be read."""

import itertools

import pytest

from lab.method.figure import GROUNDS, draw_method, load_stages, write_svg
from lab.paths import DOCS

STAGES = load_stages()
TEXTS = [line for box in STAGES['boxes'] for line in box['lines']]
TEXTS += [arrow['shape'] for arrow in STAGES['arrows']]
TEXTS += [STAGES['title'], STAGES['subtitle'], *STAGES['legend']['entries'].values()]
# matplotlib writes each text in a comment, next to its outlines.
COMMENTS = {f'<!-- {text} -->' for text in TEXTS}


@pytest.fixture(scope='module')
def figure():
    drawn = draw_method(STAGES)
    drawn.canvas.draw()
    return drawn


def places(figure):
    """Rectangles of all texts and of all boxes, in pixels."""
    [ax] = figure.axes
    boxes = {
        patch.get_gid(): patch.get_window_extent()
        for patch in ax.patches
        if patch.get_gid()
    }
    return {text: text.get_window_extent() for text in ax.texts}, boxes


def test_the_file_has_every_stage_and_is_the_same_each_time(tmp_path, figure):
    first, again = tmp_path / 'first.svg', tmp_path / 'again.svg'
    write_svg(figure, first)
    text = first.read_text(encoding='utf-8')
    assert {c for c in COMMENTS if c not in text} == set()
    assert all(f'id="stage-{box["id"]}"' in text for box in STAGES['boxes'])
    assert '<dc:date>' not in text
    write_svg(draw_method(STAGES), again)
    assert again.read_bytes() == first.read_bytes()


def test_the_files_in_the_repository_are_of_these_stages():
    text = (DOCS / 'images' / 'method.svg').read_text(encoding='utf-8')
    assert {c for c in COMMENTS if c not in text} == set()
    assert (DOCS / 'images' / 'method.png').stat().st_size < 400_000


def test_no_text_covers_another_or_leaves_the_picture(figure):
    texts, _ = places(figure)
    page = figure.bbox
    for place in texts.values():
        assert page.x0 < place.x0 and place.x1 < page.x1
    for (a, one), (b, other) in itertools.combinations(texts.items(), 2):
        assert not one.overlaps(other), (a.get_text(), b.get_text())


def test_every_line_of_a_box_is_inside_it(figure):
    texts, boxes = places(figure)
    for box in STAGES['boxes']:
        edge = boxes[f'stage-{box["id"]}']
        for text, place in texts.items():
            if text.get_text() in box['lines']:
                assert edge.x0 < place.x0 and place.x1 < edge.x1, text.get_text()
                assert edge.y0 < place.y0 and place.y1 < edge.y1, text.get_text()


def test_no_box_covers_another():
    for one, other in itertools.combinations(STAGES['boxes'], 2):
        (a, b, w, h), (c, d, v, g) = one['at'], other['at']
        apart = a + w < c or c + v < a or b + h < d or d + g < b
        assert apart, (one['id'], other['id'])


def test_arrows_lead_down_into_their_boxes():
    boxes = {box['id']: box['at'] for box in STAGES['boxes']}
    for arrow in STAGES['arrows']:
        left, top, width, _ = boxes[arrow['to']]
        start = arrow['from']
        if start in boxes:
            start = boxes[start][1] + boxes[start][3]
        assert left < arrow['x'] < left + width and start < top, arrow


def test_every_kind_of_box_is_in_the_legend():
    assert STAGES['legend']['entries'].keys() == GROUNDS.keys()
