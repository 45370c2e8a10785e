"""The numbers themselves, against scikit-learn and torchmetrics."""

import numpy as np
import pytest
import torch
from sklearn.metrics import average_precision_score, f1_score, roc_auc_score
from torchmetrics.functional.classification import multiclass_calibration_error

from tgdfer_mm.evaluation.scores import (
    confidence_of,
    expected_calibration_error,
    multi_label_scores,
    single_label_scores,
)

CLASSES = ('happy', 'sad', 'neutral', 'angry')


def draw(seed, clips=80, classes=4, labels=None):
    rng = np.random.default_rng(seed)
    scores = rng.dirichlet(np.full(classes, 0.5), clips)
    truth = rng.choice(labels or list(range(classes)), clips)
    return truth, scores


def single(truth, scores):
    return single_label_scores(
        truth.tolist(),
        scores.argmax(1).tolist(),
        [confidence_of(row, len(CLASSES)) for row in scores],
        CLASSES,
    )


@pytest.mark.parametrize('seed', range(3))
def test_calibration_error_equals_torchmetrics(seed):
    truth, scores = draw(seed)
    ours = single(truth, scores)['ECE']
    theirs = multiclass_calibration_error(
        *(torch.from_numpy(scores), torch.from_numpy(truth), 4),
        **dict(n_bins=15, norm='l1'),
    )
    assert ours == pytest.approx(100 * theirs.item(), abs=1e-5)


def test_calibration_error_of_hand_made_bins():
    # Two bins: [0.6, 0.667) with gap 0.6 - 0.5, and the last one with 1.0 - 1.
    assert expected_calibration_error(
        [0.6, 0.6, 1.0, 1.0], [True, False, True, True]
    ) == pytest.approx(0.5 * 0.1)
    assert expected_calibration_error([1.0], [False]) == 1
    # Over- and underconfidence in different bins do not cancel; in one bin they do.
    assert expected_calibration_error([0.5, 0.9], [True, False]) == pytest.approx(0.7)
    assert expected_calibration_error(
        [0.61, 0.61], [True, False], bins=1
    ) == pytest.approx(0.11)


def test_scores_that_are_no_probabilities_have_no_calibration_error():
    truth, scores = draw(0)
    assert single(truth, 2 * scores)['ECE'] is None
    assert single(truth, np.log(scores))['ECE'] is None
    rounded = torch.from_numpy(scores).bfloat16().double().numpy()
    assert single(truth, rounded)['ECE'] is not None


@pytest.mark.parametrize('labels', [[0, 1, 2, 3], [0, 2], [3]])
def test_macro_f1_is_the_mean_over_classes_with_a_true_clip(labels):
    truth, scores = draw(1, labels=labels)
    pred = scores.argmax(1)
    result = single(truth, scores)
    expected = f1_score(truth, pred, labels=labels, average='macro')
    assert result['macro_F1'] == pytest.approx(100 * expected)
    for c, name in enumerate(CLASSES):
        if c in labels:
            matrix = np.array(result['matrix'])
            hits = matrix[c, c]
            f1 = 2 * hits / (matrix[c].sum() + matrix[:, c].sum())
            assert result['F1'][name] == pytest.approx(100 * f1)
        else:
            assert result['F1'][name] is None and name in result['absent']


def test_an_unreadable_clip_is_wrong_and_states_nothing():
    truth, scores = draw(2)
    pred = scores.argmax(1).tolist()
    confidence = [confidence_of(row, 4) for row in scores]
    lost = next(i for i, (t, p) in enumerate(zip(truth, pred, strict=True)) if t == p)
    before = single_label_scores(truth.tolist(), pred, confidence, CLASSES)
    pred[lost], confidence[lost] = None, confidence_of(None, 4)
    assert confidence[lost] == 0.25
    after = single_label_scores(truth.tolist(), pred, confidence, CLASSES)
    assert after['WAR'] == pytest.approx(before['WAR'] - 100 / len(truth))
    name = CLASSES[truth[lost]]
    assert after['recall'][name] < before['recall'][name]
    assert after['F1'][name] < before['F1'][name]
    others = [n for n in CLASSES if n != name]
    assert all(after['F1'][n] == before['F1'][n] for n in others)
    assert np.array(after['matrix'])[:, -1].sum() == 1


@pytest.mark.parametrize('seed', range(3))
def test_multi_label_numbers_equal_scikit_learn(seed):
    rng = np.random.default_rng(seed)
    truth, scores = rng.integers(0, 2, (60, 4)), rng.random((60, 4))
    result = multi_label_scores(truth, scores, CLASSES, 0.5)
    macro = dict(average='macro')
    expected = dict(
        mAP=average_precision_score(truth, scores, **macro),
        macro_AUC=roc_auc_score(truth, scores, **macro),
        macro_F1=f1_score(truth, scores >= 0.5, **macro),
    )
    for name, value in expected.items():
        assert result[name] == pytest.approx(100 * value), name


def test_a_class_without_positives_takes_no_part():
    rng = np.random.default_rng(0)
    truth, scores = rng.integers(0, 2, (60, 4)), rng.random((60, 4))
    truth[:, 1], truth[:, 2] = 0, 1  # none, and all
    result = multi_label_scores(truth, scores, CLASSES, 0.5)
    assert result['absent'] == ['sad']
    assert result['AP']['sad'] is result['F1']['sad'] is None
    assert result['AUC']['sad'] is result['AUC']['neutral'] is None
    assert result['AP']['neutral'] == 100
    assert result['mAP'] == pytest.approx(
        100 * average_precision_score(truth[:, [0, 2, 3]], scores[:, [0, 2, 3]])
    )
    nothing = multi_label_scores(0 * truth, scores, CLASSES, 0.5)
    assert nothing['mAP'] is nothing['macro_AUC'] is nothing['macro_F1'] is None


def test_in_an_unreadable_clip_no_class_is_found():
    truth = [[1, 0], [1, 0], [0, 1], [0, 1]]
    scores = [[-0.5, -9.0], None, [-0.9, 3.0], [-0.8, 2.0]]
    result = multi_label_scores(truth, scores, CLASSES[:2], 0.0)
    # Ranked last: behind the two negatives of its class.
    assert result['AP']['happy'] == pytest.approx(100 * (1 + 2 / 4) / 2)
    assert result['AUC']['happy'] == pytest.approx(50)
    assert result['AP']['sad'] == result['F1']['sad'] == 100
    assert result['F1']['happy'] == 0
