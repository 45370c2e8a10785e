"""A model of one data set on the clips of another."""

import shutil

import pytest
import torch
from mmaction.structures import ActionDataSample
from mmengine.config import Config
from mmengine.registry import RUNNERS

from tgdfer_mm.datasets import cross_dataset, load_classes
from tgdfer_mm.evaluation import MappedEvaluator
from tgdfer_mm.paths import config_dir
from tgdfer_mm.recipe import apply_recipe
from tgdfer_mm.recipe.other_data_set import evaluate_on
from tgdfer_mm.registry import DATASETS

DFEW, MAFW = load_classes('dfew'), load_classes('mafw')


@pytest.fixture
def config(mafw):
    return dict(type='MAFWDataset', data_root=str(mafw), subset='test', fold=3)


def names(dataset):
    return [
        dataset.classes[dataset.get_data_info(i)['label']] for i in range(len(dataset))
    ]


def test_clips_without_a_counterpart_are_excluded_and_counted(config, log):
    dataset = DATASETS.build(
        dict(type='cross_dataset', label_map='dfew_to_mafw', dataset=config)
    )
    assert names(dataset) == list(MAFW[:7])
    meta = dataset.metainfo
    assert meta['classes'] == MAFW and meta['model_classes'] == DFEW
    assert meta['excluded_classes'] == dict.fromkeys(MAFW[7:], 1)
    assert any('4 of the 11 clips' in m and 'contempt 1' in m for m in log)
    assert any('1,097' in m for m in log)


def test_all_clips_stay_where_all_classes_have_a_counterpart(ferv39k, log):
    dataset = cross_dataset(
        'dfew_to_ferv39k',
        dict(type='FERV39kDataset', data_root=str(ferv39k), subset='test'),
        label_order='alphabetical',
    )
    assert len(dataset) == 14 and not any('excluded' in m for m in log)
    assert dataset.metainfo['model_classes'] == load_classes('dfew', 'alphabetical')


def test_clips_of_all_folds_are_joined(config, mafw):
    lists = mafw / 'Train & Test Set/single/no_caption'
    rows = (lists / 'set_3/test.txt').read_bytes().splitlines(keepends=True)
    for fold in (1, 2):  # eleven clips, one of each class
        folder = lists / f'set_{fold}'
        folder.mkdir()
        (folder / 'test.txt').write_bytes(b''.join(rows[(fold - 1) * 4 : fold * 4]))
    (lists / 'set_3/test.txt').write_bytes(b''.join(rows[8:]))
    with pytest.raises(ValueError, match='no clip is of a class'):
        cross_dataset('dfew_to_mafw', config, folds=[1, 2, 3])
    dataset = cross_dataset('dfew_to_mafw', config, folds=[1, 2])
    assert len(dataset) == 7
    meta = dataset.metainfo
    assert meta['folds'] == [1, 2] and 'fold' not in meta
    assert meta['excluded_classes'] == {'contempt': 1}
    assert meta['model_classes'] == DFEW and meta['label_map'] == 'dfew_to_mafw'


def test_a_map_of_other_data_is_refused(config):
    with pytest.raises(ValueError, match="leads to 'dfew', but .* of 'mafw'"):
        cross_dataset('mafw_to_dfew', config)


class TestEvaluator:
    @staticmethod
    def sample(clip, label, best):
        sample = ActionDataSample(metainfo=dict(clip=clip)).set_gt_label(label)
        score = torch.full((7,), 0.05)
        score[DFEW.index(best)] = 0.7
        sample.set_pred_score(score).set_pred_label(torch.tensor([6]))
        sample.set_field(score.expand(4, 7), 'instance_scores')
        sample.set_field(torch.full((4, 7), 0.25), 'relevance')
        return sample

    @staticmethod
    def build(**meta):
        evaluator = MappedEvaluator('dfew_to_mafw', [dict(type='DFERMetric')])
        evaluator.dataset_meta = dict(
            classes=MAFW, model_classes=DFEW, label_map='dfew_to_mafw', **meta
        )
        return evaluator

    def test_predictions_are_judged_in_the_target_s_classes(self):
        evaluator = self.build()
        samples = [
            self.sample('1', MAFW.index('sadness'), 'sad'),
            self.sample('2', MAFW.index('sadness'), 'sad'),
            self.sample('3', MAFW.index('anger'), 'fear'),
        ]
        evaluator.process(samples)
        metrics = evaluator.evaluate(3)
        assert metrics['dfer/WAR'] == pytest.approx(200 / 3)
        assert metrics['dfer/UAR'] == pytest.approx(50)
        # What pictures and dumps see afterwards says the same.
        assert samples[0].pred_label.tolist() == [MAFW.index('sadness')]
        assert samples[0].pred_score.shape == (11,)
        assert samples[0].instance_scores.shape == samples[0].relevance.shape == (4, 11)

    def test_bad_input(self):
        sample = self.sample('1', 0, 'sad')
        evaluator = self.build()
        evaluator.dataset_meta = dict(classes=MAFW)
        with pytest.raises(ValueError, match='the data set None; wrap it'):
            evaluator.process([sample])
        sample.set_metainfo(dict(num_classes=5))
        sample.set_pred_score(torch.ones(5) / 5)
        with pytest.raises(ValueError, match=r'clip 1: the model scores \(5,\)'):
            self.build().process([sample])


class TestConfig:
    def test_the_pipeline_is_the_config_s_own(self):
        cfg = Config.fromfile(f'{config_dir()}/tgdfer_dfew.py')
        cfg.work_dir = 'work'
        cfg.train_dataloader.dataset.label_order = 'alphabetical'
        pipeline = cfg.test_dataloader.dataset.pipeline
        cfg.recipe.on = 'mafw'
        apply_recipe(cfg)
        dataset = cfg.test_dataloader.dataset
        assert dataset.label_map == cfg.test_evaluator.label_map == 'dfew_to_mafw'
        assert dataset.label_order == 'alphabetical'
        assert dataset.dataset.type == 'MAFWDataset'
        assert dataset.dataset.subset == 'test'
        assert dataset.dataset.pipeline == pipeline
        assert cfg.work_dir == 'work/fold1/on_mafw'

    @pytest.mark.parametrize(
        'config, name, words',
        [
            ('tgdfer_dfew', 'dfew', "'dfew_to_ferv39k', 'dfew_to_mafw'"),
            ('tgdfer_dfew', 'voxceleb', 'no label map leads there'),
            ('tgdfer_mafw_multi', 'dfew', "setting='multi'"),
        ],
    )
    def test_where_no_map_leads(self, config, name, words):
        cfg = Config.fromfile(f'{config_dir()}/{config}.py')
        with pytest.raises(ValueError, match=f'--on {name}: .*{words}'):
            evaluate_on(cfg, name)


def test_a_test_run_through_all_of_it(tiny, dfew, mafw, monkeypatch):
    cfg = tiny('tgdfer_dfew', dfew)
    monkeypatch.setenv('MAFW_ROOT', str(mafw))
    lists = mafw / 'Train & Test Set/single/no_caption'
    shutil.copytree(lists / 'set_3', lists / 'set_1')  # the fold of the run
    cfg.recipe = dict(on='mafw')
    runner = RUNNERS.build(cfg)
    metrics = runner.test()
    result = runner.test_evaluator.metrics[0].last_result
    assert result['num_clips'] == 7
    assert result['absent'] == list(MAFW[7:])
    # A random model may be right or wrong, but never names an unknown class.
    assert sum(row[i] for row in result['matrix'] for i in range(7, 11)) == 0
    assert 0 <= metrics['dfer/WAR'] <= 100
