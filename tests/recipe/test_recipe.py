"""A recipe reaches every data set in any wrapper; applied twice it is applied once."""

import copy
from argparse import ArgumentParser
from dataclasses import fields
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

import pytest
from mmengine.config import Config
from mmengine.registry import RUNNERS

from tgdfer_cli.common import MISMATCHES
from tgdfer_mm.datasets.transforms.perturb_time import PERTURBATIONS
from tgdfer_mm.engine import checkpoint_contract_hook
from tgdfer_mm.features.feature_plan import PRECISIONS
from tgdfer_mm.recipe import (
    DFERRunner,
    Recipe,
    apply_recipe,
    pending_changes,
    recipe,
)
from tgdfer_mm.recipe.other_data_set import read_pictures
from tgdfer_mm.run_config.walk import data_sets, hooks_of, metrics_of_test

# Each with what it leaves in every data set that it is about.
RECIPES = {
    'fold': dict(fold=2),
    'no validation': dict(no_validate=True),
    'val': dict(selection='val'),
    'test': dict(selection='test'),
    'videos': dict(media='videos'),
    'videos, val, other data': dict(media='videos', selection='val', on='mafw'),
    'pack': dict(pack='a.pack'),
    'device': dict(augment_on_device=True),
    'other data': dict(on='mafw'),
    'other data, all folds': dict(on='mafw', on_folds='all', dump='o/p.jsonl'),
    'time': dict(perturb_time='reversed'),
    'dump': dict(dump='out/p.pkl'),
    'test, other data': dict(selection='test', on='mafw'),
    'test, time': dict(selection='test', perturb_time='reversed', dump='out/p.pkl'),
    'other data, time, dump': dict(on='mafw', perturb_time='frozen', dump='o/p.pkl'),
    'resident': dict(pack='frames.pack', resident=True),
    'all': dict(
        fold=3,
        selection='val',
        pack='a.pack',
        augment_on_device=True,
        on='mafw',
        perturb_time='frozen',
        dump='out/p.pkl',
    ),
}


def of(cfg, subset):
    return [d.config for d in data_sets(cfg, f'{subset}_dataloader')]


def test_the_fold_reaches_every_data_set(wrapped):
    wrapped.recipe = dict(fold=4)
    apply_recipe(wrapped)
    assert {d.config['fold'] for d in data_sets(wrapped)} == {4}
    assert wrapped.work_dir == 'work/fold4'


def test_the_pipelines_follow_the_media(wrapped):
    sets = list(data_sets(wrapped))
    before = [[step['type'] for step in d.config['pipeline']] for d in sets]
    apply_recipe_of(wrapped, media='videos', on='mafw')
    replaced = dict(ListFrames='OpenVideo', DecodeFrames='DecodeVideo')
    for data_set, kinds in zip(data_sets(wrapped), before, strict=True):
        assert data_set.config['media'] == 'videos'
        now = [step['type'] for step in data_set.config['pipeline']]
        assert now == [replaced.get(kind, kind) for kind in kinds]


def test_the_pipeline_of_a_data_set_that_states_its_media_follows(dfew):
    dfew.train_dataloader.dataset.media = 'videos'
    apply_recipe_of(dfew)
    first = [of(dfew, s)[0]['pipeline'][0]['type'] for s in ('train', 'test')]
    assert first == ['OpenVideo', 'ListFrames']


@pytest.mark.parametrize(
    ('change', 'words'),
    [
        (dict(recipe=dict(media='videos', pack='a.pack')), 'packed file .* frames'),
        (
            {
                'recipe': dict(media='videos'),
                'train_dataloader.dataset.pipeline.2.decoder': 'cv2',
            },
            'needs DecodeVideo in the place of .*decoder',
        ),
        (
            {
                'recipe': dict(media='videos'),
                **{
                    f'{s}_dataloader.dataset.type': 'VideoDataset'
                    for s in ('train', 'val', 'test')
                },
            },
            r"the data sets \['VideoDataset'\] .* no choice",
        ),
    ],
)
def test_media_that_cannot_be_are_refused(dfew, change, words):
    dfew.merge_from_dict(change)
    with pytest.raises(ValueError, match=words) as caught:
        apply_recipe(dfew)
    assert caught.value.exit_code == 2


