"""The metrics, compared with scikit-learn and torchmetrics."""

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


@pytest.mark.parametrize('positives', range(1, 4))
def test_one_clip_of_either_kind_is_enough(positives):
    truth = [[int(i < positives)] for i in range(4)]
    scores = [[0.8], [0.1], [0.4], [0.6]]
    result = multi_label_scores(truth, scores, ['happy'], 0.5)
    flat = np.ravel(truth), np.ravel(scores)
    assert result['AUC']['happy'] == pytest.approx(100 * roc_auc_score(*flat))
    expected = 100 * average_precision_score(*flat)
    assert result['AP']['happy'] == pytest.approx(expected)
    assert result['positives'] == dict(happy=positives) and result['absent'] == []


def test_in_an_unreadable_clip_no_class_is_found():
    truth = [[1, 0], [1, 0], [0, 1], [0, 1]]
    scores = [[-0.5, -9.0], None, [-0.9, 3.0], [-0.8, 2.0]]
    result = multi_label_scores(truth, scores, CLASSES[:2], 0.0)
    # Ranked last: behind the two negatives of its class.
    assert result['AP']['happy'] == pytest.approx(100 * (1 + 2 / 4) / 2)
    assert result['AUC']['happy'] == pytest.approx(50)
    assert result['AP']['sad'] == result['F1']['sad'] == 100
    assert result['F1']['happy'] == 0


def test_a_score_at_the_threshold_counts_as_predicted():
    truth, scores = [[1, 0], [1, 1]], [[0.25, 0.75], [0.5, 0.25]]
    f1 = multi_label_scores(truth, scores, CLASSES[:2], 0.25)['F1']
    assert f1 == dict(happy=100, sad=pytest.approx(100 * 2 / 3))
    f1 = multi_label_scores(truth, scores, CLASSES[:2], 0.5)['F1']
    assert f1 == dict(happy=pytest.approx(100 * 2 / 3), sad=0)


@pytest.mark.parametrize('threshold', [-3.0, 0.0, 0.5])
def test_no_threshold_is_so_low_that_an_unreadable_clip_shows_something(threshold):
    scores = [[1.0, 0.7], None, [0.9, 0.6]]
    f1 = multi_label_scores([[1, 1], [0, 1], [1, 0]], scores, CLASSES[:2], threshold)
    assert f1['F1'] == dict(happy=100, sad=50)
    assert f1['AP']['happy'] == f1['AUC']['happy'] == 100
    nothing = multi_label_scores([[1, 1], [0, 1]], [None] * 2, CLASSES[:2], threshold)
    assert nothing['F1'] == dict(happy=0, sad=0)
    # All tie: the precision is the share of the positives.
    assert nothing['AP'] == dict(happy=50, sad=100)


@pytest.mark.parametrize('bins', [1, 4, 8])
def test_calibration_error_equals_a_plain_loop_with_clips_on_the_edges(bins):
    rng = np.random.default_rng(bins)
    confidence = rng.integers(0, 17, 200) / 16  # each edge is met, exactly
    correct = rng.random(200) < 0.4
    total = 0.0
    for i in range(bins):
        gap = 0.0
        for stated, right in zip(confidence, correct, strict=True):
            last = i == bins - 1 and stated == 1
            if i / bins <= stated < (i + 1) / bins or last:
                gap += stated - right
        total += abs(gap)
    got = expected_calibration_error(confidence, correct, bins)
    assert got == pytest.approx(total / 200)


def test_an_edge_belongs_to_the_bin_above_it():
    # With 0.9 in [0.5, 1] the gaps cancel to 0.4; below 0.5 it is alone.
    got = expected_calibration_error([0.5, 0.9], [True, False], bins=2)
    assert got == pytest.approx(0.4 / 2)


def test_what_passes_for_probabilities():
    assert confidence_of([0.0, 1.0], 2) == 1
    assert confidence_of([0.3, 0.705], 2) == 0.705  # half a percent is rounding
    assert confidence_of([0.0, 1.005], 2) == 1
    for scores in ([0.3, 0.72], [0.3, 0.68], [-0.1, 1.1], [-0.001, 1.001]):
        assert confidence_of(scores, 2) is None
    assert confidence_of(None, 8) == 1 / 8


@pytest.mark.parametrize('value', [float('nan'), float('inf'), -float('inf')])
def test_a_score_that_is_no_number_gives_no_number(value):
    scores = [0.2, value, 0.3]
    with pytest.raises(ValueError, match='scores are not finite'):
        confidence_of(scores, 3)
    with pytest.raises(ValueError, match='scores are not finite'):
        multi_label_scores([[1, 0, 0]] * 2, [[0.1, 0.2, 0.3], scores], 'abc', 0.5)
