"""Temporal sensitivity of models that use the order of frames, and of others."""

import json

import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmengine.dataset import BaseDataset
from mmengine.evaluator import Evaluator
from mmengine.model import BaseModel
from mmengine.runner import Runner

from tgdfer_mm.datasets.transforms.perturb_time import PERTURBATIONS
from tgdfer_mm.engine.temporal_sensitivity import (
    differences,
    perturb_time,
    report,
    temporal_sensitivity,
)
from tgdfer_mm.registry import DATASETS, MODELS, TRANSFORMS


@DATASETS.register_module()
class RisingOrFalling(BaseDataset):
    """Clips of several lengths that rise, fall, or are high or low throughout."""

    METAINFO = dict(classes=('rising', 'falling', 'high', 'low'))

    def load_data_list(self):
        return [
            dict(clip=f'{i:02}', label=i % 4, total_frames=6 + i) for i in range(16)
        ]


@TRANSFORMS.register_module()
class ReadCurve:
    """Gives the numbers of the sampled frames as pictures of one pixel."""

    def __call__(self, results):
        place = results['frame_inds'] / (results['total_frames'] - 1)
        curves = (place, 1 - place, np.ones_like(place), np.zeros_like(place))
        results['imgs'] = curves[results['label']][:, None, None, None]
        return results


@MODELS.register_module()
class CurveModel(BaseModel):
    """Sees the mean of the valid frames, and their slope if it sees order."""

    def __init__(self, sees_order):
        super().__init__()
        self.sees_order = sees_order

    def forward(self, inputs, data_samples, mode='tensor'):
        for frames, sample in zip(inputs, data_samples, strict=True):
            values = frames.flatten()[: sample.num_valid]
            mean = values.sort().values.mean()
            slope = values.diff().sum() if self.sees_order else mean * 0
            scores = torch.stack([slope, -slope, mean - 0.8, 0.2 - mean])
            sample.set_pred_score(scores.double())
        return data_samples


@pytest.fixture
def cfg(tmp_path):
    pipeline = [
        dict(type='SampleSegments', num_frames=8, test_mode=True),
        dict(type='ReadCurve'),
        dict(type='PackDFERInputs'),
    ]
    return Config(
        dict(
            model=dict(type='CurveModel', sees_order=True),
            test_dataloader=dict(
                batch_size=3,
                num_workers=0,
                sampler=dict(type='DefaultSampler', shuffle=False),
                dataset=dict(type='RisingOrFalling', pipeline=pipeline),
            ),
            test_evaluator=dict(type='DFERMetric'),
            test_cfg=dict(),
            work_dir=str(tmp_path / 'work'),
            default_scope='mmaction',
            log_level='WARNING',
        )
    )


def run(cfg):
    """What a runner does, without its logs and files: those take a second."""
    loader = Runner.build_dataloader(cfg.test_dataloader)
    evaluator = Evaluator(cfg.test_evaluator)
    evaluator.dataset_meta = loader.dataset.metainfo
    model = MODELS.build(cfg.model)
    for batch in loader:
        evaluator.process(model.test_step(batch), batch)
    return evaluator.evaluate(len(loader.dataset))


def test_a_model_that_sees_no_order_loses_exactly_nothing(cfg):
    cfg.model.sees_order = False
    change = differences(temporal_sensitivity(cfg, ['shuffled', 'reversed'], run))
    assert set(change) == {'shuffled', 'reversed'}
    for lost in change.values():
        assert lost['dfer/UAR'] == lost['dfer/WAR'] == 0
        assert set(lost.values()) == {0}


def test_a_model_that_sees_order_loses_what_rests_on_it(cfg, tmp_path, capsys):
    before = cfg.to_dict()
    results = temporal_sensitivity(cfg, PERTURBATIONS, run)
    assert cfg.to_dict() == before
    assert list(results) == ['unperturbed', *PERTURBATIONS]
    change = differences(results)
    assert results['unperturbed']['dfer/WAR'] == 100
    # Rising is taken for falling and the reverse; the other two classes stay.
    assert change['reversed']['dfer/WAR'] == -50
    assert change['frozen']['dfer/recall_high'] == 0
    assert change['frozen']['dfer/UAR'] < 0
    assert change['half_rate']['dfer/WAR'] == 0

    path = report(results, tmp_path / 'out', checkpoint='x.pth')
    content = json.loads(path.read_text())
    assert content['checkpoint'] == 'x.pth' and content['metrics'] == results
    assert content['differences'] == change
    shown = capsys.readouterr().out
    for text in ('dfer/UAR', 'half_rate', '100.00', '-50.00', '+0.00'):
        assert text in shown
    assert 'recall_high' not in shown


