"""The report on what became of the parts of a model."""

import json
from pathlib import Path

import pytest
import torch
from mmengine.hooks import Hook
from standin import StandInModel
from torch import nn

from lab.parts.measures import part_activity, part_state
from lab.parts.report_hook import compare_parts, part_states, recorded_activities
from tgdfer_mm.registry import MODELS


class Gate(nn.Module):
    """Scales by a learned number; its other part is never used."""

    def __init__(self):
        super().__init__()
        self.gain = nn.Parameter(torch.tensor(1.0))
        self.idle = nn.Parameter(torch.ones(3, 2))

    def forward(self, x):
        return x * self.gain


@part_state.register
def _(module: Gate):
    return {'gain': module.gain, 'idle': module.idle}


@part_activity.register
def _(module: Gate, inputs, output):
    return {'moved': (output - inputs[0]).norm(dim=1)}


@MODELS.register_module()
class GatedStandIn(StandInModel):
    """The stand-in with two such modules, one of which learns nothing."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.norm = nn.Identity()  # which would make up for any gain
        self.gate, self.shut = Gate(), Gate()
        self.shut.requires_grad_(False)

    def forward(self, inputs, *args, **kwargs):
        x = self.shut(self.gate(torch.stack(inputs)))
        return super().forward(list(x), *args, **kwargs)


@pytest.fixture
def cfg(standin_config):
    cfg = standin_config
    cfg.model.type = 'GatedStandIn'
    cfg.custom_hooks = [dict(type='PartsReportHook')]
    cfg.optim_wrapper = dict(optimizer=dict(type='SGD', lr=0.1))
    return cfg


def read(cfg):
    with open(f'{cfg.work_dir}/parts.json') as file:
        return json.load(file)


def test_what_changed_and_what_is_inert(cfg, build_runner, log):
    runner = build_runner(cfg)
    runner.train()
    report = read(cfg)
    parts = report['parts']
    assert set(parts) == {
        f'{module}.{part}'
        for module in ('gate', 'shut')
        for part in ('gain', 'idle', 'moved')
    }
    end = runner.model.gate.gain.item()
    assert parts['gate.gain']['start'] == 1
    assert parts['gate.gain']['end'] == pytest.approx(end)
    assert parts['gate.gain']['change'] == pytest.approx(abs(end - 1))
    # What a module did started at zero, so that its change is absolute.
    moved = parts['gate.moved']
    assert moved['start'] == 0 and moved['change'] == moved['end'] > 0.01
    assert parts['gate.idle'] == dict(start=None, end=None, change=0, inert=True)
    inert = ['gate.idle', 'shut.gain', 'shut.idle', 'shut.moved']
    assert sorted(report['inert']) == inert
    (warning,) = [line for line in log() if 'inert parts' in line]
    assert 'shut.moved' in warning and 'gate.gain' not in warning
    # The hooks on the modules are gone again.
    assert not any(m._forward_hooks for m in runner.model.modules())


def test_the_activity_is_the_mean_over_the_clips_of_the_first_batches(
    cfg, build_runner
):
    cfg.custom_hooks[0].num_batches = 2
    runner = build_runner(cfg)
    runner.train()
    data = runner.val_loop.dataloader.dataset
    gain = runner.model.gate.gain.item()
    expected = [(gain - 1) * data[i]['inputs'].norm().item() for i in range(4)]
    moved = read(cfg)['parts']['gate.moved']['end']
    assert moved == pytest.approx(abs(sum(expected) / 4), rel=1e-4)


def test_training_takes_no_notice(cfg, build_runner):
    trained = []
    for hooks in (cfg.custom_hooks, []):
        own = cfg.copy()
        own.custom_hooks = hooks
        own.work_dir = f'{cfg.work_dir}/{len(trained)}'
        runner = build_runner(own)
        runner.train()
        trained.append(torch.cat([p.flatten() for p in runner.model.parameters()]))
    assert torch.equal(*trained)


class _Stop(Hook):
    def after_train_iter(self, runner, batch_idx, data_batch=None, outputs=None):
        if runner.iter == 7:
            raise KeyboardInterrupt


def test_a_resumed_run_is_compared_with_its_first_start(cfg, build_runner, log):
    cfg.train_cfg.max_epochs = 2
    runner = build_runner(cfg)
    runner.register_hook(_Stop())
    with pytest.raises(KeyboardInterrupt):
        runner.train()
    cfg.resume = True
    build_runner(cfg).train()
    gain = read(cfg)['parts']['gate.gain']
    assert gain['start'] == 1
    assert gain['change'] == pytest.approx(abs(gain['end'] - 1))

    Path(cfg.work_dir, 'parts_start.safetensors').unlink()
    build_runner(cfg).train()
    gain = read(cfg)['parts']['gate.gain']
    assert gain['inert'] is None and gain['end'] is not None
    assert any('parts_start.safetensors' in line for line in log())


def test_without_validation_and_without_parts(standin_config, cfg, build_runner):
    cfg.val_cfg = cfg.val_dataloader = cfg.val_evaluator = None
    build_runner(cfg).train()
    assert 'gate.gain' in read(cfg)['parts']
    assert 'gate.moved' not in read(cfg)['parts']
    cfg.model.type = 'StandInModel'
    cfg.work_dir += '/plain'
    build_runner(cfg).train()
    with pytest.raises(FileNotFoundError):
        read(cfg)


def test_the_change_by_hand():
    start = dict(
        scalar=torch.tensor(4.0),
        zero=torch.tensor(0.0),
        rounded=torch.tensor(1e-8),
        vectors=torch.tensor([[[3.0, 4.0], [0.0, 2.0]]]),
        lost=torch.tensor(1.0),
    )
    end = dict(
        scalar=torch.tensor(5.0),
        zero=torch.tensor(-0.01),
        rounded=torch.tensor(0.5),
        vectors=torch.tensor([[[3.0, 4.5], [0.0, 2.0]]]),
        lost=torch.tensor(float('nan')),
        new=torch.tensor(2.0),
    )
    got = compare_parts(start, end, 0.01)
    changes = {name: part['change'] for name, part in got.items()}
    assert changes.pop('lost') is None and changes.pop('new') is None
    assert changes == pytest.approx(
        dict(scalar=0.25, zero=0.01, rounded=0.5, vectors=0.05)
    )
    assert [n for n, part in got.items() if part['inert']] == ['zero']
    assert got['lost'] == dict(start=1.0, end=None, change=None, inert=False)
    assert got['new']['inert'] is None
    assert compare_parts(None, start, 0.01)['scalar']['inert'] is None


def test_names_are_those_of_the_modules():
    assert set(part_states(Gate())) == {'gain', 'idle'}
    model = nn.Sequential(nn.Identity(), Gate())
    assert set(part_states(model)) == {'1.gain', '1.idle'}
    with recorded_activities(model) as recorded:
        model(torch.ones(2, 4))
        model(torch.ones(1, 4))
    model(torch.ones(1, 4))
    assert [len(each) for each in recorded['1.moved']] == [2, 1]


@pytest.mark.parametrize('wrong', [dict(tolerance=-1), dict(num_batches=-1)])
def test_negative_numbers_are_refused(wrong, cfg, build_runner):
    cfg.custom_hooks[0].update(wrong)
    with pytest.raises(ValueError, match=f'{next(iter(wrong))}=-1'):
        build_runner(cfg)
