"""Drawings and words under each of SoVTP's conditions."""

import json

import numpy as np
import pytest

from projects.vlm.clips import Shown
from projects.vlm.conditions import CONDITIONS
from projects.vlm.errors import AskingError
from projects.vlm.facts import Facts, Person, read_facts
from projects.vlm.overlays import COLOURS, draw_overlay
from projects.vlm.prompts import FOLDER, prompt_for, read_prompt
from projects.vlm.questions import Asked

TWO = Facts(
    (
        Person(1, ((4, 4, 40, 60), None), (((20, 30),), None), ('AU12 strong',)),
        Person(2, ((60, 4, 96, 60), (60, 4, 96, 60)), movements=('AU4 weak',)),
    ),
    'a kitchen',
)
BLACK = np.zeros((2, 96, 128, 3), np.uint8)


def colours(picture: np.ndarray) -> set[tuple]:
    return {tuple(int(v) for v in row) for row in picture.reshape(-1, 3)}


def dialogue(condition: str, person: int | None = 2, chain: bool = False):
    asked = Asked(
        read_prompt('dfew'),
        ('happy', 'sad'),
        CONDITIONS[condition],
        chain,
        settings=dict(model='m'),
        facts=dict(a=TWO),
    )
    return asked.dialogue('a', Shown(BLACK, (0, 1)), person)


def test_there_are_as_many_boxes_as_people_who_are_seen():
    first, second = CONDITIONS['box'].show(BLACK, (0, 1), TWO)
    assert {*COLOURS[:2]} <= colours(first)
    assert COLOURS[1] in colours(second) and COLOURS[0] not in colours(second)
    assert BLACK.max() == 0  # the frames themselves stay as they are


def test_plain_draws_nothing_and_each_condition_draws_more():
    drawn = [
        np.count_nonzero(CONDITIONS[name].show(BLACK, (0, 1), TWO)[0].any(-1))
        for name in ('plain', 'box', 'number', 'full')
    ]
    assert drawn[0] == 0 and drawn == sorted(set(drawn))


@pytest.mark.parametrize('box', [(90, 70, 10, 10), (-50, -50, 900, 900), (5, 5, 5, 5)])
def test_a_box_may_lie_anywhere(box):
    picture = draw_overlay(BLACK[0], (Person(7, (box,)),), 0, numbers=True)
    assert picture.shape == BLACK[0].shape
    assert draw_overlay(BLACK[0], (Person(7, (box,)),), 5).max() == 0


def test_what_is_told():
    texts = {
        name: dialogue(name).opening[1]['content'][-1]['text'] for name in CONDITIONS
    }
    assert 'person 2' in texts['plain'] and 'numbers 1, 2' not in texts['box']
    assert 'numbers 1, 2' in texts['number'] and 'AU4' not in texts['number']
    assert 'AU4 weak' in texts['full'] and 'a kitchen' in texts['full']
    assert 'AU12' not in texts['full']  # landmarks of the other person


def test_a_chain_tells_once_and_asks_last():
    asked = dialogue('full', chain=True)
    assert len(asked.further) == 4
    assert 'AU4 weak' in asked.opening[1]['content'][-1]['text']
    assert not any('AU4' in text for text in asked.further)
    assert 'happy, sad' in asked.further[-1] and 'person 2' in asked.further[1]


def test_every_prompt_file_is_whole_and_of_one_data_set():
    names = [
        read_prompt(path, path.stem == 'open').about.get('data_set')
        for path in FOLDER.glob('*.json')
    ]
    named = [name for name in names if name is not None]
    assert len(named) == len({*named}) == len(names) - 2  # `any` and `open`
    assert prompt_for('SynthDFER (DFEW layout)') == 'synthdfer'
    assert (prompt_for('DFEW'), prompt_for('own clips')) == ('dfew', 'any')


@pytest.mark.parametrize(
    ('change', 'words'),
    [
        (dict(question='Which emotion?'), 'needs {classes}'),
        (dict(version='1'), "'version' has another form"),
        (dict(synonyms=['a']), "'synonyms' has another form"),
        (dict(system=None), "'system' has another form"),
    ],
)
def test_a_prompt_file_that_is_wrong_is_told_where(change, words, tmp_path):
    good = json.loads((FOLDER / 'any.json').read_text())
    path = tmp_path / 'mine.json'
    path.write_text(json.dumps({**good, **change}))
    with pytest.raises(AskingError, match=words) as caught:
        read_prompt(path)
    assert 'mine.json' in str(caught.value)


@pytest.mark.parametrize(
    'line',
    [
        *('', '[]', '{"clip": "a"}', '{"clip": 1, "people": []}', '{"clip": "a"'),
        '{"clip": "a", "people": [{"id": "1"}]}',
        '{"clip": "a", "people": [{"id": 1}, {"id": 1}]}',
        '{"clip": "a", "people": [{"id": 1, "boxes": [[1, 2, 3]]}]}',
        '{"clip": "a", "people": [{"id": 1, "boxes": [[1, 2, 3, 1e99]]}]}',
        '{"clip": "a", "people": [{"id": 1, "boxes": [[1, 2, 3, NaN]]}]}',
        '{"clip": "a", "people": [{"id": 1, "boxes": 5}]}',
        '{"clip": "a", "people": [{"id": 1, "landmarks": [[null]]}]}',
        '{"clip": "a", "people": [{"id": 1, "movements": [1]}]}',
        '{"clip": "b", "people": []}',
    ],
)
def test_a_line_that_is_no_fact_is_named(line, tmp_path):
    path = tmp_path / 'facts.jsonl'
    path.write_text('{"clip": "b", "people": []}\n' + line + '\n')
    with pytest.raises(AskingError, match='facts.jsonl, line 2'):
        read_facts(path)
