"""A config follows a user's clips: classes, texts, tower, crops, folds."""

import json
from pathlib import Path

import pytest
from mmengine.config import Config
from mmengine.registry import DATASETS

from tests.datasets.conftest import write_frames
from tgdfer_mm.models.text.descriptions import load_descriptions
from tgdfer_mm.paths import config_dir
from tgdfer_mm.protocol import plan_runs
from tgdfer_mm.recipe import apply, own_tower
from tgdfer_mm.recipe.class_files import settle_class_files
from tgdfer_mm.recipe.loading import load_config
from tgdfer_mm.recipe.own_data import use_own_data
from tgdfer_mm.recipe.own_tower import choose_texts, find_tower
from tgdfer_mm.recipe.recipe import Recipe, RecipeError
from tgdfer_mm.registry import MODELS


@pytest.fixture
def root(tmp_path):
    """Two classes of three clips."""
    for label in ('joyful', 'startled'):
        for i in range(3):
            write_frames(tmp_path / 'mine' / label / str(i), ['1.jpg', '2.jpg'])
    return tmp_path / 'mine'


def followed(root, changes=None, **recipe):
    cfg = load_config('tgdfer_own', dict(data=str(root), **recipe), changes)
    said = use_own_data(cfg, Recipe.of(cfg).absolute())
    return cfg, said


def test_classes_and_their_number_follow_the_clips(root):
    cfg, said = followed(root, tower='small')
    assert cfg.model.cls_head.num_classes == 2
    assert cfg.model.text_encoder['type'] == 'LearnedClassVectors'
    assert cfg.model.text_encoder['classes'] == ['joyful', 'startled']
    assert '6 clips of 2 classes' in said
    assert 'so a vector is learned for each class' in said
    model = MODELS.build(cfg.model)
    data = DATASETS.build(cfg.test_dataloader.dataset)
    assert tuple(model.text_encoder.classes) == data.classes


def test_the_default_tower_is_the_expert_that_is_here(root, monkeypatch):
    entry = own_tower.catalogue()['fer2013-xception']
    monkeypatch.setattr(type(entry), 'here', property(lambda self: False))
    cfg, said = followed(root)
    assert cfg.model.backbone['type'] == 'OpenCLIPVisual'
    assert (
        'no model of real faces is on this machine '
        '(`tgdfer models get fer2013-xception`' in said
    )
    monkeypatch.setattr(type(entry), 'here', property(lambda self: True))
    cfg, said = followed(root)
    assert cfg.model.backbone['type'] == 'MiniXception'
    assert 'the tower is fer2013-xception' in said and 'knows real faces' in said
    assert cfg.about['domain'] == 'real' and 'for research only' in cfg.about['note']
    assert cfg.model.cls_head.in_channels == 128


def test_a_tower_takes_texts_whose_words_it_knows(root):
    (root / 'classes.json').write_text(
        json.dumps(
            dict(classes=dict(startled=['lips parted'], joyful=['brows raised']))
        )
    )
    cfg, said = followed(root, tower='small')
    assert cfg.model.text_encoder['type'] == 'OpenCLIPText'
    assert cfg.model.text_encoder['descriptions'] == [
        ['startled', ['lips parted']],
        ['joyful', ['brows raised']],
    ]
    assert cfg.optim_wrapper.paramwise_cfg.no_decay == ['context']
    assert 'the texts of the classes are yours' in said


def test_texts_are_those_of_the_file_that_lists_the_classes(root):
    (root / 'classes.json').write_text('{"classes": {"bored": ["brows raised"]}}')
    other = root.parent / 'other.json'
    texts = dict(startled=['lips parted'], joyful=['brows raised'])
    other.write_text(json.dumps(dict(classes=texts)))
    for classes, own in ((str(other), True), (['startled', 'joyful'], False)):
        cfg = load_config('tgdfer_own', dict(data=str(root), tower='small'))
        for name in ('train', 'test', 'val'):
            cfg[f'{name}_dataloader'].dataset.classes = classes
        said = use_own_data(cfg, Recipe.of(cfg).absolute())
        assert ('the texts of the classes are yours' in said) == own
        kind = 'OpenCLIPText' if own else 'LearnedClassVectors'
        assert cfg.model.text_encoder['type'] == kind


def test_the_small_tower_guides_expressions_by_movements_not_by_names_it_never_saw():
    small, shipped = find_tower('small'), load_descriptions('synth')
    encoder, said = choose_texts(small, ['Surprised', 'happiness', 'anger'], None)
    assert encoder['descriptions'] == [
        ['Surprised', shipped['surprise']],
        ['happiness', shipped['happy']],
        ['anger', shipped['angry']],
    ]
    assert 'those of this package are used' in said


