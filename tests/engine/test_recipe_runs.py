"""Whatever starts a run, its recipe is applied; a run says by which one it was made."""

import importlib.util
import json
from pathlib import Path

import pytest
from mmengine.runner import Runner
from test_exact_checkpoint_hook import assert_same, assert_same_training, load

from tgdfer_mm.engine.checkpoint_contract_hook import compare_recipes

MMACTION = Path(importlib.util.find_spec('mmaction').submodule_search_locations[0])
STOCK = MMACTION / '.mim/tools/train.py'
SHORT = ('--cfg-options', 'train_cfg.max_epochs=2', 'randomness.seed=3')


@pytest.fixture(scope='module')
def ours(processes, tmp_path_factory):
    """Work folder of two epochs of fold 2, by our own tool."""
    root = tmp_path_factory.mktemp('ours')
    assert processes.run('train.py', '--work-dir', root, '--fold', 2, *SHORT) == 0
    return root / 'fold2'


def test_the_stock_tool_trains_the_same(processes, ours, tmp_path):
    args = ('--work-dir', tmp_path, *SHORT, 'recipe.fold=2')
    assert processes.run(STOCK, *args) == 0
    assert_same_training(ours / 'epoch_2.pth', tmp_path / 'fold2/epoch_2.pth')


def test_the_config_in_the_work_folder_trains_the_same(processes, ours, tmp_path):
    config = ours / 'standin_config.py'
    assert processes.run('train.py', '--work-dir', tmp_path, config=config) == 0
    assert_same_training(ours / 'epoch_2.pth', tmp_path / 'fold2/epoch_2.pth')


def test_the_checkpoint_says_by_which_recipe_it_was_made(ours):
    assert load(ours / 'epoch_2.pth')['meta']['recipe'] == dict(
        fold=2, precision='auto'
    )


def test_another_recipe_does_not_go_on_unless_allowed(processes, ours, tmp_path):
    start = ('--resume', str(ours / 'epoch_1.pth'), '--fold', 2)
    other = (*SHORT, 'recipe.precision=fp32')
    args = (*start, '--work-dir', tmp_path)
    assert processes.run('train.py', *args, *other) != 0
    assert not (tmp_path / 'fold2/epoch_2.pth').exists()
    allowed = ('--allow-mismatch', 'recipe')
    assert processes.run('train.py', *args, *allowed, *other) == 0
    same = ('state_dict', 'optimizer')
    ends = [load(f / 'epoch_2.pth') for f in (ours, tmp_path / 'fold2')]
    for key in same:  # auto is fp32 on a CPU
        assert_same(*(end[key] for end in ends), key)


def test_what_differs_is_named_and_tests_may_differ():
    theirs = dict(selection='val', pack='a.pack', on='mafw')
    ((kind, text),) = compare_recipes(theirs, dict(selection='last', pack='a.pack'))
    assert kind == 'recipe'
    assert "recipe.selection was 'val' and is 'last'" in text and 'pack' not in text
    assert compare_recipes(theirs, dict(theirs, perturb_time='frozen')) == []
    assert compare_recipes(None, theirs) == []  # of version 0.1


def test_a_runner_that_applies_no_recipe_is_refused_if_there_is_one(standin_config):
    standin_config.recipe = dict(fold=2)
    standin_config.default_hooks.recipe = dict(type='RecipeHook')
    runner = Runner.from_cfg(standin_config)
    with pytest.raises(ValueError, match=r'on fold 2.*RUNNERS\.build\(cfg\)'):
        runner.train()


def test_a_runner_that_applies_no_recipe_is_fine_if_nothing_changes(standin_config):
    standin_config.default_hooks.recipe = dict(type='RecipeHook')
    Runner.from_cfg(standin_config).train()


def test_the_recipe_stands_next_to_the_results(standin_config, build_runner, tmp_path):
    cfg = standin_config
    cfg.test_dataloader.dataset.subset = 'test'
    cfg.train_dataloader.dataset.subset = 'train'
    cfg.val_cfg = cfg.val_dataloader = cfg.val_evaluator = None
    cfg.test_evaluator = dict(type='DFERMetric')
    cfg.custom_hooks = []
    cfg.recipe = dict(precision='fp32', selection='last', pack=str(tmp_path / 'a.pack'))
    cfg.train_dataloader.dataset.media_dir = None  # the stand-in reads no files
    build_runner(cfg).train()
    said = dict(precision='fp32', selection='last', pack='a.pack')
    folder = Path(cfg.work_dir)
    assert json.loads((folder / 'selection.json').read_text())['recipe'] == said
    assert json.loads((folder / 'predictions.meta.json').read_text())['recipe'] == said
