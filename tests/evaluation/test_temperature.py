"""Temperatures: unchanged orders, the fitted value, and refused predictions."""

import numpy as np
import pytest
import torch
from torchmetrics.functional.classification import multiclass_calibration_error

from tgdfer_mm.evaluation.scores import expected_calibration_error
from tgdfer_mm.evaluation.temperature import (
    CalibrationError,
    fit_temperature,
    judge_calibration,
    negative_log_likelihood,
    reliability_bins,
    scale_probabilities,
    usable_scores,
)


def softmax(logits):
    return torch.as_tensor(logits).softmax(-1).numpy()


def drawn(seed, count=4000, classes=7, spread=2.0):
    """Logits, and labels drawn from their softmax: calibrated as they are."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(0, spread, (count, classes))
    labels = [rng.choice(classes, p=row) for row in softmax(logits)]
    return logits, np.array(labels)


def line(clip='a', label=0, score=(0.7, 0.3)):
    return dict(clip=clip, label=label, score=score and list(score), damaged=None)


@pytest.mark.parametrize('temperature', [0.05, 0.4, 1.0, 1.7, 20.0])
def test_the_order_of_the_classes_never_changes(temperature):
    rng = np.random.default_rng(3)
    given = softmax(rng.normal(0, 6, (500, 7))).astype(np.float32)
    given[0] = [1, 0, 0, 0, 0, 0, 0]  # what single precision makes of a sure model
    scaled = scale_probabilities(given, temperature)
    assert np.array_equal(scaled.argmax(-1), given.argmax(-1))
    order = given.argsort(-1)
    ordered = np.take_along_axis(scaled, order, -1)
    assert (np.diff(ordered) >= 0).all()
    assert np.allclose(scaled.sum(-1), 1) and np.isfinite(scaled).all()


def test_it_is_the_softmax_of_divided_logits():
    logits = np.random.default_rng(0).normal(0, 3, (50, 5))
    assert np.allclose(scale_probabilities(softmax(logits), 2.5), softmax(logits / 2.5))
    assert np.allclose(scale_probabilities(softmax(logits), 1.0), softmax(logits))


@pytest.mark.parametrize('true', [0.5, 1.0, 1.8, 4.0])
def test_the_fit_finds_the_temperature_that_logits_were_made_with(true):
    logits, labels = drawn(1)
    found = fit_temperature(softmax(logits * true), labels)
    assert found == pytest.approx(true, rel=0.05)


def test_no_other_temperature_has_a_lower_likelihood_loss():
    logits, labels = drawn(2, count=300)
    given = softmax(logits * 2)
    best = fit_temperature(given, labels)
    least = negative_log_likelihood(scale_probabilities(given, best), labels)
    for other in (0.5, 0.9 * best, 0.999 * best, 1.001 * best, 1.1 * best, 5.0):
        loss = negative_log_likelihood(scale_probabilities(given, other), labels)
        assert loss >= least


def test_a_temperature_mends_scores_that_are_too_sure():
    logits, labels = drawn(4)
    given = softmax(logits * 3)
    scaled = scale_probabilities(given, fit_temperature(given, labels))
    before, after = judge_calibration(given, labels), judge_calibration(scaled, labels)
    assert after['ECE'] < before['ECE'] / 4 and after['NLL'] < before['NLL']
    assert after['accuracy'] == before['accuracy']


def test_the_error_is_that_of_torchmetrics():
    logits, labels = drawn(5, count=200)
    given = softmax(logits)
    theirs = multiclass_calibration_error(
        torch.from_numpy(given), torch.from_numpy(labels), 7, n_bins=15
    )
    ours = judge_calibration(given, labels)['ECE'] / 100
    assert ours == pytest.approx(float(theirs), abs=1e-6)


def test_the_bins_of_the_picture_add_up_to_the_error():
    logits, labels = drawn(6, count=150)
    given = softmax(logits)
    bins = reliability_bins(given, labels)
    assert sum(b['clips'] for b in bins) == 150
    gaps = sum(b['clips'] * abs(b['confidence'] - b['accuracy']) for b in bins)
    right = given.argmax(-1) == labels
    wanted = expected_calibration_error(given.max(-1), right)
    assert gaps / 150 == pytest.approx(wanted)
    assert all(b['low'] <= b['confidence'] <= b['high'] for b in bins)


@pytest.mark.parametrize(
    ('scores', 'labels', 'said'),
    [
        (np.zeros((0, 2)), [], 'there is no clip'),
        ([[0.9, 0.1], [0.2, 0.8]], [0, 0], 'have the same class'),
        ([[0.9, 0.1], [0.2, 0.8]], [0, 1], 'all 2 predictions are right'),
        ([[0.9, 0.1], [0.2, 0.8]], [1, 0], 'all 2 predictions are wrong'),
        # Surer where it is wrong: the flatter, the better.
        (
            [[0.6, 0.4], [0.6, 0.4], [0.01, 0.99]],
            [0, 1, 0],
            'only 0.05 to 20.* is accepted',
        ),
    ],
)
def test_what_cannot_be_fitted_is_refused(scores, labels, said):
    with pytest.raises(CalibrationError, match=said):
        fit_temperature(scores, labels)


def test_unreadable_clips_are_left_out_and_the_rest_checked():
    scores, labels = usable_scores([line(), line('b', 1, None), line('c', 1)])
    assert scores.shape == (2, 2) and labels.tolist() == [0, 1]
    with pytest.raises(CalibrationError, match='clip m has several labels'):
        usable_scores([line(), line('m', [1, 0])])
    with pytest.raises(CalibrationError, match='clip n has no label'):
        usable_scores([line('n', None)])
    with pytest.raises(CalibrationError, match=r'clip s: .*one sigmoid'):
        usable_scores([line('s', 0, (0.9, 0.8))])