@pytest.mark.parametrize('other', ['bored', 'happiness'])
def test_vectors_are_learned_where_texts_cannot_tell_all_classes_apart(other):
    small = find_tower('small')
    encoder, said = choose_texts(small, ['happy', other], None)
    assert encoder['type'] == 'LearnedClassVectors'
    assert 'a vector is learned for each class' in said


def test_clip_takes_any_words():
    encoder, said = choose_texts(find_tower('clip'), ['joy_ful', 'bored'], None)
    assert encoder['descriptions'] == [['joy_ful', ['joy ful']], ['bored', ['bored']]]
    assert 'so their names are used' in said


@pytest.mark.parametrize(
    ('tower', 'words'),
    [
        ('nobody', "use one of \\['auto', 'small', 'clip'"),
        ('emotiefflib-b0', 'no features'),
    ],
)
def test_a_tower_that_cannot_be_is_refused(tower, words):
    with pytest.raises(RecipeError, match=words):
        find_tower(tower)


def test_several_labels_change_loss_metric_and_rule(root):
    (root / 'clips.csv').write_text(
        'path,label\n' + ''.join(f'joyful/{i},a;b\nstartled/{i},c\n' for i in range(3))
    )
    early = dict(type='EarlyStoppingHook', monitor='dfer/WAR')
    cfg, _ = followed(root, dict(custom_hooks=[early]), tower='small')
    assert cfg.model.cls_head.loss_cls.multi_label is True
    assert cfg.test_evaluator.type == 'MultiLabelMetric'
    assert cfg.default_hooks.selection.metric == 'multi/mAP'
    assert cfg.custom_hooks[0].monitor == 'multi/mAP'
    assert cfg.train_dataloader.sampler.type == 'DefaultSampler'


def test_new_videos_are_cropped_as_the_clips_were(root):
    video = dict(crop=dict(size=96, margin=0.4), every_seconds=0.1)
    about = dict(pixel_version='f', detector={}, video=video, tracks='all')
    (root / 'faces.json').write_text(json.dumps(about))
    cfg, said = followed(root, tower='small')
    assert cfg.video.crop == video['crop'] and cfg.video.window.seconds == 2.5
    assert 'videos are cropped as these clips were (f)' in said


def test_a_config_of_other_data_is_refused(root):
    cfg = load_config('tgdfer_demo', dict(data=str(root)))
    with pytest.raises(RecipeError, match='no ClipFolderDataset'):
        use_own_data(cfg, Recipe.of(cfg).absolute())


def test_a_protocol_runs_the_folds_that_there_are(root):
    own = dict(data=str(root), tower='small')
    runs = plan_runs(config_dir() / 'tgdfer_own.py', [0], own=own)
    assert [run.fold for run in runs] == [1, 2, 3]
    (root / 'clips.csv').write_text(
        'path,label,split\njoyful/0,a,train\nstartled/0,b,train\njoyful/1,a,test\n'
    )
    [run] = plan_runs(config_dir() / 'tgdfer_own.py', [0], own=own)
    assert run.fold is None


def test_applied_twice_nothing_changes(root):
    cfg = load_config('tgdfer_own', dict(data=str(root), tower='small'))
    cfg.recipe.pop('cache_features')
    cfg.work_dir = str(root.parent / 'work')
    apply.apply_recipe(cfg)
    assert apply.pending_changes(cfg) == []
    assert cfg.model.cls_head.num_classes == 2


def test_class_files_are_found_next_to_the_config_and_texts_keep_their_order(tmp_path):
    (tmp_path / 'texts.json').write_text(
        '{"label_set": "order.json", "classes": {"a": ["x"], "b": ["y"]}}'
    )
    (tmp_path / 'order.json').write_text('{"classes": ["b", "a"]}')
    path = tmp_path / 'mine.py'
    path.write_text(
        "model = dict(text_encoder=dict(descriptions='texts.json'),\n"
        "    other=dict(descriptions=dict(z=['z'], a=['a'])))\n"
    )
    cfg = Config.fromfile(path)
    settle_class_files(cfg)
    assert cfg.model.text_encoder.descriptions == str(tmp_path / 'texts.json')
    assert cfg.model.other.descriptions == [['z', ['z']], ['a', ['a']]]
    dumped = Path(tmp_path, 'dumped.py')
    cfg.dump(dumped)
    again = Config.fromfile(dumped)
    assert again.model.other.descriptions == [['z', ['z']], ['a', ['a']]]
