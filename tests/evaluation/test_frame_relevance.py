import json

import numpy as np
import pytest
import torch
from mmengine.evaluator import Evaluator
from sklearn.metrics import average_precision_score, roc_auc_score

from tgdfer_mm.evaluation import FrameRelevanceMetric
from tgdfer_mm.evaluation.frame_relevance import frame_values

INTENSITY = [0.0, 0.1, 0.5, 0.9, 1.0, 0.4, 0.2, 0.0]  # 4 of 8 reach 0.4


@pytest.fixture
def ann_file(tmp_path):
    clips = {name: dict(label='sad', intensity=INTENSITY) for name in ('a', 'b')}
    clips['b']['label'] = 'Sad'  # as FERV39k spells its classes
    clips['still'] = dict(label='sad', intensity=[0.0] * 8)
    clips['peak'] = dict(label='sad', intensity=[1.0] * 8)
    path = tmp_path / 'intensities.json'
    path.write_text(json.dumps(dict(apex_threshold=0.4, clips=clips)))
    return path


def values_of(column, label=1):
    values = np.random.default_rng(0).random((len(column), 7)).astype('float32')
    values[:, label] = column
    return values


def evaluate(samples, ann_file, classes, **kwargs):
    metric = FrameRelevanceMetric(str(ann_file), **kwargs)
    evaluator = Evaluator([metric])
    evaluator.dataset_meta = dict(classes=classes)
    evaluator.process(samples)
    return evaluator.evaluate(len(samples)), metric.last_result


@pytest.mark.parametrize(
    'source, prefix', [('relevance', 'relevance'), ('instance_scores', 'instance')]
)
def test_perfect_and_inverted_ranking(source, prefix, ann_file, classes, make_sample):
    column = np.array(INTENSITY) + 0.1
    perfect = make_sample('a', 1, 1, values=values_of(column))
    inverted = make_sample('b', 1, 1, values=values_of(2 - column))
    got, _ = evaluate([perfect], ann_file, classes, source=source)
    assert got == {f'{prefix}/AUROC': 1.0, f'{prefix}/AP': 1.0}
    got, _ = evaluate([inverted], ann_file, classes, source=source)
    assert got[f'{prefix}/AUROC'] == 0.0
    got, result = evaluate([perfect, inverted], ann_file, classes, source=source)
    assert got[f'{prefix}/AUROC'] == 0.5 and result['scored'] == 2


def test_both_sources_side_by_side(ann_file, classes, make_sample):
    column = np.array(INTENSITY) + 0.1
    sample = make_sample('a', 1, 1, values=np.ones((8, 7)))  # saturated: all frames tie
    sample.set_field(torch.from_numpy(values_of(column)), 'relevance')
    evaluator = Evaluator(
        [
            FrameRelevanceMetric(str(ann_file)),
            FrameRelevanceMetric(str(ann_file), source='instance_scores'),
        ]
    )
    evaluator.dataset_meta = dict(classes=classes)
    evaluator.process([sample])
    assert evaluator.evaluate(1) == {
        'relevance/AUROC': 1.0,
        'relevance/AP': 1.0,
        'instance/AUROC': 0.5,
        'instance/AP': 0.5,
    }


def test_a_prefix_of_one_s_own_wins(ann_file, classes, make_sample):
    sample = make_sample('a', 1, 1, values=values_of(np.array(INTENSITY) + 0.1))
    got, _ = evaluate([sample], ann_file, classes, prefix='mine')
    assert got.keys() == {'mine/AUROC', 'mine/AP'}


def test_equals_scikit_learn_on_sampled_frames(ann_file, classes, make_sample):
    inds = np.array([0, 2, 3, 6, 7])
    column = np.array([0.3, 0.2, 0.9, 0.4, 0.1], 'float32')
    truth = [False, True, True, False, False]
    sample = make_sample('a', 1, 1, values=values_of(column), frame_inds=inds)
    got, _ = evaluate([sample], ann_file, classes)
    assert got['relevance/AUROC'] == pytest.approx(roc_auc_score(truth, column))
    assert got['relevance/AP'] == pytest.approx(average_precision_score(truth, column))


def test_padded_frames_do_not_take_part(ann_file, classes, make_sample):
    inds = np.array([0, 1, 2, 3, 3, 3])
    column = np.array([0.1, 0.2, 0.3, 0.4, 0.0, 0.0])  # padding would spoil it
    sample = make_sample(
        'a', 1, 1, values=values_of(column), frame_inds=inds, num_valid=4
    )
    got, _ = evaluate([sample], ann_file, classes)
    assert got['relevance/AUROC'] == 1


def test_instances_of_several_frames(ann_file, classes, make_sample):
    assert frame_values(np.array([1, 2]), 7, 4).tolist() == [1, 1, 1, 1, 2, 2, 2]
    sample = make_sample('a', 1, 1, values=values_of([0.2, 0.6]), frames_per_instance=4)
    got, _ = evaluate([sample], ann_file, classes)
    truth = np.array(INTENSITY) >= 0.4
    expected = roc_auc_score(truth, [0.2] * 4 + [0.6] * 4)
    assert got['relevance/AUROC'] == pytest.approx(expected)


def test_clips_without_a_ranking_are_counted_not_averaged(
    ann_file, classes, make_sample
):
    values = values_of(np.array(INTENSITY) + 0.1)
    names = ('a', 'still', 'peak')
    samples = [make_sample(name, 1, 1, values=values) for name in names]
    samples.append(make_sample('b', 1, 1, damaged='0 frames'))
    got, result = evaluate(samples, ann_file, classes)
    assert got['relevance/AUROC'] == 1 and result['scored'] == 1
    assert result['skipped'] == {
        'all sampled frames expressive': 1,
        'no sampled frames expressive': 1,
        'unreadable': 1,
    }
    got, result = evaluate(samples[1:2], ann_file, classes)
    assert got == {} and result['AUROC'] is None


def test_bad_input_is_named(tmp_path, ann_file, classes, make_sample):
    with pytest.raises(FileNotFoundError, match='nowhere.json: no such file'):
        FrameRelevanceMetric(str(tmp_path / 'nowhere.json'))
    broken = tmp_path / 'broken.json'
    broken.write_text('{"clips": {}}')
    with pytest.raises(ValueError, match='broken.json.*apex_threshold'):
        FrameRelevanceMetric(str(broken))
    with pytest.raises(ValueError, match="source='attention'"):
        FrameRelevanceMetric(str(ann_file), source='attention')

    values = values_of(INTENSITY)
    cases = {
        'clip c is not in the file': make_sample('c', 1, 1, values=values),
        "labelled 'sad' there and 'fear'": make_sample('a', 6, 1, values=values),
        'no `relevance`': make_sample('a', 1, 1),
        'has shape': make_sample('a', 1, 1, values=values[:, :5]),
        'not finite': make_sample('a', 1, 1, values=values * np.nan),
        'has 8 intensities, but frame 9': make_sample(
            'a', 1, 1, values=values, frame_inds=np.arange(2, 10)
        ),
    }
    for message, sample in cases.items():
        with pytest.raises(ValueError, match=message):
            evaluate([sample], ann_file, classes)
