"""The study of few clips trains on what it says, and reports what it measured."""

import json
from runpy import run_path

import pytest

from lab.evidence.quiet import hushed
from lab.evidence.train import OtherConfigError
from lab.few.figures import uar_with_interval
from lab.few.page import write_page
from lab.few.study import (
    FIGURES,
    Run,
    choose_people,
    choose_recipe,
    clips_of,
    figure_runs,
    perform,
    read_plan,
    switch_runs,
    tuning_runs,
)
from lab.paths import LAB
from tgdfer_mm.datasets.synth_dfew import SynthDFEWDataset
from tgdfer_mm.protocol.contenders import Contender
from tgdfer_mm.protocol.results import Result

PLAN = read_plan()
SMALL = dict(
    PLAN,
    levels=dict(demo=dict(clips=[1], arms=['text', 'linear'])),
    repeats=1,
    pool=1,
    batch_size=4,
    tuning=dict(levels=['demo'], clips=[2], repeats=1, epochs=[1], factors=[1.0]),
    arms={arm: PLAN['arms'][arm] for arm in ('text', 'linear')},
    zero_shot=['text'],
    switches={'held out': {'few.validate': True}},
)


@pytest.fixture(scope='module', autouse=True)
def _hushed():
    with hushed():  # as the command does: configs are not formatted, seconds a run
        yield


@pytest.fixture(scope='module')
def root(tmp_path_factory):
    return tmp_path_factory.mktemp('few')


@pytest.fixture(scope='module')
def recipe(root):
    return choose_recipe(SMALL, 'text', root)


@pytest.fixture(scope='module')
def data(root, recipe):
    where = root / 'tuning_data/demo'
    own = dict(seed=1, clips_per_class=1)
    return SynthDFEWDataset(str(where), 'train', 2, **own)


def run_of(clips, repeat=1, arm='text', people=FIGURES):
    return Run(arm, 'demo', clips, repeat, people, dict(lr=1e-3, epochs=1))


def test_more_clips_have_all_people_of_fewer_whatever_the_arm(data):
    few, more = (choose_people(data, run_of(n)) for n in (1, 3))
    assert more[:1] == few
    assert len(set(more)) == 3
    assert choose_people(data, run_of(3, arm='linear')) == more
    orders = {tuple(choose_people(data, run_of(4, repeat=r))) for r in range(5)}
    assert len(orders) > 1
    assert set(choose_people(data, run_of(4))) == {0, 2, 3, 4}  # fold 2 tests 1


def test_each_person_brings_one_clip_of_each_class(data):
    people = choose_people(data, run_of(3))
    labels = [data.get_cat_ids(i)[0] for i in clips_of(data, people)]
    assert sorted(labels) == [c for c in range(7) for _ in range(3)]
    many = choose_people(data, run_of(4))
    labels = [data.get_cat_ids(i)[0] for i in clips_of(data, many, uneven=True)]
    assert [labels.count(c) for c in range(7)] == [4, 2, 4, 2, 4, 2, 4]


def side(*rights, clips=20):
    """A model that gets these shares of the clips of two classes right, by repeat."""
    results = []
    for fold, shares in enumerate(rights, 1):
        lines = [
            dict(clip=f'{c}_{i}', label=c, pred=c if i < share * clips else 1 - c)
            for c, share in enumerate(shares)
            for i in range(clips)
        ]
        results.append(Result('', 0, fold, lines, dict(classes=['a', 'b'])))
    return Contender('a', results)


def test_uar_is_the_mean_of_recalls_and_repeats_and_its_interval_holds_it():
    assert uar_with_interval(side((1, 1), (1, 1))) == (100, 100, 100)
    value, low, high = uar_with_interval(side((0.5, 1), (0.5, 0.6), (0.7, 0.3)))
    assert value == pytest.approx(60)
    assert low < value < high
    _, single_low, single_high = uar_with_interval(side((0.6, 0.6)))
    assert 40 < single_low < 60 < single_high < 80
    _, near_low, near_high = uar_with_interval(side((0.6, 0.6), clips=500))
    assert near_high - near_low < (single_high - single_low) / 3


@pytest.mark.slow
def test_the_page_has_what_was_measured_and_a_second_call_trains_nothing(
    root, recipe, monkeypatch
):
    recipes = dict(text=recipe, linear=choose_recipe(SMALL, 'linear', root))
    for run in (
        *switch_runs(SMALL, 'text', recipes['text']),
        *figure_runs(SMALL, recipes),
    ):
        measured = perform(run, SMALL, root)
        monkeypatch.setattr('lab.few.study.on_features', None)  # would train
        assert perform(run, SMALL, root) == measured
        monkeypatch.undo()
    page = root / 'docs/few.md'
    write_page(SMALL, recipes, root, page, 'COMMAND')
    text = page.read_text()
    assert 'COMMAND' in text
    assert 'Synthetic faces only' in text
    assert (root / 'docs/images/few.png').stat().st_size > 10_000
    rows = json.loads((root / 'few_clips.json').read_text())
    assert {(r['arm'], r['clips']) for r in rows} == {
        ('text', 0),
        ('text', 1),
        ('linear', 1),
    }
    for row in rows:
        run = Run(row['arm'], 'demo', row['clips'], 0, FIGURES, recipes[row['arm']])
        measured = perform(run, SMALL, root)['UAR']
        assert row['UAR'][0] == pytest.approx(measured)
        assert f'{measured:.1f} [' in text


def test_a_result_of_another_config_is_refused(root, recipe, monkeypatch):
    monkeypatch.setattr('lab.few.study.on_features', None)  # would train
    (run,) = tuning_runs(SMALL, 'text')
    assert run.recipe == recipe
    perform(run, SMALL, root)
    changed = dict(SMALL, batch_size=2)
    with pytest.raises(OtherConfigError, match='another config'):
        perform(run, changed, root)


def test_every_arm_and_switch_of_the_plan_names_what_there_is():
    assert PLAN['reference'] in PLAN['arms']
    assert set(PLAN['zero_shot']) <= set(PLAN['arms'])
    for facts in PLAN['arms'].values():
        assert (LAB / 'configs' / f'{facts["config"]}.py').is_file()
        assert ('lr' in facts) != ('recipe_of' in facts)
    runs = [*figure_runs(PLAN, {a: dict(lr=1.0, epochs=1) for a in PLAN['arms']})]
    assert len({run.name for run in runs}) == len(runs)
    assert len([run for run in runs if run.clips]) == PLAN['repeats'] * sum(
        len(facts['clips']) * len(facts['arms']) for facts in PLAN['levels'].values()
    )


def test_the_command_refuses_a_study_without_its_other_tower(tmp_path, monkeypatch):
    monkeypatch.setenv('XDG_CACHE_HOME', str(tmp_path / 'nothing'))
    monkeypatch.setattr('sys.argv', ['few_clips.py', '--out', str(tmp_path / 'few')])
    command = run_path(str(LAB / 'tools/few_clips.py'))
    with pytest.raises(SystemExit, match='tgdfer models get fer2013-xception'):
        command['main']()
    assert not (tmp_path / 'few/tuning').exists()
