"""Linear probes: accuracy of a linear classifier on a part of an instance."""

import numpy as np
from sklearn.linear_model import RidgeClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from .drawn_clips import DrawnClips

_PENALTY = 10.0
_LEARNT = 4  # a probe for people is trained on clips of so many emotions


def probe(
    train: np.ndarray, train_label: np.ndarray, test: np.ndarray, label: np.ndarray
) -> float:
    """Share of the test rows that a ridge classifier names correctly.

    Args:
        train: (n, D); each column is standardized.
        train_label: (n,).
        test: (m, D).
        label: (m,).
    """
    reader = make_pipeline(StandardScaler(), RidgeClassifier(_PENALTY))
    return float(reader.fit(train, train_label).score(test, label))


def emotion_from(
    train: np.ndarray, train_clips: DrawnClips, test: np.ndarray, clips: DrawnClips
) -> float:
    """Accuracy of the emotion from a part of each frame, on people new to the probe.

    Args:
        train: Parts of the training clips, (N, T, D).
        train_clips: The training clips.
        test: Parts of the test clips, (n, T, D).
        clips: The test clips.
    """
    shown, asked = train_clips.emotion(), clips.emotion()
    clear, asked_clear = shown >= 0, asked >= 0
    return probe(train[clear], shown[clear], test[asked_clear], asked[asked_clear])


def person_from(part: np.ndarray, clips: DrawnClips) -> float:
    """Accuracy of the person from a part of each frame, in clips new to the probe.

    The probe is trained on each person's clips of some emotions, and tested on those of
    the other emotions, which also differ in light, background and pose.

    Args:
        part: (n, T, D).
        clips: Clips of people who are not in the separator's training data.
    """
    learnt = clips.label < _LEARNT
    person = np.repeat(clips.person[:, None], part.shape[1], axis=1)
    flat = part.shape[-1]
    return probe(
        part[learnt].reshape(-1, flat),
        person[learnt].ravel(),
        part[~learnt].reshape(-1, flat),
        person[~learnt].ravel(),
    )
