"""The experiment trains the arms of its plan, and its tables show its results."""

import json

import numpy as np
import pytest
import torch
from mmengine.registry import DefaultScope

from lab.evidence.quiet import hushed
from lab.evidence.train import OtherConfigError
from projects.dcin.experiment import (
    FIGURES,
    arm_config,
    measure,
    perform,
    read_plan,
)
from projects.dcin.page import result_lines, write_tables
from tgdfer_mm.registry import MODELS

PLAN = read_plan()
TEMPORAL = 'cls_head.temporal.'


def made_up(seed=0):
    rng = np.random.default_rng(seed)
    names = [*PLAN['arms'], *PLAN['baselines']]
    return {
        name: [dict.fromkeys(FIGURES, rng.random()) for _ in range(6)] for name in names
    }


@pytest.fixture(scope='module')
def configs(tmp_path_factory):
    root = tmp_path_factory.mktemp('dcin')
    return {arm: arm_config(arm, 2, PLAN, root) for arm in PLAN['arms']}


def test_arms_differ_by_what_they_are_named_for(configs):
    temporal = {arm: cfg.model.cls_head.temporal.type for arm, cfg in configs.items()}
    assert temporal.pop('untrained') == temporal.pop('identity') == 'identity'
    assert set(temporal.values()) == {'dcin'}
    consensus = [arm for arm, cfg in configs.items() if 'consensus' in cfg.model]
    assert consensus == ['consensus', 'shuffled']
    lists = {arm: cfg.train_dataloader.dataset.ann_file for arm, cfg in configs.items()}
    assert lists.pop('shuffled') == 'train_2_shuffled.json'
    assert set(lists.values()) == {'train_2.json'}
    for cfg in configs.values():
        assert cfg.test_dataloader.dataset.ann_file == 'test_2.json'
        assert cfg.randomness.seed == 2


def test_training_starts_as_without_a_temporal_network(configs):
    with DefaultScope.overwrite_default_scope('mmaction'):
        models = {
            arm: MODELS.build(configs[arm].model) for arm in ('identity', 'consensus')
        }
    plain = models['identity'].state_dict()
    models['consensus'].load_state_dict(plain, strict=False)
    pictures = torch.randn(1, 3, 3, 64, 64)
    outputs = []
    for model in models.values():
        model.eval()
        with torch.no_grad():
            output, _ = model.extract_feat(pictures, stage='head')
        outputs.append(output.instance)
    assert torch.equal(*outputs)
    added = [name for name in models['consensus'].state_dict() if name not in plain]
    assert added and all(name.startswith(TEMPORAL) for name in added)


def test_a_training_of_another_config_is_not_taken(tmp_path):
    path = tmp_path / 'dcin/fold1/result.json'
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(dict(film={}, config_sha256='old')))
    with pytest.raises(OtherConfigError, match='with another config'):
        perform('dcin', 1, PLAN, tmp_path)


@pytest.mark.slow
def test_the_whole_experiment_runs_and_a_second_call_trains_nothing(tmp_path):
    plan = dict(PLAN, films=4, repeats=2, changes={'train_cfg.max_epochs': 1})
    said = []
    with hushed():
        first = measure(tmp_path, plan, report=said.append)
        stamps = [p.stat().st_mtime_ns for p in sorted(tmp_path.rglob('result.json'))]
        again = measure(tmp_path, plan, report=said.append)
    assert first == again and len(said) == 2 * len(stamps) == 20
    after = [p.stat().st_mtime_ns for p in sorted(tmp_path.rglob('result.json'))]
    assert after == stamps
    assert {len(repeats) for repeats in first.values()} == {2}
    assert result_lines(first, plan)


def test_tables_have_all_arms_and_pairs():
    lines = result_lines(made_up(), PLAN)
    assert all(any(f'| `{arm}` |' in line for line in lines) for arm in PLAN['arms'])
    assert sum(' minus ' in line for line in lines) == 2 * len(PLAN['pairs'])


def test_a_difference_counts_by_its_interval_and_only_then():
    results = made_up()
    base = results['identity']
    results['dcin'] = [{k: v + 0.1 + i / 1000 for k, v in r.items()}
                       for i, r in enumerate(base)]  # fmt: skip
    line = next(x for x in result_lines(results, PLAN) if 'dcin` minus `identity' in x)
    assert '+10.2 [+10.1, +10.4]' in line and line.endswith('| more |')
    results['dcin'] = base
    line = next(x for x in result_lines(results, PLAN) if 'dcin` minus `identity' in x)
    assert line.endswith('| noise |')


def test_the_tables_go_between_the_marks_of_a_page(tmp_path):
    page = tmp_path / 'page.md'
    page.write_text('before\n<!-- dcin -->\nold\n<!-- end -->\nafter\n')
    write_tables(page, made_up(), PLAN)
    text = page.read_text()
    assert text.startswith('before\n<!-- dcin -->\n| ') and 'old' not in text
    assert text.endswith('<!-- end -->\nafter\n')
    page.write_text('nothing')
    with pytest.raises(ValueError, match='has no place between'):
        write_tables(page, made_up(), PLAN)
