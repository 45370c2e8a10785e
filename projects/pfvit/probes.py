"""What a linear classifier reads from a part of an instance."""

import numpy as np
from sklearn.linear_model import RidgeClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from .drawn_clips import DrawnClips

_PENALTY = 10.0
_LEARNT = 4  # emotions whose clips a probe for people learns from


def probe(
    train: np.ndarray, train_label: np.ndarray, test: np.ndarray, label: np.ndarray
) -> float:
    """Share of the test rows that a ridge classifier names rightly.

    Args:
        train: (n, D), each column brought to one scale.
        train_label: (n,).
        test: (m, D).
        label: (m,).
    """
    reader = make_pipeline(StandardScaler(), RidgeClassifier(_PENALTY))
    return float(reader.fit(train, train_label).score(test, label))


def emotion_from(
    train: np.ndarray, train_clips: DrawnClips, test: np.ndarray, clips: DrawnClips
) -> float:
    """Emotion from a part of each frame, on people that the probe has not seen.

    Args:
        train: (N, T, D), of the training clips.
        train_clips: Those.
        test: (n, T, D), of the test clips.
        clips: Those.
    """
    shown, asked = train_clips.emotion(), clips.emotion()
    clear, asked_clear = shown >= 0, asked >= 0
    return probe(train[clear], shown[clear], test[asked_clear], asked[asked_clear])


def person_from(part: np.ndarray, clips: DrawnClips) -> float:
    """Person from a part of each frame, in clips that the probe has not seen.

    It learns on each person's clips of some emotions, and is asked on those of the
    others: they differ in light, background and pose, too.

    Args:
        part: (n, T, D).
        clips: Of people whom the separator has not seen.
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