def test_the_validation_part_is_cut_off_every_training_set(wrapped):
    before = of(wrapped, 'train')
    apply_recipe_of(wrapped, selection='val')
    trained, validated = of(wrapped, 'train'), of(wrapped, 'val')
    assert len(validated) == len(trained) == len(before)
    for data_set in [*trained, *validated]:
        assert data_set['val_part'] == 0.1
    assert {d['subset'] for d in validated} == {'val'}
    assert all('val_part' not in d for d in of(wrapped, 'test'))
    pipeline = of(wrapped, 'test')[0]['pipeline']
    assert all(d['pipeline'] == pipeline for d in validated)


def test_another_data_set_is_tested_whatever_the_training_set_is_in(wrapped):
    apply_recipe_of(wrapped, on='mafw')
    tested = wrapped.test_dataloader.dataset
    assert (tested.type, tested.label_map) == ('cross_dataset', 'dfew_to_mafw')
    assert [d.own for d in data_sets(wrapped, 'test_dataloader')] == [False]


def test_nothing_is_evaluated_between_epochs_if_that_is_asked(dfew):
    apply_recipe_of(dfew, no_validate=True)
    assert dfew.val_cfg is dfew.val_dataloader is dfew.val_evaluator is None


def test_the_pack_is_read_by_every_own_data_set_and_no_other(wrapped, tmp_path):
    apply_recipe_of(wrapped, pack=str(tmp_path / 'a.pack'), on='mafw')
    for data_set in data_sets(wrapped):
        found = data_set.config.get('media_dir')
        assert found == (str(tmp_path / 'a.pack') if data_set.own else None)


def test_the_device_takes_over_from_every_pipeline(wrapped):
    apply_recipe_of(wrapped, augment_on_device=True)
    kinds = {str([t['type'] for t in d.config['pipeline']]) for d in data_sets(wrapped)}
    assert len(kinds) == 1 and 'Resize' not in kinds.pop()
    assert wrapped.model.data_preprocessor.train[0].type == 'RandomResizedCrop'


def apply_recipe_of(cfg, **asked):
    cfg.recipe = asked
    return apply_recipe(cfg)


@pytest.mark.parametrize('asked', RECIPES.values(), ids=RECIPES)
def test_twice_is_once_and_a_dumped_config_is_the_same_run(
    wrapped, asked, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / 'frames.pack').touch()
    before = pending_changes(copy.deepcopy(with_recipe(wrapped, asked)))
    assert before  # it does something
    said = apply_recipe_of(wrapped, **asked)
    assert said == before
    once = wrapped.to_dict()
    assert pending_changes(wrapped) == []
    apply_recipe(wrapped)
    assert wrapped.to_dict() == once
    wrapped.dump('dumped.py')
    again = Config.fromfile('dumped.py')
    apply_recipe(again)
    assert again.to_dict() == once


def with_recipe(cfg, asked):
    cfg = copy.deepcopy(cfg)
    cfg.recipe = asked
    return cfg


@pytest.mark.parametrize(
    ('first', 'second'),
    [
        (dict(selection='val'), dict(selection='last')),
        (dict(fold=1), dict(fold=2)),
        (dict(pack='a'), {}),
        (dict(on='mafw'), dict(on='ferv39k')),
        (dict(augment_on_device=True), {}),
        (dict(selection='val'), dict(fold=2, selection='val')),
    ],
)
def test_what_has_been_changed_is_not_taken_back_silently(dfew, first, second):
    apply_recipe_of(dfew, **first)
    with pytest.raises(ValueError, match='made by a run with recipe.'):
        apply_recipe_of(dfew, **second)


def test_a_test_of_a_dumped_config_may_ask_for_more(dfew, tmp_path):
    apply_recipe_of(dfew, selection='val', fold=2)
    apply_recipe_of(dfew, selection='val', fold=2, on='mafw', precision='fp32')
    assert dfew.test_dataloader.dataset.type == 'cross_dataset'
    assert dfew.work_dir == 'work/fold2/on_mafw'


