"""Temperature scaling: one temperature that calibrates a model's probabilities."""

from collections.abc import Sequence

import numpy as np

from .scores import BINS, confidence_of, expected_calibration_error

LEAST, MOST = 0.05, 20.0  # smallest and largest temperature that is accepted [choice]
# Scores that single precision has rounded to 0 stay below all others.
_SMALLEST = 1.4e-45


class CalibrationError(ValueError):
    """No temperature can be fitted to the predictions; the user can correct it."""

    exit_code = 2  # exit code of a command


def scale_probabilities(probabilities: np.ndarray, temperature: float) -> np.ndarray:
    """Probabilities at another temperature.

    For a softmax the result is the softmax of the logits divided by the temperature
    [from Guo et al., On Calibration of Modern Neural Networks, ICML 2017]. For a mean
    of softmaxes, as in a model with several heads, the logarithms are used as logits
    [choice]. The order of the classes never changes.

    Args:
        probabilities: (..., K); each row has the sum one.
        temperature: A number above 0. A value above 1 makes the model less certain; 1
            changes nothing.

    Returns:
        The same shape, in double precision.
    """
    logits = np.log(np.maximum(np.asarray(probabilities, float), _SMALLEST))
    logits /= temperature
    powers = np.exp(logits - logits.max(-1, keepdims=True))
    return powers / powers.sum(-1, keepdims=True)


def negative_log_likelihood(probabilities: np.ndarray, labels: Sequence[int]) -> float:
    """Mean negative log-likelihood of the true classes, in nats.

    Args:
        probabilities: (N, K).
        labels: N class indices.
    """
    true = np.asarray(probabilities, float)[np.arange(len(labels)), np.asarray(labels)]
    return float(-np.log(np.maximum(true, _SMALLEST)).mean())


def fit_temperature(probabilities: np.ndarray, labels: Sequence[int]) -> float:
    """The temperature with the least negative log-likelihood.

    It is convex in 1 / temperature, so there is only one minimum.

    Args:
        probabilities: (N, K), of clips that were not used for training.
        labels: N class indices.

    Raises:
        CalibrationError: There is no clip, all clips have the same class, all or none
            of the predictions are right, or the minimum is not at a finite temperature
            from 0.05 to 20.
    """
    from scipy.optimize import minimize_scalar  # slow to import

    probabilities, labels = np.asarray(probabilities, float), np.asarray(labels)
    if not len(labels):
        raise CalibrationError(
            'there is no clip to fit a temperature to: give predictions of at least '
            'one readable clip'
        )
    if len(set(labels.tolist())) == 1:
        raise CalibrationError(
            f'all {len(labels)} clips have the same class, which says nothing about '
            'the scores of the others: more clips are needed'
        )
    right = int((probabilities.argmax(-1) == labels).sum())
    if right in (0, len(labels)):
        raise CalibrationError(
            (
                f'all {len(labels)} predictions are right, so there is no finite '
                'temperature: more clips, or harder ones, are needed'
            )
            if right
            else f'all {len(labels)} predictions are wrong: use a better model'
        )
    found = minimize_scalar(
        lambda log: negative_log_likelihood(
            scale_probabilities(probabilities, np.exp(log)), labels
        ),
        bounds=(np.log(LEAST / 2), np.log(MOST * 2)),
        method='bounded',
        options=dict(xatol=1e-6),
    )
    temperature = float(np.exp(found.x))
    if not LEAST <= temperature <= MOST:
        raise CalibrationError(
            f'the best temperature is {temperature:.3g}, but only {LEAST} to {MOST} is '
            'accepted: the scores say almost nothing about whether the '
            f'{len(labels)} predictions are right. Use more clips or another model'
        )
    return temperature


def judge_calibration(probabilities: np.ndarray, labels: Sequence[int]) -> dict:
    """Measures how well probabilities fit the true classes.

    Args:
        probabilities: (N, K).
        labels: N class indices.

    Returns:
        `NLL` (nats), `ECE` (percent, 15 bins), `accuracy` (percent) and `confidence`
        (percent; the mean of the highest probability).
    """
    confidence, right = confidence_and_hits(probabilities, labels)
    return dict(
        NLL=negative_log_likelihood(probabilities, labels),
        ECE=100 * expected_calibration_error(confidence, right),
        accuracy=100 * float(right.mean()),
        confidence=100 * float(confidence.mean()),
    )


def confidence_and_hits(
    probabilities: np.ndarray, labels: Sequence[int]
) -> tuple[np.ndarray, np.ndarray]:
    """The highest probability of each clip, and whether its class is the true class."""
    probabilities = np.asarray(probabilities, float)
    return probabilities.max(-1), probabilities.argmax(-1) == np.asarray(labels)


def reliability_bins(
    probabilities: np.ndarray, labels: Sequence[int], bins: int = BINS
) -> list[dict]:
    """The bins of the expected calibration error.

    Args:
        probabilities: (N, K).
        labels: N class indices.
        bins: Number of bins of equal width; only the last one includes its upper edge.

    Returns:
        A dict for each bin that has a clip: `low` and `high` (its edges), `clips`,
        `confidence` and `accuracy` (means, 0 to 1).
    """
    confidence, right = confidence_and_hits(probabilities, labels)
    edges = np.linspace(0, 1, bins + 1)
    place = np.searchsorted(edges[1:-1], confidence, side='right')
    return [
        dict(
            low=float(edges[b]),
            high=float(edges[b + 1]),
            clips=int((place == b).sum()),
            confidence=float(confidence[place == b].mean()),
            accuracy=float(right[place == b].mean()),
        )
        for b in np.unique(place)
    ]


def usable_scores(predictions: Sequence[dict]) -> tuple[np.ndarray, np.ndarray]:
    """Scores and labels of written predictions, without the unreadable clips.

    Args:
        predictions: Predictions from :func:`~tgdfer_mm.evaluation.read_predictions`.

    Returns:
        (N, K) probabilities and (N,) class indices.

    Raises:
        CalibrationError: A clip has several labels or none, or its scores are not
            probabilities of classes that exclude each other. The message names the
            clip.
    """
    readable = [line for line in predictions if line['score'] is not None]
    for line in readable:
        if not isinstance(line['label'], int):
            what = 'no label' if line['label'] is None else 'several labels or votes'
            raise CalibrationError(
                f'clip {line["clip"]} has {what}: a temperature is for models with '
                'one label per clip, whose classes exclude each other'
            )
        if confidence_of(line['score'], len(line['score'])) is None:
            raise CalibrationError(
                f'clip {line["clip"]}: its scores are not probabilities with the sum '
                'one (for example one sigmoid per class), so a temperature is not '
                'defined for them'
            )
    scores = np.array([line['score'] for line in readable], float)
    return scores, np.array([line['label'] for line in readable], int)