def test_shuffling_gives_the_same_result_again(cfg):
    cfg.test_dataloader.batch_size = 5
    first, second = (temporal_sensitivity(cfg, ['shuffled'], run) for _ in range(2))
    assert first == second
    assert first['shuffled']['dfer/WAR'] < 100


def test_other_metrics_than_ours_are_shown_too(tmp_path, capsys):
    results = dict(unperturbed={'acc/top1': 0.5}, frozen={'acc/top1': 0.25})
    report(results, tmp_path)
    shown = capsys.readouterr().out
    assert 'acc/top1' in shown and '-0.25' in shown


def test_the_step_comes_right_after_the_sampling_in_every_wrapped_pipeline(cfg):
    loader, inner = cfg.test_dataloader, cfg.test_dataloader.dataset
    stock = dict(
        type='VideoDataset',
        pipeline=[dict(type='DecordInit'), dict(type='mmaction.SampleFrames')],
    )
    loader.dataset = dict(type='ConcatDataset', datasets=[inner, inner, stock])
    got = perturb_time(cfg, 'reversed', seed=3).test_dataloader.dataset.datasets
    step = dict(type='PerturbTime', mode='reversed', seed=3)
    for data, place, length in zip(got, (1, 1, 2), (4, 4, 3), strict=True):
        assert data.pipeline[place] == step and len(data.pipeline) == length


def test_perturbing_twice_replaces(cfg):
    once = perturb_time(cfg, 'frozen')
    twice = perturb_time(once, 'shuffled')
    assert [t.get('mode') for t in twice.test_dataloader.dataset.pipeline] == [
        *(None, 'shuffled', None, None)
    ]
    # Also far from the start, and where nothing follows.
    pipeline = [dict(type='A'), dict(type='B'), dict(type='SampleFrames')]
    cfg.test_dataloader.dataset.pipeline = pipeline
    once = perturb_time(cfg, 'frozen')
    twice = perturb_time(once, 'shuffled')
    assert [t['type'] for t in twice.test_dataloader.dataset.pipeline] == [
        *('A', 'B', 'SampleFrames', 'PerturbTime')
    ]


def test_no_other_step_is_replaced(cfg):
    for follows in ('DecodeFrames', 'Resize'):
        pipeline = [dict(type='SampleFrames'), dict(type=follows)]
        cfg.test_dataloader.dataset.pipeline = pipeline
        got = perturb_time(cfg, 'frozen').test_dataloader.dataset.pipeline
        assert [t['type'] for t in got] == ['SampleFrames', 'PerturbTime', follows]


def test_runners_of_mmengine_keep_their_files_apart(cfg, tmp_path):
    dump = dict(type='DumpPredictions', out_file=str(tmp_path / 'p.jsonl'))
    cfg.test_evaluator = [dict(type='DFERMetric'), dump]
    got = temporal_sensitivity(cfg, ['frozen'], lambda c: Runner.from_cfg(c).test())
    assert got['unperturbed']['dfer/WAR'] > got['frozen']['dfer/WAR']
    folder = tmp_path / 'work/perturb_time/frozen'
    assert (folder / 'p.jsonl').read_text() != (tmp_path / 'p.jsonl').read_text()
    for work_dir in (tmp_path / 'work', folder):
        assert len(list(work_dir.glob('*/*.log'))) == 1


def test_a_mistake_is_found_before_anything_is_tested(cfg):
    def refuse(cfg):
        raise AssertionError('tested')

    with pytest.raises(ValueError, match="mode='backwards'"):
        temporal_sensitivity(cfg, ['frozen', 'backwards'], refuse)
    cfg.test_dataloader.dataset.pipeline[0].type = 'SampleAVAFrames'
    with pytest.raises(ValueError, match='SampleAVAFrames, ReadCurve.*has none of Sam'):
        temporal_sensitivity(cfg, ['frozen'], refuse)
    with pytest.raises(ValueError, match='has no data set with a pipeline'):
        perturb_time(Config(dict(model=dict())), 'frozen')
