"""Changes of a config by each selection rule."""

import copy
from pathlib import Path

import pytest
from mmengine.config import Config

from tgdfer_mm.paths import config_dir
from tgdfer_mm.recipe import apply_recipe
from tgdfer_mm.recipe.recipe import RULES
from tgdfer_mm.recipe.selection import apply_selection, describe_rule


@pytest.fixture
def dfew():
    return Config.fromfile(Path(config_dir(), 'tgdfer_dfew.py'))


def data_sets(cfg):
    return {
        key: dict(cfg[f'{key}_dataloader'].dataset) for key in ('train', 'val', 'test')
    }


def test_the_last_epoch_is_the_default_and_changes_no_data(dfew):
    before = data_sets(dfew)
    apply_recipe(dfew)
    assert dfew.recipe.selection == 'last'
    assert data_sets(dfew) == before
    assert dfew.default_hooks.selection.get('rule', 'last') == 'last'


def test_a_validation_part_is_cut_off_the_training_fold_and_seen_as_in_testing(dfew):
    before = data_sets(dfew)
    dfew.train_cfg.val_interval = 7
    apply_selection(dfew, 'val')
    after = data_sets(dfew)
    assert after['test'] == before['test']
    assert after['train'] == dict(before['train'], val_part=0.1)
    assert after['val'] == dict(
        after['train'], subset='val', pipeline=before['test']['pipeline']
    )
    assert dfew.train_cfg.val_interval == 1
    assert dfew.val_dataloader.sampler == dfew.test_dataloader.sampler


def test_the_share_is_the_hooks_unless_the_data_set_states_its_own(dfew):
    dfew.default_hooks.selection.val_part = 0.2
    apply_selection(dfew, 'val')
    assert {d.get('val_part') for d in data_sets(dfew).values()} == {0.2, None}
    dfew.train_dataloader.dataset.val_part = 0.3
    apply_selection(dfew, 'val')
    assert data_sets(dfew)['val']['val_part'] == 0.3
    assert dfew.default_hooks.selection.val_part == 0.3


def test_a_wrapped_training_set_is_found(dfew):
    inner = dfew.train_dataloader.dataset
    dfew.train_dataloader.dataset = dict(type='RepeatDataset', times=2, dataset=inner)
    apply_selection(dfew, 'val')
    assert dfew.train_dataloader.dataset.dataset.val_part == 0.1
    assert dfew.val_dataloader.dataset.subset == 'val'
    assert dfew.val_dataloader.dataset.type == 'DFEWDataset'


def test_the_test_rule_evaluates_the_test_clips_each_epoch(dfew):
    dfew.val_dataloader = None
    dfew.train_cfg.val_interval = 7
    apply_selection(dfew, 'test')
    assert dfew.val_dataloader == dfew.test_dataloader
    assert dfew.train_cfg.val_interval == 1
    assert 'val_part' not in dfew.train_dataloader.dataset


def test_a_config_that_names_no_rule_stays_as_it_is():
    cfg = Config(dict(model=dict(type='Other')))
    assert apply_recipe(cfg) == []
    assert cfg.to_dict() == dict(model=dict(type='Other'), recipe={}, applied_recipe={})


def test_what_cannot_be_is_refused(dfew):
    with pytest.raises(ValueError, match="selection must be in .*'best'"):
        apply_selection(copy.deepcopy(dfew), 'best')
    for rule in ('val', 'test'):
        cfg = copy.deepcopy(dfew)
        cfg.val_cfg = cfg.val_evaluator = None
        with pytest.raises(ValueError, match='has no val_cfg.*--no-validate'):
            apply_selection(cfg, rule)
    cfg = copy.deepcopy(dfew)
    cfg.default_hooks.checkpoint.save_best = 'dfer/WAR'
    with pytest.raises(ValueError, match='save_best and sel'):
        apply_selection(cfg, 'last')
    cfg = copy.deepcopy(dfew)
    del cfg.train_dataloader.dataset['subset']
    with pytest.raises(ValueError, match="with subset='train'.*found 0"):
        apply_selection(cfg, 'val')


def test_each_rule_has_words_of_its_own():
    texts = {rule: describe_rule(rule, 'dfer/UAR', 0.25) for rule in RULES}
    assert texts['last'] == 'last epoch'
    assert 'UAR' in texts['val'] and '25 %' in texts['val']
    assert 'test clips' in texts['test'] and 'optimistic' in texts['test']


def test_a_config_without_hooks_gets_the_one_that_tests_the_epoch():
    cfg = Config(dict(model=dict(type='Other')))
    apply_selection(cfg, 'last')
    assert cfg.default_hooks.selection == dict(type='SelectionHook', rule='last')
