"""Several people in a video are several questions, under each condition."""

import json
import re

import numpy as np
import pytest

from lab.film import Film, FilmSpec
from lab.video_writing import write_video
from projects.vlm.ablation import run
from projects.vlm.conditions import CONDITIONS
from projects.vlm.facts import read_facts
from projects.vlm.overlays import COLOURS
from projects.vlm.tests.fake_model import FakeModel, serving

SPEC = FilmSpec(seed=3, width=128, fps=10, shot=4.0, empty=0.5)


@pytest.fixture(scope='module')
def people(tmp_path_factory):
    """A drawn film whose two people have boxes; each is labelled by its first shot."""
    folder = tmp_path_factory.mktemp('people')
    film, labels = Film(SPEC), {}
    write_video(folder / 'film.mp4', film.frames(), SPEC.fps)
    boxes = {0: [None] * len(film), 1: [None] * len(film)}
    for track in film.truth()['tracks']:
        first, last = (round(track[key] * SPEC.fps) for key in ('start', 'end'))
        boxes[track['person']][first:last] = [track['box']] * (last - first)
        shown = track['episodes'][0]['emotion'] if track['episodes'] else 'neutral'
        labels.setdefault(track['person'], shown)
    row = dict(
        clip='film.mp4',
        people=[dict(id=i + 1, boxes=boxes[i], label=labels[i]) for i in (0, 1)],
    )
    path = folder / 'people.jsonl'
    path.write_text(json.dumps(row) + '\n')
    return path, labels


def test_an_overlay_has_as_many_boxes_as_the_film_has_actors(people):
    facts = read_facts(people[0])['film.mp4']
    film, frame = Film(SPEC), 0
    for length, actors in film.shots:
        picture = np.zeros((1, SPEC.height, SPEC.width, 3), np.uint8)
        (drawn,) = CONDITIONS['box'].show(picture, (frame,), facts)
        found = {tuple(int(v) for v in row) for row in drawn.reshape(-1, 3)}
        assert len(found & {*COLOURS}) == len(actors)
        frame += length


def test_the_conditions_are_one_table_and_odd_ids_are_counted(people, tmp_path, capsys):
    path, labels = people

    def reply(body: dict) -> tuple[str, str]:
        """Right about person 1; omits or mistakes the number of person 2."""
        content = body['messages'][1]['content']
        said = content[-1]['text']
        person = int(re.search(r'Judge person (\d)', said)[1])
        emotion = labels[person - 1]
        if person == 1:
            return json.dumps(dict(person=1, emotion=emotion)), 'stop'
        if 'have the numbers' not in said:
            return json.dumps(dict(emotion=emotion)), 'stop'
        return json.dumps(dict(person=9, emotion=emotion)), 'stop'

    model = FakeModel(reply)
    with serving(model) as address:
        call = ['--people', str(path), '--address', address, '--model', 'm']
        call += ['--own-frames', '--frames', '2', '--out', str(tmp_path)]
        assert run(call) == 0
    results = {
        name: json.loads((tmp_path / name / 'result.json').read_text())
        for name in CONDITIONS
    }
    for name, result in results.items():
        scores = result['scores']
        assert scores['num_clips'] == 2 and scores['WAR'] == pytest.approx(50)
        assert scores['problems']['skipped_id'] == (name in ('plain', 'box'))
        assert scores['problems']['invented_id'] == (name in ('number', 'full'))
    table = (tmp_path / 'conditions.md').read_text()
    assert all(f'| {name} |' in table for name in (*CONDITIONS, 'invented_id'))
    assert '* fold: None' in table and 'other_id' not in table
    lines = (tmp_path / 'plain/predictions.jsonl').read_text().splitlines()
    assert {json.loads(line)['clip'] for line in lines} == {'film.mp4#1', 'film.mp4#2'}


@pytest.mark.parametrize(
    ('label', 'words'),
    [('merry', "has the label 'merry'"), (None, 'nobody in the file')],
)
def test_labels_that_are_no_classes_are_said(label, words, tmp_path, capsys):
    person = dict(id=1, **({} if label is None else dict(label=label)))
    path = tmp_path / 'people.jsonl'
    path.write_text(json.dumps(dict(clip='none.mp4', people=[person])) + '\n')
    call = ['--people', str(path), '--address', 'http://127.0.0.1:9/v1', '--model', 'm']
    assert run([*call, '--own-frames', '--out', str(tmp_path)]) == 2
    assert words in capsys.readouterr().err
