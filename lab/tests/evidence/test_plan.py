"""Plans: what is refused, what is run, and that the shipped ones are whole."""

import json
import os
from pathlib import Path

import pytest

from lab.evidence.plan import EvidencePlan, Job
from lab.evidence.train import job_config

GOOD = dict(
    conditions={'hard': {'level': 'hard'}},
    groups=[
        dict(title='x', compare='base', conditions=['hard'], configs=['base', 'full'])
    ],
    vlms={},
    perturbations=[],
    repeats=2,
    clips_per_class=2,
    reference='full',
)


def write(folder: Path, **changes) -> Path:
    path = folder / 'plan.json'
    path.write_text(json.dumps({**GOOD, **changes}), encoding='utf-8')
    return path


def test_a_job_that_two_groups_share_runs_once(tmp_path):
    again = dict(title='y', compare='full', conditions=['hard'], configs=['full'])
    plan = EvidencePlan.read(write(tmp_path, groups=[*GOOD['groups'], again]))
    assert [job.name for job in plan.jobs()] == [
        f'hard/{config}/repeat{r}' for config in ('base', 'full') for r in (0, 1)
    ]
    assert Job('full', 'hard', 1) in list(plan.jobs())


@pytest.mark.parametrize(
    'changes, message',
    [
        (dict(repeats=0), "repeats of 'hard'"),
        (dict(folds=[1, 6]), 'from 1 to 5'),
        (dict(groups=[{**GOOD['groups'][0], 'conditions': ['harder']}]), 'harder'),
        (dict(groups=[{**GOOD['groups'][0], 'configs': ['fulll']}]), 'fulll'),
        (dict(groups=[{**GOOD['groups'][0], 'compare': 'tau_001'}]), 'not among'),
        (dict(repeat=3), "is no plan: .*'repeat'"),
    ],
)
def test_a_plan_that_cannot_run_is_refused_by_name(tmp_path, changes, message):
    with pytest.raises(ValueError, match=message):
        EvidencePlan.read(write(tmp_path, **changes))


def test_an_unknown_plan_names_the_shipped_ones():
    with pytest.raises(FileNotFoundError, match='methods, plan'):
        EvidencePlan.read('nothing')


@pytest.mark.parametrize('name', ['plan', 'methods'])
def test_the_shipped_plans_compare_within_their_groups(name):
    plan = EvidencePlan.read(name)
    assert plan.repeats >= 3
    for group in plan.groups:
        assert group['compare'] in group['configs'], group['title']
    assert {job.config for job in plan.jobs()} >= {plan.reference}


def test_reading_a_job_leaves_the_environment_as_it_was(tmp_path, monkeypatch):
    monkeypatch.setenv('TGDFER_FOLD', '4')
    monkeypatch.delenv('TGDFER_LEVEL', raising=False)
    plan = EvidencePlan.read(write(tmp_path))
    cfg = job_config(Job('full', 'hard', 1), plan, tmp_path, {'shipped': 'x'})
    assert cfg.test_dataloader.dataset.fold == 2
    assert os.environ['TGDFER_FOLD'] == '4' and 'TGDFER_LEVEL' not in os.environ


def test_repeats_go_round_the_folds_and_a_condition_may_have_its_own_number(tmp_path):
    conditions = {'hard': {'level': 'hard', 'repeats': 5}, 'easy': {'level': 'easy'}}
    group = {**GOOD['groups'][0], 'conditions': ['hard', 'easy'], 'configs': ['base']}
    plan = EvidencePlan.read(write(tmp_path, conditions=conditions, groups=[group]))
    jobs = [(job.condition, plan.fold(job.repeat)) for job in plan.jobs()]
    expected = [('hard', fold) for fold in (1, 2, 3, 1, 2)]
    assert jobs == [*expected, ('easy', 1), ('easy', 2)]
    cfg = job_config(Job('base', 'hard', 4), plan, tmp_path, {'shipped': 'x'})
    assert cfg.test_dataloader.dataset.fold == 2 and cfg.randomness.seed == 4


def test_a_condition_may_have_a_tower_and_lengths_of_its_own(tmp_path):
    plan = EvidencePlan.read('methods')
    cfg = job_config(Job('full', 'hard_expert', 0), plan, tmp_path, {'shipped': 'x'})
    assert cfg.model.backbone.type == 'MiniXception'
    cfg = job_config(
        Job('full', 'hard_mafw_lengths', 0), plan, tmp_path, {'shipped': 'x'}
    )
    assert cfg.train_dataloader.dataset.lengths == 'mafw'
    assert cfg.train_dataloader.dataset.data_root.endswith('hard_mafw')