def test_the_recipe_that_does_nothing_changes_nothing(dfew):
    dfew.recipe = {}
    before = dfew.to_dict()
    assert pending_changes(dfew) == apply_recipe(dfew) == []
    after = dfew.to_dict()
    for key in ('applied_recipe', 'settled_work_folder', 'work_dir'):
        after.pop(key)
    before.pop('work_dir')
    assert after == before


@pytest.mark.parametrize('key', ['cache_features', 'resident'])
def test_what_is_kept_of_one_data_set_cannot_test_another(dfew, key):
    value = 'features' if key == 'cache_features' else True
    dfew.recipe = {key: value, 'on': 'mafw'}
    with pytest.raises(ValueError, match=f'recipe.on=.*recipe.{key}'):
        apply_recipe(dfew)


@pytest.mark.parametrize(
    ('given', 'words'),
    [
        (dict(fold='2'), 'recipe.fold must be int'),
        (dict(fold=True), 'recipe.fold must be int'),
        (dict(resident='yes'), 'recipe.resident must be bool'),
        (dict(pack=1), 'recipe.pack must be str'),
        (dict(views=2), 'recipe.views changes nothing without'),
        (dict(on_folds='all'), 'recipe.on_folds .* without recipe.on '),
        (dict(dump='p.txt'), 'recipe.dump=.*or in .jsonl'),
        (dict(fold=0), 'recipe.fold .--fold. is 0; it starts at 1'),
        (dict(pack=''), 'recipe.pack .--pack. is empty'),
        (dict(cache_features='x', views=0), 'recipe.views .* it starts at 1'),
        (dict(sped=2), "recipe.sped: there is no such field; use one of .'fold'"),
    ],
)
def test_a_field_that_is_wrong_is_named(given, words):
    with pytest.raises(ValueError, match=words):
        Recipe.of(dict(recipe=given))


