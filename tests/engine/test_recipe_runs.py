"""Every way to start a run applies its recipe, and the run stores its recipe."""

import importlib.util
import json
from pathlib import Path
from types import SimpleNamespace

import pytest
from mmengine.runner import Runner
from test_exact_checkpoint_hook import assert_same, assert_same_training, load

from tgdfer_mm.recipe import RecipeHook
from tgdfer_mm.recipe.hook import differences

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


def test_another_recipe_does_not_go_on_unless_allowed(processes, ours, tmp_path, capfd):
    start = ('--resume', str(ours / 'epoch_1.pth'), '--fold', 2)
    other = (*SHORT, 'recipe.precision=fp32')
    args = (*start, '--work-dir', tmp_path)
    assert processes.run('train.py', *args, *other) != 0
    assert not (tmp_path / 'fold2/epoch_2.pth').exists()
    allowed = ('--allow-mismatch', 'recipe')
    assert processes.run('train.py', *args, *allowed, *other) == 0
    ends = [load(f / 'epoch_2.pth') for f in (ours, tmp_path / 'fold2')]
    for key in ('state_dict', 'optimizer'):  # auto is fp32 on a CPU
        assert_same(*(end[key] for end in ends), key)


def test_the_refusal_names_what_differs_and_the_way_out():
    runner = SimpleNamespace(
        _resume=True, _load_from='a.pth', cfg=dict(recipe=dict(precision='fp32'))
    )
    checkpoint = dict(meta=dict(recipe=dict(precision='auto')))
    with pytest.raises(ValueError) as caught:
        RecipeHook().after_load_checkpoint(runner, checkpoint)
    for words in ('a.pth', "was 'auto' and is 'fp32'", '--allow-mismatch recipe'):
        assert words in str(caught.value)
    RecipeHook().after_load_checkpoint(runner, dict(meta={}))  # of version 0.1
    runner._resume = False  # a test may differ
    RecipeHook().after_load_checkpoint(runner, checkpoint)


@pytest.mark.parametrize(
    ('theirs', 'ours', 'named'),
    [
        (dict(selection='val'), dict(selection='last'), ['selection']),
        (dict(selection='val'), {}, ['selection']),
        (dict(pack='a.pack'), dict(pack='b.pack', views=4), ['pack', 'views']),
        # What says the same in other words, and what is about tests.
        ({}, dict(selection='last', precision='fp32', views='auto'), []),
        (dict(fold=1), dict(no_validate=True, on='mafw', perturb_time='frozen'), []),
    ],
)
def test_what_trains_differently_is_named(theirs, ours, named):
    said = differences(theirs, ours)
    assert [text.split()[0] for text in said] == [f'recipe.{name}' for name in named]


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
