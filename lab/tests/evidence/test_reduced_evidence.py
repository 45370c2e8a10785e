"""The experiment on few clips: does the full model at least not lose to its base?"""

import json
import shutil
from dataclasses import replace

import pytest

from lab.evidence.baselines import measure_baselines
from lab.evidence.plan import EvidencePlan
from lab.evidence.report import write_report
from lab.evidence.tables import group_table, sensitivity_table, spread_of
from lab.evidence.train import RESULT, OtherConfigError, finished_result, run_job

VLMS = {'shipped': 'tgdfer_mm://synth_vlm.safetensors'}


@pytest.fixture(scope='module')
def experiment(tmp_path_factory):
    """A plan of four short trainings, the folder they ran in and their results."""
    return run(tmp_path_factory.mktemp('evidence'), epochs=1, clips=1)


@pytest.fixture(scope='module')
def long_experiment(tmp_path_factory):
    """The same until something has been learned."""
    return run(tmp_path_factory.mktemp('long_evidence'), epochs=20, clips=3)


def run(root, epochs, clips):
    plan = EvidencePlan(
        conditions={'hard': {'level': 'hard'}},
        groups=[
            dict(
                title='Reduced',
                compare='base',
                conditions=['hard'],
                configs=['base', 'full'],
            )
        ],
        vlms={},
        perturbations=['shuffled'],
        repeats=2,
        clips_per_class=clips,
        reference='full',
        overrides={'train_cfg.max_epochs': epochs},
    )
    results = [run_job(job, plan, root, VLMS) for job in plan.jobs()]
    return plan, root, results


@pytest.mark.slow
def test_the_full_model_does_not_lose_to_its_base(long_experiment):
    plan, root, _ = long_experiment
    base, full = group_table(plan.groups[0], plan, root)
    assert base['against'] is None
    assert full['against']['interval'][1] >= 0, full['against']


@pytest.mark.slow
def test_the_full_model_finds_the_expressive_frames(long_experiment):
    plan, root, _ = long_experiment
    mean, _ = spread_of('full', 'hard', plan, root, 'relevance/AUROC')
    baseline = measure_baselines(plan, root, VLMS)['frames']['hard']
    assert {n['AUROC'] for n in baseline['uniform']} == {0.5}
    assert mean > 0.75
    assert mean > max(n['AUROC'] for n in baseline['frame_difference'])


def test_what_is_finished_is_not_trained_again(experiment):
    plan, root, results = experiment
    files = [root / 'jobs' / job.name / RESULT for job in plan.jobs()]
    before = [file.stat().st_mtime_ns for file in files]
    assert [run_job(job, plan, root, VLMS) for job in plan.jobs()] == results
    assert [file.stat().st_mtime_ns for file in files] == before


def test_what_was_finished_with_another_config_is_refused_by_name(experiment, tmp_path):
    plan, root, _ = experiment
    job = next(plan.jobs())
    shutil.copytree(root / 'jobs' / job.name, tmp_path / 'jobs' / job.name)
    assert finished_result(job, plan, tmp_path, VLMS)['config'] == job.config
    other = replace(plan, overrides={'train_cfg.max_epochs': 31})
    with pytest.raises(OtherConfigError, match=f'{job.name}.* as it is now'):
        finished_result(job, other, tmp_path, VLMS)


def test_repeats_differ_in_people_and_the_perturbed_test_is_another(experiment):
    plan, root, _ = experiment
    clips = []
    for repeat in range(plan.repeats):
        path = root / f'jobs/hard/full/repeat{repeat}/predictions.jsonl'
        lines = path.read_text(encoding='utf-8').splitlines()
        clips.append({json.loads(line)['clip'] for line in lines})
    assert len(clips[0]) == len(clips[1]) == 7
    assert not clips[0] & clips[1]
    (row,) = sensitivity_table(['full'], 'hard', plan, root)
    assert set(row) == {'config', 'plain', 'shuffled'}


def test_the_page_says_what_was_measured(experiment, tmp_path):
    plan, root, results = experiment
    baselines = measure_baselines(plan, root, VLMS)
    page = tmp_path / 'docs' / 'evidence.md'
    write_report(plan, root, results, baselines, ['## Costs'], page, 'python x.py')
    text = page.read_text(encoding='utf-8')
    base, full = group_table(plan.groups[0], plan, root)
    for row in (base, full):
        assert (
            f'| `{row["config"]}` | {row["UAR"][0]:.1f} ± {row["UAR"][1]:.1f}' in text
        )
    for heading in (
        'Shortcuts',
        'Which frames matter',
        'How much training changed each part',
        'Costs',
    ):
        assert f'## {heading}' in text
    assert (page.parent / 'images' / 'evidence.png').stat().st_size > 5000
