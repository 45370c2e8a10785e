"""Settings that the tools read from their command lines."""

import os
import re
from pathlib import Path

import pytest
import torch

from tgdfer_cli.main import main
from tgdfer_mm.commands import config as command_config
from tgdfer_mm.recipe.loading import load_config

BOTH = pytest.mark.parametrize('name', ['train', 'test'])


def arguments(name, config):
    return (name, config) if name == 'train' else (name, config, 'x.pth')


@BOTH
def test_the_fold_reaches_the_config_the_data_and_the_work_folder(tool, config, name):
    cfg = tool(*arguments(name, config), '--fold', 3)
    assert cfg.fold == 3
    assert cfg.train_dataloader.dataset.dataset.fold == 3
    assert cfg.test_dataloader.dataset.fold == 3
    assert Path(cfg.work_dir) == Path('work_dirs/folded/fold3')


def test_without_the_option_the_fold_is_the_configs(tool, config):
    assert Path(tool('train', config).work_dir) == Path('work_dirs/folded/fold1')
    for given in ('mine', 'mine/fold1'):
        cfg = tool('train', config, '--work-dir', given)
        assert Path(cfg.work_dir) == Path('mine/fold1')


@BOTH
def test_a_data_set_without_folds_refuses_one(tool, single_split, name):
    with pytest.raises(ValueError, match='--fold 1.*single split.*FERV39k'):
        tool(*arguments(name, single_split), '--fold', 1)
    cfg = tool(*arguments(name, single_split))
    assert Path(cfg.work_dir) == Path('work_dirs/single')


def test_the_config_of_ferv39k_is_one_of_those(tool, config):
    ferv39k = Path(__file__).parents[2] / 'configs/tgdfer_ferv39k.py'
    with pytest.raises(ValueError, match='--fold 2.*no folds'):
        tool('train', ferv39k, '--fold', 2)


@BOTH
@pytest.mark.parametrize('key', ['fold', 'test_dataloader.dataset.fold'])
def test_a_fold_among_the_config_options_is_refused(tool, config, name, key):
    with pytest.raises(ValueError, match=f'{key}=.*Use --fold'):
        tool(*arguments(name, config), '--cfg-options', f'{key}=3')


@BOTH
@pytest.mark.parametrize(
    ('key', 'places'),
    [
        ('max_epochs', ['train_cfg.max_epochs']),
        ('num_frames', ['train_dataloader.dataset.pipeline.1.num_frames']),
        ('data_root', ['train_dataloader.dataset.data_root', 'test_dataloader']),
        ('test_pipeline.1.num_frames', ['test_dataloader.dataset.pipeline.1.num_']),
        ('modle.type', ['model.type']),
        ('image_size', ['look them up']),
    ],
)
def test_an_option_without_effect_is_refused(tool, config, name, key, places):
    ours = Path(__file__).parents[2] / 'configs/tgdfer_dfew.py'
    with pytest.raises(ValueError, match=f'--cfg-options {key}=') as caught:
        tool(*arguments(name, ours), '--cfg-options', f'{key}=8')
    for place in places:
        assert place in str(caught.value)


def test_a_config_that_ignores_the_variable_is_set_to_the_fold(tool, config):
    config.write_text(config.read_text().replace('fold=fold', 'fold=1'))
    for given in (('--fold', 2), ('--cfg-options', 'recipe.fold=2')):
        cfg = tool('train', config, *given)
        assert cfg.train_dataloader.dataset.dataset.fold == 2
        assert cfg.test_dataloader.dataset.fold == 2
        assert Path(cfg.work_dir) == Path('work_dirs/folded/fold2')


def test_training_and_testing_on_different_folds_is_an_error(tool, config):
    with config.open('a') as file:
        file.write('test_dataloader = dict(dataset=dict(fold=2))\n')
    with pytest.raises(ValueError, match='different folds'):
        tool('train', config)


