import json

import numpy as np
import pytest
import torch
from mmengine.evaluator import Evaluator
from sklearn.metrics import accuracy_score, balanced_accuracy_score

from tgdfer_mm.evaluation import DFERMetric
from tgdfer_mm.evaluation.clip_metric import clip_scores
from tgdfer_mm.registry import METRICS


def evaluate(samples, classes, batch=4, size=None):
    metric = METRICS.build(dict(type='DFERMetric'))
    evaluator = Evaluator([metric])
    evaluator.dataset_meta = dict(classes=classes)
    for start in range(0, len(samples), batch):
        evaluator.process(samples[start : start + batch])
    return evaluator.evaluate(len(samples) if size is None else size), metric


CASES = {
    'all': (range(7), range(7)),
    'absent in truth': ((0, 2, 5), range(7)),
    'absent in prediction': (range(7), (1, 2)),
    'absent in both': ((0, 1, 3), (1, 3, 4)),
    'disjoint': ((0, 1), (2, 3)),
    'one class': ((6,), (6, 0)),
}


@pytest.mark.filterwarnings('ignore:y_pred contains classes')
@pytest.mark.parametrize('case', CASES)
@pytest.mark.parametrize('seed', range(3))
def test_uar_and_war_equal_scikit_learn(case, seed, classes, make_sample):
    rng = np.random.default_rng(seed)
    truth = rng.choice(list(CASES[case][0]), 60)
    pred = rng.choice(list(CASES[case][1]), 60)
    samples = [
        make_sample(f'{i:05}', t, p)
        for i, (t, p) in enumerate(zip(truth, pred, strict=True))
    ]
    got, metric = evaluate(samples, classes)
    assert got['dfer/WAR'] == pytest.approx(100 * accuracy_score(truth, pred))
    assert got['dfer/UAR'] == pytest.approx(100 * balanced_accuracy_score(truth, pred))
    recalls = {c: got.get(f'dfer/recall_{n}') for c, n in enumerate(classes)}
    for c, recall in recalls.items():
        if c in truth:
            expected = 100 * (pred[truth == c] == c).mean()
            assert recall == pytest.approx(expected)
        else:
            assert recall is None
            assert classes[c] in metric.last_result['absent']
    matrix = np.array(metric.last_result['matrix'])
    assert matrix.shape == (7, 8) and matrix.sum() == 60
    for t, p in np.ndindex(7, 7):
        assert matrix[t, p] == ((truth == t) & (pred == p)).sum()


def test_absent_classes_and_damaged_clips_are_named(log, classes, make_sample):
    samples = [make_sample(f'{i}', 0, 0) for i in range(3)]
    samples += [make_sample(f'bad{i}', 1, 1, damaged='truncated') for i in range(7)]
    evaluate(samples, classes)
    *_, absent, damaged = log
    assert absent.endswith('neutral, angry, surprise, disgust, fear')
    assert damaged.startswith('7 of 10 clips could not be read and count as wrong')
    assert 'bad0 (truncated)' in damaged and damaged.endswith('; 2 more')


@pytest.mark.parametrize('count', [1, 5, 6])
def test_five_damaged_clips_are_named_and_the_rest_counted(
    count, log, classes, make_sample
):
    samples = [make_sample(f'bad{i}', 0, 0, damaged='cut') for i in range(count)]
    evaluate([make_sample('good', 1, 1), *samples], classes)
    named = '; '.join(f'bad{i} (cut)' for i in range(min(count, 5)))
    assert log[-1].endswith(f': {named}' + '; 1 more' * (count == 6))
    assert log[-1].startswith(f'{count} of {count + 1} clips')


def test_order_and_batches_do_not_matter(classes, make_sample):
    rng = np.random.default_rng(0)
    samples = [
        make_sample(f'{i:05}', rng.integers(7), score=rng.random(7)) for i in range(40)
    ]
    expected, metric = evaluate(samples, classes, batch=4)
    shuffled = [samples[i] for i in rng.permutation(40)]
    got, other = evaluate(shuffled, classes, batch=7)
    assert got == expected
    assert other.last_result == metric.last_result


