"""The study of voices continues where it stopped, and its tables say what it found."""

import numpy as np
import pytest

from lab.evidence.train import OtherConfigError
from lab.voice import study
from lab.voice.page import _PAIRS, result_lines, write_tables
from lab.voice.study import GIVEN, KINDS, draw_plans, hear, load_plan, measure
from tgdfer_mm.synth.clips import EMOTIONS

ARMS = ['face', *(f'{name} {kind}' for name in GIVEN for kind in KINDS)]
SMALL = dict(load_plan(), people=dict(train=9, test=6), frames=1)


def made_up():
    rng = np.random.default_rng(0)
    return [{arm: 100 * rng.random() for arm in ARMS} for _ in range(6)]


def test_people_show_every_emotion_and_speak():
    clips = draw_plans('hard', 0, 6)
    assert sorted({c.person for _, c in clips}) == [*range(6)]
    assert [c.label for _, c in clips[:7]] == list(EMOTIONS)
    own = hear(clips[:7], 0, 'true')
    assert len(own) == 7 and own[0].person == str(clips[0][1].person)


def test_a_study_goes_on_where_it_stopped(tmp_path, monkeypatch):
    results, said = made_up(), []
    monkeypatch.setattr(study, 'perform', lambda plan, repeat: results[repeat])
    assert measure(tmp_path, 2, said.append, SMALL) == results[:2] and len(said) == 2
    assert measure(tmp_path, 3, said.append, SMALL) == results[:3] and len(said) == 3
    with pytest.raises(OtherConfigError, match='repeat0.json'):
        measure(tmp_path, 1, said.append, SMALL | dict(seed=1))


@pytest.mark.slow
def test_the_true_sound_tells_and_no_other_does(monkeypatch):
    def no_faces(recognizer, clips, frames):
        return np.random.default_rng(0).normal(size=(len(clips), 4))

    monkeypatch.setattr(study, 'read_faces', no_faces)
    found = study.perform(SMALL, 0)
    assert sorted(found) == sorted(ARMS)
    for name in GIVEN:
        assert found[f'{name} true'] > 30  # chance is 14
        assert max(found[f'{name} {k}'] for k in KINDS[1:]) < found[f'{name} true']


@pytest.mark.slow
def test_the_tower_reads_faces():
    clips = [clip for _, clip in draw_plans('easy', 0, 5)]
    face = study.read_faces(SMALL['recognizer'], clips, 8)
    label = [EMOTIONS.index(clip.label) for clip in clips]
    assert face.shape == (35, 128 + 7)
    assert (face[:, 128:].argmax(1) == label).mean() > 0.5


def test_tables_stand_between_the_marks_of_a_page(tmp_path):
    results, page = made_up(), tmp_path / 'page.md'
    page.write_text('before\n<!-- vowelprompt -->\nold\n<!-- end -->\nafter\n')
    write_tables(page, results)
    text = page.read_text()
    assert 'old' not in text and text.startswith('before') and text.endswith('after\n')
    mean = np.mean([r['words other'] for r in results])
    assert f'| {mean:.1f} ±' in text
    page.write_text('no place')
    with pytest.raises(ValueError, match='no place between'):
        write_tables(page, results)


def test_a_difference_is_that_of_the_pairs():
    results = made_up()
    for each in results:
        each['face_words true'] = each['face'] + 2
    lines = result_lines(results)
    [line] = [
        v
        for v in lines
        if v.startswith('| face and words (the true sound) minus face |')
    ]
    assert '+2.0 [+2.0, +2.0]' in line
    assert len([v for v in lines if ' minus ' in v]) == len(_PAIRS)
