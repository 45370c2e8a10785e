"""Right and wrong moments of drawn films, and the page about them."""

from pathlib import Path

import pytest

from lab.moments.films import are_right, count_stretches
from lab.moments.page import WAYS, Row, write_rows
from tgdfer_mm.apis.search import Moment

TRUTH = dict(
    film=dict(
        tracks=[
            dict(
                start=0.0,
                end=10.0,
                box=[0, 0, 50, 90],
                episodes=[
                    dict(emotion='sad', start=1.0, end=3.0),
                    dict(emotion='fear', start=5.0, end=6.0),
                ],
            ),
            dict(start=0.0, end=10.0, box=[50, 0, 100, 90], episodes=[]),
        ]
    )
)


def moment(query, time, x=20.0):
    box = (x, 10.0, x + 10, 20.0)
    return Moment(query, 1, Path('film.mp4'), 1, time, time, time, box, 0.1, 0.1)


@pytest.mark.parametrize(
    ('moments', 'right'),
    [
        ([moment('sad', 1.0), moment('sad', 3.0)], [True, False]),
        ([moment('sad', 1.0), moment('sad', 2.9)], [True, False]),  # one episode
        ([moment('fear', 2.0), moment('fear', 5.5)], [False, True]),
        ([moment('neutral', 0.5), moment('neutral', 4.0)], [True, True]),
        ([moment('neutral', 4.0), moment('neutral', 4.9)], [True, False]),
        ([moment('sad', 2.0, x=70.0)], [False]),  # of the other person
        ([moment('sad', 11.0)], [False]),
    ],
)
def test_a_moment_is_right_in_an_episode_that_is_not_found_yet(moments, right):
    assert are_right(moments, TRUTH) == right


def test_stretches_are_counted():
    assert count_stretches(TRUTH) == dict(neutral=4, sad=1, fear=1)


def test_the_table_goes_between_its_marks(tmp_path):
    page = tmp_path / 'page.md'
    page.write_text('before\n<!-- films -->\nold\n<!-- end -->\nafter\n')
    row = Row('demo', 1, WAYS[0], dict(sad=9, fear=10), dict(sad=0.5, fear=1.0))
    write_rows(page, [row], dict(sad=3, fear=2), 20)
    text = page.read_text()
    assert text.startswith('before\n') and text.endswith('<!-- end -->\nafter\n')
    assert 'old' not in text
    assert f'| demo | 1 | {WAYS[0].name} | 10 | 9 | 75.0 |' in text
    page.write_text('nothing')
    with pytest.raises(ValueError, match='no place'):
        write_rows(page, [row], dict(sad=3, fear=2), 20)
