"""The page that compares methods, from two trainings on a handful of clips."""

import json

import pytest

from lab.evidence.comparison import write_comparison
from lab.evidence.pages import PAGES
from lab.evidence.plan import EvidencePlan
from lab.evidence.train import run_job

VLMS = {'other': 'tgdfer_mm://synth_vlm.safetensors'}


@pytest.fixture(scope='module')
def written(tmp_path_factory):
    """The page, and the rows next to it."""
    root = tmp_path_factory.mktemp('methods')
    group = dict(
        title='Two methods',
        compare='full',
        conditions=['dynamics'],
        configs=['full', 'm3dfel'],
    )
    plan = EvidencePlan(
        conditions={'dynamics': {'level': 'dynamics', 'vlm': 'other'}},
        groups=[group],
        vlms={'other': {'steps': 1}},
        perturbations=['shuffled'],
        repeats=2,
        clips_per_class=1,
        reference='full',
        overrides={'train_cfg.max_epochs': 1, 'param_scheduler': []},
        page='methods',
        names={'full': 'TG-DFER'},
    )
    results = [run_job(job, plan, root, VLMS) for job in plan.jobs()]
    page = root / 'docs/comparison.md'
    write_comparison(plan, root, results, page, 'python lab/tools/evidence.py')
    return page.read_text(), json.loads(page.with_suffix('.json').read_text())


def test_every_method_is_judged_by_the_same_numbers(written):
    _, content = written
    ours, other = content['rows']
    assert (ours['name'], other['name']) == ('TG-DFER', 'm3dfel')
    assert ours['against'] is None and len(other['against']['interval']) == 2
    for row in content['rows']:
        assert row['tower'] == 'shared, frozen' and row['trained'] > 1000
        for number in ('UAR', 'WAR'):
            assert 0 <= row[number][0] <= 100
        for number in ('relevance', 'frames'):
            assert 0 <= row[number][0] <= 1


def test_the_page_has_no_sections_of_the_ablations(written):
    page, _ = written
    assert '`m3dfel`' in page and 'against TG-DFER' in page
    assert 'use the order of the frames' in page
    for foreign in (
        'Shortcuts',
        'Zero-shot',
        'inert',
        'How much training changed each part',
    ):
        assert foreign not in page


def test_the_shipped_plan_of_methods_is_written_so():
    plan = EvidencePlan.read('methods')
    assert PAGES[plan.page] is write_comparison
    assert plan.groups[0]['compare'] == plan.reference == 'full'
    configs = {job.config for job in plan.jobs()}
    assert configs == set(plan.names)
    baselines = plan.config_file('vadclip').parent.glob('*.py')
    assert configs >= {path.stem for path in baselines}


def test_the_page_has_the_costs_of_every_method(written):
    page, _ = written
    costs = page.split('## Costs')[1]
    for name in ('TG-DFER', '`m3dfel`'):
        row = next(line for line in costs.splitlines() if line.startswith(f'| {name} '))
        trained, after, tower, batch, step = map(float, row.split('|')[2:7])
        assert trained > 1 and tower > after > 0.1 and batch >= 1 and step >= 1
