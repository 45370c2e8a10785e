"""One temperature that makes a model's probabilities fit how often it is right."""

from collections.abc import Sequence

import numpy as np

from .scores import BINS, confidence_of, expected_calibration_error

LEAST, MOST = 0.05, 20.0  # of a temperature that is believed [choice]
# Scores of single precision that have become 0 keep their place below all others.
_SMALLEST = 1.4e-45


class CalibrationError(ValueError):
    """Predictions that no temperature can be fitted to; the user can mend it."""

    exit_code = 2  # of a command


def scale_probabilities(probabilities: np.ndarray, temperature: float) -> np.ndarray:
    """Probabilities at another temperature.

    Of a softmax these are the softmax of the logits divided by the temperature
    [from Guo et al., On Calibration of Modern Neural Networks, ICML 2017]. Of a mean of
    softmaxes, as a model of several heads has it, the logarithms stand for the logits
    [choice]. Which class is more probable than which never changes.

    Args:
        probabilities: (..., K), each row adding up to one.
        temperature: Above 0; more than 1 takes certainty away, 1 changes nothing.

    Returns:
        The same shape, in double precision.
    """
    logits = np.log(np.maximum(np.asarray(probabilities, float), _SMALLEST))
    logits /= temperature
    powers = np.exp(logits - logits.max(-1, keepdims=True))
    return powers / powers.sum(-1, keepdims=True)


def negative_log_likelihood(probabilities: np.ndarray, labels: Sequence[int]) -> float:
    """Mean over the clips of minus the logarithm of the true class's probability.

    Args:
        probabilities: (N, K).
        labels: N class indices.
    """
    true = np.asarray(probabilities, float)[np.arange(len(labels)), np.asarray(labels)]
    return float(-np.log(np.maximum(true, _SMALLEST)).mean())


def fit_temperature(probabilities: np.ndarray, labels: Sequence[int]) -> float:
    """The temperature with the least negative log-likelihood.

    That is convex in 1 / temperature, so there is one minimum and no local one.

    Args:
        probabilities: (N, K), of clips that the model was not trained on.
        labels: N class indices.

    Raises:
        CalibrationError: There is no clip, they are all of one class, all or none of
            the predictions are right, or the minimum is at no finite temperature or at
            one below 0.05 or above 20.
    """
    from scipy.optimize import minimize_scalar  # slow to import

    probabilities, labels = np.asarray(probabilities, float), np.asarray(labels)
    if not len(labels):
        raise CalibrationError('there is no clip to fit a temperature to')
    if len(set(labels.tolist())) == 1:
        raise CalibrationError(
            f'all {len(labels)} clips are of one class, which says nothing about the '
            'scores of the others: more clips are needed'
        )
    right = int((probabilities.argmax(-1) == labels).sum())
    if right in (0, len(labels)):
        raise CalibrationError(
            f'all {len(labels)} predictions are right, and no finite temperature fits '
            'that: more clips, or harder ones, are needed'
            if right
            else f'all {len(labels)} predictions are wrong: the model is not ready'
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
            f'the best temperature is {temperature:.3g}, and one below {LEAST} or '
            f'above {MOST} is not believed: the scores say next to nothing about '
            f'whether the {len(labels)} predictions are right'
        )
    return temperature


def judge_calibration(probabilities: np.ndarray, labels: Sequence[int]) -> dict:
    """How well probabilities fit the truth.

    Args:
        probabilities: (N, K).
        labels: N class indices.

    Returns:
        `NLL` (nats), `ECE` (percent, 15 bins), `accuracy` and `confidence` (percent;
        the mean of the highest probability).
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
    """The highest probability of each clip, and whether its class is the true one."""
    probabilities = np.asarray(probabilities, float)
    return probabilities.max(-1), probabilities.argmax(-1) == np.asarray(labels)


def reliability_bins(
    probabilities: np.ndarray, labels: Sequence[int], bins: int = BINS
) -> list[dict]:
    """What the expected calibration error is made of, bin by bin.

    Args:
        probabilities: (N, K).
        labels: N class indices.
        bins: Number of bins of equal width, each without its upper edge but the last.

    Returns:
        A dict for each bin with a clip: `low` and `high` (its edges), `clips`,
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
        predictions: As :func:`~tgdfer_mm.evaluation.read_predictions` gives them.

    Returns:
        (N, K) probabilities and (N,) class indices.

    Raises:
        CalibrationError: A clip has several labels or none, or scores that are no
            probabilities of classes that exclude each other; it is named.
    """
    readable = [line for line in predictions if line['score'] is not None]
    for line in readable:
        if not isinstance(line['label'], int):
            what = 'no label' if line['label'] is None else 'several labels or votes'
            raise CalibrationError(
                f'clip {line["clip"]} has {what}: a temperature is for models of one '
                'label a clip, whose classes exclude each other'
            )
        if confidence_of(line['score'], len(line['score'])) is None:
            raise CalibrationError(
                f'clip {line["clip"]}: its scores are no probabilities that add up to '
                'one (one sigmoid a class, for instance), so a temperature is not '
                'defined for them'
            )
    scores = np.array([line['score'] for line in readable], float)
    return scores, np.array([line['label'] for line in readable], int)
