import json

import numpy as np
import pytest
import torch
from mmengine.evaluator import Evaluator

from tgdfer_mm.registry import METRICS


def evaluate(samples, classes, size=None, **kwargs):
    metric = METRICS.build(dict(type='MultiLabelMetric', **kwargs))
    evaluator = Evaluator([metric])
    evaluator.dataset_meta = dict(classes=classes)
    for start in range(0, len(samples), 3):
        evaluator.process(samples[start : start + 3])
    return evaluator.evaluate(len(samples) if size is None else size), metric


@pytest.fixture
def make(make_sample):
    """Builds a sample with several labels."""

    def build(clip, labels, score=None, **meta):
        score = np.random.default_rng(int(clip)).random(7) if score is None else score
        sample = make_sample(clip, 0, score=score, **meta)
        sample.set_gt_label(torch.tensor(labels))
        return sample

    return build


@pytest.fixture
def samples(make):
    rng = np.random.default_rng(0)
    return [make(str(i), rng.integers(0, 2, 7).tolist()) for i in range(11)]


def test_the_three_means_and_each_class_are_reported(samples, classes):
    got, metric = evaluate(samples, classes)
    names = {f'multi/AP_{name}' for name in classes}
    assert got.keys() == {'multi/mAP', 'multi/macro_AUC', 'multi/macro_F1', *names}
    assert got['multi/mAP'] == pytest.approx(np.mean([got[n] for n in names]))
    result = metric.last_result
    assert json.loads(json.dumps(result, allow_nan=False)) == result


def test_padding_of_the_last_distributed_batch_is_cut(samples, classes):
    expected, _ = evaluate(samples, classes)
    assert evaluate([*samples, samples[0]], classes, size=11)[0] == expected
    with pytest.raises(ValueError, match='has 12'):
        evaluate(samples, classes, size=12)


def test_order_does_not_matter_and_the_threshold_only_to_f1(samples, classes):
    expected, _ = evaluate(samples, classes)
    assert evaluate(samples[::-1], classes)[0] == pytest.approx(expected)
    other, _ = evaluate(samples, classes, threshold=0.9)
    assert other.pop('multi/macro_F1') != expected.pop('multi/macro_F1')
    assert other == expected


def test_what_is_undefined_is_named_and_nothing_else(make, classes, log):
    all_but_one = [1, 1, 1, 1, 1, 1, 0]
    rows = [all_but_one, [0] * 7]
    evaluate([make(str(i), row) for i, row in enumerate(rows)], classes)
    assert [message for message in log if 'undefined' in message] == [
        'AP is undefined for these classes, and its mean leaves them out: fear',
        'AUC is undefined for these classes, and its mean leaves them out: fear',
    ]
    log.clear()
    evaluate([make(str(i), [i] * 7) for i in range(2)], classes)
    assert not any('undefined' in message for message in log)


def test_damaged_clips_count_as_wrong_and_are_listed(make, classes):
    right = [[1, 0, 0, 0, 0, 0, 0], [0, 1, 0, 0, 0, 0, 0]]
    samples = [make(str(i), row, score=row) for i, row in enumerate(right * 2)]
    assert evaluate(samples, classes)[0]['multi/macro_F1'] == 100
    samples[0].set_metainfo(dict(damaged='0 frames'))
    got, metric = evaluate(samples, classes)
    assert got['multi/AP_happy'] < 100 == got['multi/AP_sad']
    assert got['multi/macro_F1'] == pytest.approx((100 * 2 / 3 + 100) / 2)
    assert metric.last_result['damaged'] == [dict(clip='0', reason='0 frames')]


def test_labels_of_another_kind_are_errors_that_name_the_clip(make, classes):
    for labels, match in (
        ([1, 0, 1], 'clip 5: `gt_label` has 3 entries.*DFERMetric'),
        ([3], 'clip 5: .*1 entries'),
        ([0.5, 0.5, 0, 0, 0, 0, 0], 'clip 5: .*must be 0 or 1'),
        ([-1, 1, 0, 0, 0, 0, 0], 'clip 5: .*must be 0 or 1'),
        ([2, 1, 0, 0, 0, 0, 0], 'clip 5: .*must be 0 or 1'),
    ):
        with pytest.raises(ValueError, match=match):
            evaluate([make('5', labels)], classes)
    with pytest.raises(ValueError, match='the model scores 3 classes'):
        evaluate([make('5', [1] * 7, score=[0.1] * 3)], classes)