def test_the_options_of_mmaction2_do_what_they_say(tool, config):
    cfg = tool('train', config, '--resume')
    assert (cfg.resume, cfg.load_from) == (True, None)
    cfg = tool('train', config, '--resume', 'a.pth')
    assert (cfg.resume, cfg.load_from) == (True, 'a.pth')
    cfg = tool('train', config, '--no-validate')
    assert cfg.val_cfg is cfg.val_dataloader is cfg.val_evaluator is None
    assert tool('train', config, '--auto-scale-lr').auto_scale_lr.enable
    cfg = tool('train', config, '--seed', 7, '--diff-rank-seed', '--deterministic')
    assert cfg.randomness == dict(seed=7, diff_rank_seed=True, deterministic=True)
    assert tool('train', config).randomness == dict(seed=0)
    options = ('--cfg-options', 'optim_wrapper.optimizer.lr=0.5', 'model.b=[1,2]')
    cfg = tool('train', config, *options)
    assert (cfg.optim_wrapper.optimizer.lr, cfg.model.b) == (0.5, [1, 2])
    assert cfg.cfg_options == {'optim_wrapper.optimizer.lr': 0.5, 'model.b': [1, 2]}
    assert tool('train', config, '--launcher', 'slurm').launcher == 'slurm'


def test_the_selection_reaches_the_data_and_the_hook(tool):
    ours = Path(__file__).parents[2] / 'configs/tgdfer_dfew.py'
    assert 'rule' not in tool('train', ours).default_hooks.selection  # 'last'
    for given in (('--selection', 'val'), ('--cfg-options', 'recipe.selection=val')):
        cfg = tool('train', ours, *given)
        assert cfg.default_hooks.selection.rule == cfg.recipe.selection == 'val'
        assert cfg.val_dataloader.dataset.subset == 'val'
    with pytest.raises(ValueError, match='has no val_cfg.*--no-validate'):
        tool('train', ours, '--selection', 'val', '--no-validate')


def test_amp_takes_bf16_if_there_is_and_needs_a_gpu(tool, config, monkeypatch):
    monkeypatch.setattr(torch.cuda, 'is_available', lambda: True)
    for has_bf16, dtype in ((True, 'bfloat16'), (False, 'float16')):
        monkeypatch.setattr(
            *(torch.cuda, 'is_bf16_supported'),
            lambda including_emulation, has_bf16=has_bf16: has_bf16,
        )
        cfg = tool('train', config, '--amp')
        assert cfg.optim_wrapper.dtype == dtype
        assert cfg.recipe.precision == ('bf16' if has_bf16 else 'fp16')
    monkeypatch.setattr(torch.cuda, 'is_available', lambda: False)
    with pytest.raises(ValueError, match='--amp: .*CUDA.*--precision auto') as caught:
        tool('train', config, '--amp')
    assert caught.value.exit_code == 2


def test_dump_adds_the_plain_predictions_beside_the_pickle(tool, config, tmp_path):
    cfg = tool('test', config, 'x.pth', '--dump', tmp_path / 'new/out.pkl')
    assert (cfg.load_from, cfg.resume) == ('x.pth', False)
    assert cfg.test_evaluator == [
        dict(type='DFERMetric'),
        dict(type='DumpResults', out_file_path=str(tmp_path / 'new/out.pkl')),
        dict(type='DumpPredictions', out_file=str(tmp_path / 'new/predictions.jsonl')),
    ]
    with pytest.raises(ValueError, match=r'out\.json.*\.pkl'):
        tool('test', config, 'x.pth', '--dump', 'out.json')


@BOTH
def test_permissions_are_passed_on(tool, config, name):
    given = ('--allow-mismatch', 'fold', 'classes')
    cfg = tool(*arguments(name, config), *given)
    assert cfg.custom_hooks[0].allow == ['fold', 'classes']
    ours = Path(__file__).parents[2] / 'configs/tgdfer_ferv39k.py'
    cfg = tool(*arguments(name, ours), *given)
    assert cfg.default_hooks.contract.allow == ['fold', 'classes']
    assert 'TGDFER_ALLOW_PICKLE' not in os.environ
    tool(*arguments(name, config), '--allow-pickle')
    assert os.environ['TGDFER_ALLOW_PICKLE'] == '1'
    config.write_text(config.read_text().replace('CheckpointContractHook', 'Other'))
    with pytest.raises(ValueError, match='no CheckpointContractHook'):
        tool(*arguments(name, config), '--allow-mismatch', 'fold')


