"""Rows on the smallest models: that both sides do the same work."""

import copy

import torch

from lab.benchmark import steps
from lab.benchmark.clips import make_tree
from lab.benchmark.data import own_dataset, stock_dataset
from lab.benchmark.pairs import Results, read_results
from lab.benchmark.profile import MARKS, profile_steps
from lab.benchmark.tower import Option, _step_with, tower_rows


def test_the_model_and_its_bare_tower_are_compared_in_both_modes(small, tmp_path):
    results = Results(tmp_path / 'r.json')
    tower_rows(results, small, clips=1, pairs=1, device='cpu', bf16=False)
    rows = read_results(results.path)
    assert {row['name']: row['target'] for row in rows} == {
        'tower/training': 1.06,
        'tower/training beside open_clip': None,
        'tower/inference': 1.02,
        'tower/inference beside open_clip': None,
    }
    assert all(row['settings']['frames'] == 4 for row in rows)


def test_a_step_trains_and_an_option_changes_what_is_kept(small):
    model = steps.build_model(small)
    batch = steps.make_batch(model, 1, 4, 64)
    before = copy.deepcopy(model.state_dict())
    steps.training_step(model, batch, small.optim_wrapper)()
    after = model.state_dict()
    changed = {n.split('.')[0] for n in after if (after[n] != before[n]).any()}
    assert changed == {'backbone', 'neck', 'cls_head', 'text_encoder'}
    plain = _step_with(Option(), small, 1, 'cpu')[1]
    frozen = Option({'model.backbone.frozen_stages': 'all'})
    assert 0 < _step_with(frozen, small, 1, 'cpu')[1] < 0.9 * plain


def test_a_profile_has_all_parts_and_the_operators(small, tmp_path):
    tables = profile_steps(small, 1, 'cpu', False, trace=tmp_path)
    assert [*tables] == ['training', 'inference']
    for name, table in tables.items():
        for mark in MARKS:
            assert sum(line.startswith(mark) for line in table.splitlines()) == 1
        assert 'aten::' in table
        assert MARKS[0] in (tmp_path / f'{name}.json').read_text()


def test_ours_and_the_stock_loader_read_the_same_files(tmp_path):
    root = make_tree(tmp_path / 'clips', clips=2, frames=16)
    ours, stock = own_dataset(root), stock_dataset(root, [])
    assert len(ours) == len(stock) == 2
    for i in range(2):  # 16 frames of 16: nothing is left to chance
        assert torch.equal(ours[i]['inputs'], stock[i]['inputs'])