def test_paths_hold_in_every_folder_and_results_keep_their_names_only(
    dfew, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    apply_recipe_of(dfew, pack='b/a.pack')
    assert dfew.recipe.pack == str(tmp_path / 'b/a.pack')
    assert Recipe.of(dfew).facts() == dict(pack='a.pack')


def test_the_command_line_says_what_the_library_knows():
    assert set(recipe.PERTURBATIONS) == set(PERTURBATIONS)
    assert set(recipe.FEATURE_PRECISIONS) == set(PRECISIONS)
    assert checkpoint_contract_hook.MISMATCHES == MISMATCHES
    for each in fields(Recipe):
        for command in each.metadata['commands']:
            parser = ArgumentParser()
            import_module(f'tgdfer_cli.{command}').add_arguments(parser)
            option = f'--{each.name.replace("_", "-")}'
            assert option in parser.format_help()


def test_the_config_s_hooks_are_found(dfew):
    assert [h['type'] for h in hooks_of(dfew, 'RecipeHook')] == ['RecipeHook']


def test_the_registry_builds_what_the_recipe_makes_of_a_config(
    dfew, monkeypatch, tmp_path
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr('tgdfer_mm.recipe.runners._require_data', lambda cfg: None)
    built = []

    class Told(DFERRunner):
        logger = SimpleNamespace(info=built.append)

        def __init__(self, **given):
            built.append(given)

    monkeypatch.setitem(RUNNERS.module_dict, 'DFERRunner', Told)
    dfew.recipe = dict(fold=2, selection='val')
    kept = dfew.to_dict()
    RUNNERS.build(dfew)
    given, *said = built
    assert given['work_dir'] == 'work/fold2'
    assert given['val_dataloader'].dataset.subset == 'val'
    assert given['default_hooks'].recipe.type == 'RecipeHook'
    assert len(said) == 2 and said[0] == (
        'Recipe: all data sets are on fold 2, as recipe.fold asks.'
    )
    assert dfew.to_dict() == kept


def test_the_other_data_set_is_on_the_fold_of_the_run(dfew, monkeypatch):
    monkeypatch.setenv('TGDFER_FOLD', '5')  # what its own config would read
    apply_recipe_of(dfew, fold=2, on='mafw')
    assert dfew.test_dataloader.dataset.dataset.fold == 2


def test_dumps_of_a_perturbed_test_do_not_replace_the_whole_test_s(dfew, tmp_path):
    dump = str(tmp_path / 'p.pkl')
    dfew.test_evaluator = [dict(type='DumpResults', out_file_path=dump)]
    apply_recipe_of(dfew, on='mafw', perturb_time='frozen')
    kept = [m for m in metrics_of_test(dfew) if m['type'] == 'DumpResults']
    assert [m['out_file_path'] for m in kept] == [str(Path(dfew.work_dir, 'p.pkl'))]


def test_plain_predictions_can_be_dumped_alone(dfew, tmp_path):
    apply_recipe_of(dfew, dump=str(tmp_path / 'mine.jsonl'))
    _, dump = metrics_of_test(dfew)
    assert dump == dict(type='DumpPredictions', out_file=str(tmp_path / 'mine.jsonl'))


def test_all_folds_of_the_other_data_set_are_tested_together(dfew):
    apply_recipe_of(dfew, fold=2, on='ravdess', on_folds='all')
    assert dfew.test_dataloader.dataset.folds == [1, 2, 3, 4, 5, 6]
    assert dfew.work_dir == 'work/fold2/on_ravdess/all_folds'


def test_a_single_split_is_all_there_is(dfew):
    apply_recipe_of(dfew, on='ferv39k', on_folds='all')
    assert 'folds' not in dfew.test_dataloader.dataset


def test_one_fold_that_is_tested_does_not_become_all_silently(dfew):
    apply_recipe_of(dfew, on='mafw')
    with pytest.raises(ValueError, match='--on-folds all: .* single fold of mafw'):
        apply_recipe_of(dfew, on='mafw', on_folds='all')


def test_a_training_on_features_is_tested_on_the_pictures_of_others(dfew):
    tower, pipeline = dfew.model.backbone, dfew.test_dataloader.dataset.pipeline
    cached = dict(cache_features='features', views='plain')
    dfew.recipe, dfew.applied_recipe = dict(cached), dict(cached)
    dfew.before_features = dict(
        data_preprocessor=dfew.model.data_preprocessor, pipeline=pipeline
    )
    dfew.model.backbone = dict(type='PrecomputedFeatures', backbone=tower)
    dfew.test_dataloader.dataset.pipeline = [dict(type='OpenFeatures')]
    read_pictures(dfew)
    assert dfew.recipe == cached  # a test on the data that it knows
    dfew.recipe.on = 'mafw'
    read_pictures(dfew)
    apply_recipe(dfew)
    assert dfew.model.backbone == tower
    assert dfew.test_dataloader.dataset.dataset.pipeline == pipeline


def test_a_dump_comes_in_addition_to_the_config_s_own(dfew):
    own = dict(type='DumpResults', out_file_path='a.pkl')
    dfew.test_evaluator = [dict(type='DFERMetric'), own]
    apply_recipe_of(dfew, dump='b.pkl')
    paths = [m.get('out_file_path') for m in dfew.test_evaluator]
    assert paths[1] == 'a.pkl' and Path(paths[2]).name == 'b.pkl'
    dfew.test_evaluator = None
    with pytest.raises(ValueError, match='no test_evaluator'):
        apply_recipe_of(dfew, dump='b.pkl')


def test_a_test_alone_is_not_asked_about_training(dfew):
    dfew.train_cfg = dfew.train_dataloader = dfew.optim_wrapper = None
    before = dfew.to_dict()['test_dataloader']
    apply_recipe_of(dfew, selection='val', precision='bf16')
    assert dfew.to_dict()['test_dataloader'] == before


def test_features_that_are_used_are_not_those_of_other_settings(dfew):
    dfew.model.backbone = dict(type='PrecomputedFeatures', backbone=dfew.model.backbone)
    apply_recipe_of(dfew, cache_features='features')
    with pytest.raises(ValueError, match='recipe.views.*other settings'):
        apply_recipe_of(dfew, cache_features='features', views=4)
