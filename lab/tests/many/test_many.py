"""Folds and seeds trained as one batch of models are the runs one by one."""

import json
import runpy
import sys
from pathlib import Path

import pytest
import torch
from mmengine.runner import Runner

from lab.many.models import ManyModels
from lab.many.write import folder_of, judge_member, save_member
from lab.paths import LAB
from tgdfer_mm.datasets.feature_store import FeatureCacheError
from tgdfer_mm.engine import glibc_memory
from tgdfer_mm.features import train_on_features
from tgdfer_mm.protocol.results import load_result, numbers_of

FLIP = dict(type='Flip', flip_ratio=0.5)


@pytest.fixture
def make_cached(make_config, tmp_path):
    def make(*args, **kwargs):
        return train_on_features(make_config(*args, **kwargs), tmp_path / 'cache')

    return make


# Adam divides by a gradient's own size: where there is next to none, rounding decides
# on a whole step, and no bound on the weights holds on every CPU. With an `eps` that is
# large next to rounding, the same optimizer moves a weight by less than lr / eps times
# what is rounded of its gradient.
@pytest.mark.parametrize('optimizer', [dict(lr=1e-3, eps=0.01), dict(type='SGD')])
def test_losses_and_weights_are_those_of_the_runs_one_by_one(
    make_cached, make_config, run, tmp_path, optimizer
):
    changes = {f'optim_wrapper.optimizer.{key}': v for key, v in optimizer.items()}

    def cached(fold, seed=0):
        return make_cached([FLIP], fold=fold, seed=seed, **changes)

    # Fold 1 has batches of 3, 3, 1 clips, fold 2 of 3, 2; two views are drawn from.
    many = ManyModels([cached(fold) for fold in (1, 2)], seeds=(3, 4))
    many.train()
    assert [(m.fold, m.seed) for m in many.members] == [(1, 3), (1, 4), (2, 3), (2, 4)]
    for member in (many.members[1], many.members[2]):
        losses, runner, _ = run(cached(member.fold, member.seed))
        assert member.losses == pytest.approx(losses, abs=1e-4)
        found = member.model.state_dict()
        for name, value in runner.model.state_dict().items():
            torch.testing.assert_close(found[name], value, atol=1e-5, rtol=0)
    assert many.members[0].losses != many.members[1].losses
    # Written where a protocol looks, as a checkpoint of the ordinary model.
    for member in many.members:
        scores = judge_member(member, tmp_path)
        result = load_result(folder_of(member, tmp_path) / 'predictions.jsonl')
        found = numbers_of(result.predictions, result.meta['classes'])
        assert found['WAR'] == pytest.approx(scores['dfer/WAR'])
        assert result.meta['selection']['rule'] == 'last'
    path = save_member(member, tmp_path)
    assert path == tmp_path / 'seed4/fold2/epoch_2.pth'
    cfg = make_config(fold=2, load_from=str(path))
    judged = Runner.from_cfg(cfg).test()
    assert judged['dfer/WAR'] == pytest.approx(scores['dfer/WAR'])
    assert path.stat().st_size < 20e6  # one model, not the stack


def test_the_features_are_resident_once_and_parameters_are_views(make_cached):
    many = ManyModels([make_cached()], seeds=(0, 1, 2))
    assert many.features.numel() == many.store.array.size
    for name, stack in many.trained.items():
        for s, member in enumerate(many.members):
            own = member.model.get_parameter(name)
            assert own.data_ptr() == stack[s].data_ptr()
    towers = {id(member.model.backbone) for member in many.members}
    assert len(towers) == 1


@pytest.mark.parametrize(
    ('changes', 'named'),
    [
        ({'model.cls_head.temporal': dict(type='dropping')}, 'cls_head.*Dropout'),
        ({'optim_wrapper.accumulative_counts': 2}, 'accumulative_counts'),
        ({'model.type': 'Recognizer2D'}, 'TextGuidedRecognizer'),
    ],
)
def test_what_cannot_be_trained_so_is_refused(make_cached, changes, named):
    from tgdfer_mm.registry import TEMPORAL

    @TEMPORAL.register_module(name='dropping', force=True)
    class Dropping(torch.nn.Module):
        def __init__(self, dim):
            super().__init__()
            self.drop = torch.nn.Dropout(0.5)

    cfg = make_cached(**changes)
    if cfg.model.type == 'Recognizer2D':
        cfg.model = dict(
            type='Recognizer2D',
            backbone=cfg.model.backbone,
            cls_head=dict(type='TSNHead', num_classes=7, in_channels=32),
        )
    with pytest.raises(FeatureCacheError, match=named):
        ManyModels([cfg], seeds=(0,))


def test_the_command_writes_what_the_protocol_reads(make_config, tmp_path, monkeypatch):
    kept = []
    monkeypatch.setattr(glibc_memory, 'keep_freed_memory', lambda: kept.append(1))
    monkeypatch.setenv('LOCAL_RANK', '0')
    monkeypatch.chdir(tmp_path)
    make_config([FLIP]).dump('config.py')
    words = 'config.py --seeds 0-1 --work-dir out --device cpu --no-checkpoints'
    monkeypatch.setattr(sys, 'argv', ['train_many.py', *words.split()])
    tool = LAB / 'tools/train_many.py'
    runpy.run_path(str(tool), run_name='__main__')
    assert kept == [1]
    written = json.loads(Path('out/results.json').read_text())
    assert len(written['runs']) == 2
    for run in written['runs']:
        assert Path('out', run['run'], 'predictions.jsonl').is_file()
