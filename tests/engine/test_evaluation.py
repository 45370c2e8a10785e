"""Evaluating before training, and comparing two runs."""

import json

import pytest
import torch
from mmengine.logging import MessageHub, MMLogger
from mmengine.registry import DefaultScope

from tgdfer_mm.engine import evaluate

COMPARE = dict(
    type='CompareRunHook',
    name='slow',
    config=dict(optim_wrapper=dict(optimizer=dict(lr=0.0))),
    metrics=['standin/accuracy', 'standin/sum'],
)


def weights(runner):
    return torch.cat([p.detach().flatten() for p in runner.model.parameters()])


def test_evaluating_before_training_changes_nothing_but_is_kept(
    standin_config, build_runner
):
    trained = {}
    for name in ('with', 'without'):
        cfg = standin_config.copy()
        cfg.work_dir = f'{standin_config.work_dir}/{name}'
        cfg.train_dataloader.dataset.augment = True
        cfg.custom_hooks = (
            [dict(type='EvaluateBeforeTrainHook', name='zero-shot')]
            if name == 'with'
            else []
        )
        runner = build_runner(cfg)
        runner.train()
        trained[name] = weights(runner)
        if name == 'with':
            with open(f'{cfg.work_dir}/zero-shot.json') as file:
                before = json.load(file)
            after = evaluate(runner)
    assert torch.equal(trained['with'], trained['without'])
    assert before.keys() == after.keys() == {'standin/accuracy', 'standin/sum'}
    assert before['standin/sum'] != after['standin/sum']


def test_the_metrics_are_those_of_the_ordinary_evaluation(standin_config, build_runner):
    cfg = standin_config
    cfg.custom_hooks = []
    runner = build_runner(cfg)
    runner.model.train()
    assert evaluate(runner) == pytest.approx(runner.val())


def test_two_runs_end_in_one_table_and_one_file(standin_config, build_runner, capsys):
    cfg = standin_config
    cfg.custom_hooks = [dict(type='EvaluateBeforeTrainHook'), COMPARE]
    runner = build_runner(cfg)
    runner.train()

    with open(f'{cfg.work_dir}/summary.json') as file:
        summary = json.load(file)
    assert list(summary) == ['zero-shot', 'this run', 'slow']
    # A rate of 0 leaves what zero-shot found, but for the norm's running mean.
    assert summary['this run'] == pytest.approx(evaluate(runner))
    assert summary['slow'] != summary['this run']
    shown = capsys.readouterr().out
    for word in ('StandIn', 'zero-shot', 'this run', 'slow', 'standin/accuracy'):
        assert word in shown
    assert f'{summary["slow"]["standin/sum"]:.2f}' in shown
    assert runner.cfg.optim_wrapper.optimizer.lr == 0.05

    # The first run's logger and the rest are current again.
    for manager in (MMLogger, MessageHub, DefaultScope):
        assert manager.get_current_instance().instance_name == runner.experiment_name


def test_a_mistake_in_the_other_config_is_found_before_training(
    standin_config, build_runner
):
    cfg = standin_config
    cfg.custom_hooks = [dict(COMPARE, config='no/such_config.py')]
    runner = build_runner(cfg)
    with pytest.raises(FileNotFoundError, match='no/such_config.py.* or '):
        runner.train()
    assert runner.iter == 0


def test_the_other_config_may_be_a_file_beside_the_first(
    standin_config, build_runner, tmp_path
):
    (tmp_path / 'second.py').write_text(standin_config.pretty_text)
    cfg = standin_config
    cfg.custom_hooks = [dict(COMPARE, config='second.py')]
    cfg.dump(tmp_path / 'first.py')
    runner = build_runner(type(cfg).fromfile(tmp_path / 'first.py'))
    runner.train()
    with open(f'{cfg.work_dir}/summary.json') as file:
        assert list(json.load(file)) == ['this run', 'slow']


def test_the_other_file_runs_with_the_options_of_this_run(
    standin_config, build_runner, tmp_path, log
):
    cfg = standin_config
    cfg.custom_hooks = []
    second = cfg.copy()
    second.merge_from_dict({'train_cfg.max_epochs': 7, 'randomness.seed': 8})
    second.model = dict(type='Other')
    second.dump(tmp_path / 'second.py')
    # What the tools make of `--cfg-options ... --no-validate --amp --seed 5`.
    cfg.cfg_options = {
        'optim_wrapper.optimizer.lr': 0.25,
        'train_dataloader.batch_size': 3,
        'train_dataloader.dataset.indices': 6,  # in neither file
        'param_scheduler': [],
        'model.num_classes': 5,
        'model.norm.eps': 1.0,
    }
    cfg.merge_from_dict({k: v for k, v in cfg.cfg_options.items() if 'norm' not in k})
    cfg.val_cfg = cfg.val_dataloader = cfg.val_evaluator = None
    cfg.randomness = dict(seed=5)
    cfg.recipe = dict(precision='fp32')
    cfg.custom_hooks = [dict(COMPARE, config='second.py')]
    cfg.log_level = 'WARNING'
    cfg.dump(tmp_path / 'first.py')
    runner = build_runner(type(cfg).fromfile(tmp_path / 'first.py'))
    other = runner._hooks[-1]._other_config(runner)

    assert other.model == dict(type='Other')
    assert other.optim_wrapper.optimizer.lr == 0.25
    assert other.train_dataloader.batch_size == 3
    assert other.train_dataloader.dataset.indices == 6
    assert other.train_cfg.max_epochs == 1 and other.randomness == dict(seed=5)
    assert other.recipe.precision == 'fp32'
    assert other.val_cfg is other.val_dataloader is other.val_evaluator is None
    (warning,) = [line for line in log() if 'does not have these' in line]
    assert 'model.norm.eps model.num_classes: ' in warning


def test_a_config_of_the_package_is_found_from_a_folder_elsewhere(
    standin_config, build_runner, tmp_path
):
    cfg = standin_config
    cfg.custom_hooks = [dict(COMPARE, config='tgdfer_demo_base.py')]
    cfg.dump(tmp_path / 'first.py')
    runner = build_runner(type(cfg).fromfile(tmp_path / 'first.py'))
    other = runner._hooks[-1]._other_config(runner)
    assert other.model.type == 'Recognizer2D'