def test_damaged_counts_as_wrong_even_if_predicted_right(classes, make_sample):
    samples = [make_sample('a', 0, 0), make_sample('b', 0, 0, damaged='0 frames')]
    got, metric = evaluate(samples, classes)
    assert got['dfer/WAR'] == got['dfer/UAR'] == got['dfer/recall_happy'] == 50
    result = metric.last_result
    assert result['columns'][-1] == 'unreadable'
    assert result['matrix'][0] == [1, 0, 0, 0, 0, 0, 0, 1]
    assert result['damaged'] == [dict(clip='b', reason='0 frames')]
    assert json.loads(json.dumps(result, allow_nan=False)) == result


def test_padding_of_the_last_distributed_batch_is_cut(classes, make_sample):
    samples = [make_sample(f'{i}', i % 7, 0) for i in range(5)]
    expected, _ = evaluate(samples, classes)
    # mmengine interleaves the ranks; the sampler padded with the first clip.
    got, metric = evaluate([*samples, make_sample('0', 0, 0)], classes, size=5)
    assert got == expected
    assert metric.last_result['num_clips'] == 5


def test_more_results_than_clips_are_an_error_too(classes, make_sample):
    metric = DFERMetric()
    metric.dataset_meta = dict(classes=classes)
    metric.process(None, [make_sample(name, 0, 0).to_dict() for name in 'ab'])
    metric._size = 1
    with pytest.raises(ValueError, match='2 clips were evaluated.*has 1'):
        metric.compute_metrics(metric.results)


def test_works_with_samples_of_stock_recognizers(classes, make_sample):
    sample = make_sample('x', 2, 2)
    del sample.clip
    got, _ = evaluate([sample, sample.clone()], classes)
    assert got['dfer/WAR'] == 100


def test_missing_and_repeated_clips_are_errors(classes, make_sample):
    sample = make_sample('a', 0, 0)
    with pytest.raises(ValueError, match='1 clips were evaluated.*has 2'):
        evaluate([sample], classes, size=2)
    with pytest.raises(ValueError, match='more than once, e.g. a'):
        evaluate([sample, sample], classes)


@pytest.mark.parametrize(
    'broken, message',
    [
        (dict(score=torch.full((2, 7), 0.1)), 'clip a: .*average_clips'),
        (dict(score=[0.1] * 11), 'clip a: the model scores 11 classes.*has 7'),
        (dict(score=[float('nan')] + [0.1] * 6), 'clip a: .*not finite'),
        (dict(label=7, pred=0), 'clip a: label 7 is outside the 7 classes'),
        (dict(label=-1, pred=0), 'clip a: label -1 is outside the 7 classes'),
    ],
)
def test_unusable_predictions_are_errors_that_name_the_clip(
    broken, message, classes, make_sample
):
    with pytest.raises(ValueError, match=message):
        evaluate([make_sample('a', **{'label': 0, **broken})], classes)


def test_a_single_number_is_no_score_of_several_classes():
    with pytest.raises(ValueError, match=r'clip a: `pred_score` has shape \(\)'):
        clip_scores(dict(clip='a', pred_score=torch.tensor(0.5)), 7)


def test_absent_label_scores_and_classes_are_errors(classes, make_sample):
    unlabelled, unscored = make_sample('a', 0, 0), make_sample('b', 0, 0)
    several = make_sample('c', 0, 0)
    del unlabelled.gt_label, unscored.pred_score
    several.set_gt_label([0, 1, 1])
    for sample, match in (
        (unlabelled, 'clip a.*no `gt_label`'),
        (unscored, 'clip b.*no `pred_score`'),
        (several, 'clip c.*3 entries'),
    ):
        with pytest.raises(ValueError, match=match):
            evaluate([sample], classes)
    with pytest.raises(ValueError, match='needs the list of classes'):
        DFERMetric().process(None, [make_sample('d', 0, 0).to_dict()])