@pytest.mark.parametrize('key', ['selection', 'precision'])
def test_the_way_of_version_0_1_is_read_with_a_warning(tool, config, key):
    value = dict(selection='last', precision='fp32')[key]
    with pytest.warns(FutureWarning, match=rf'recipe=dict\({key}='):
        cfg = tool('train', config, '--cfg-options', f'{key}={value}')
    assert cfg.recipe[key] == value and key not in cfg
    with config.open('a') as file:
        file.write(f'{key} = {value!r}\n')
    with pytest.warns(FutureWarning, match=rf'recipe=dict\({key}='):
        assert tool('train', config).recipe[key] == value


def test_a_field_that_no_recipe_has_is_refused(tool, config):
    with pytest.raises(ValueError, match='recipe.speed: there is no such field'):
        tool('train', config, '--cfg-options', 'recipe.speed=9')
    with pytest.raises(ValueError, match="recipe.precision must be in .*'fp8'"):
        tool('train', config, '--cfg-options', 'recipe.precision=fp8')


@BOTH
def test_a_value_that_would_run_in_the_config_is_refused(
    tool, config, name, tmp_path, monkeypatch
):
    ran = tmp_path / 'ran'
    monkeypatch.setenv('MY_ROOT', f"' + str(open({str(ran)!r}, 'w')) + '")
    with config.open('a') as file:
        file.write("my_root = '{{$MY_ROOT:data}}'\n")
    with pytest.raises(ValueError, match='MY_ROOT has a quote'):
        tool(*arguments(name, config))
    assert not ran.exists()


@BOTH
def test_a_config_of_version_0_1_gets_its_fold(tool, config, name):
    text = config.read_text()
    new = "__import__('tgdfer_mm').setting('FOLD', '1')"
    assert new in text
    config.write_text(text.replace(new, "'{{$FOLD:1}}'"))
    assert tool(*arguments(name, config), '--fold', 3).fold == 3


def test_two_answers_to_one_question_are_refused(tool, config):
    with pytest.raises(ValueError, match="recipe.selection is set to 'test'.*val"):
        options = ('--cfg-options', 'recipe.selection=val')
        tool('train', config, '--selection', 'test', *options)


def test_a_config_that_is_read_in_python_leaves_the_environment(config):
    load_config(config, dict(fold=4))
    assert load_config(config).train_dataloader.dataset.dataset.fold == 1
    with pytest.raises(ValueError, match='recipe.fold must be int'):
        load_config(config, dict(fold='2'))
    assert 'TGDFER_FOLD' not in os.environ


@pytest.mark.parametrize(
    ('words', 'said'),
    [
        (['train', 'tgdfer_demo', '--fold', '0'], 'recipe.fold .--fold. is 0'),
        (['train', 'tgdfer_demo', '--cfg-options', 'max_epochs=1'], 'max_epochs=...'),
        (['train', 'tgdfer_ferv39k', '--fold', '2'], 'single split'),
        (['train', 'tgdfer_dfew'], 'DFEW is not complete'),
        (['test', 'tgdfer_dfew', 'nosuch.pth', '--dump', 'x.txt'], 'x.txt'),
    ],
)
def test_a_mistake_of_the_user_is_one_line_and_code_2(
    words, said, config, capsys, monkeypatch
):
    monkeypatch.setattr(command_config, 'keep_freed_memory', lambda: None)
    assert main(words) == 2
    error = capsys.readouterr().err
    assert re.search(f'^error: .*{said}', error, re.M) and 'Traceback' not in error


def test_options_complete_the_recipe_of_the_file(config):
    with config.open('a') as file:
        file.write("recipe = dict(cache_features='features')\n")
    cfg = load_config(config, dict(views=4))
    assert cfg.recipe == dict(cache_features='features', views=4)
