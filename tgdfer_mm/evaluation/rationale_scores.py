"""Agreement of rationales with the true and the predicted classes, as numbers.

The figures are those of the Emotional Rationale Verifier (arXiv 2510.23506).
"""

import re
from collections.abc import Sequence

import numpy as np

_ENDS = re.compile(r'(?<=[.!?])\s+|\n+')


def split_sentences(text: str | Sequence[str]) -> list[str]:
    """The sentences of a rationale: a text is cut at full stops and new lines."""
    parts = _ENDS.split(text) if isinstance(text, str) else text
    return [part.strip() for part in parts if part.strip()]


def consistency(
    truth: Sequence[int], pred: Sequence[int | None], judged: Sequence[int | None]
) -> dict[str, float]:
    """EEA, FCR, EPC and the accuracy, in percent of all N clips.

    * ``EEA``, explanation emotion accuracy: judged = truth.
    * ``FCR``, faithful consistency: prediction = truth and judged = truth.
    * ``EPC``, explanation prediction consistency: judged = prediction.
    * ``WAR``: prediction = truth. Rationales that only repeat the predicted label have
      EPC 100 and EEA = WAR, so EPC has a meaning only if EEA is above WAR.

    Args:
        truth: (N,) class indices.
        pred: (N,) predicted classes; None without a prediction, which agrees with no
            class.
        judged: (N,) classes that a judge finds in the rationales; None if it finds
            none, which agrees with no class [choice: ERV's script takes "neutral"].
    """
    if not len(truth):
        raise ValueError('there is no clip')
    right = [p is not None and p == t for p, t in zip(pred, truth, strict=True)]
    true = [j is not None and j == t for j, t in zip(judged, truth, strict=True)]
    same = [j is not None and j == p for j, p in zip(judged, pred, strict=True)]
    columns = dict(EEA=true, FCR=np.logical_and(right, true), EPC=same, WAR=right)
    return {name: 100 * float(np.mean(values)) for name, values in columns.items()}


def sentence_share(
    judged: Sequence[int | None], label: int, neutral: int | None
) -> float:
    """The share of a rationale's sentences that agree with a class [from ERV].

    Neutral sentences do not count, unless the class is neutral itself.

    Args:
        judged: The class of each sentence, None if the judge finds none.
        label: The class.
        neutral: The neutral class, if there is one.

    Returns:
        0..1; 0 without a sentence that counts.
    """
    counted = [j for j in judged if label == neutral or j is None or j != neutral]
    return sum(j == label for j in counted) / len(counted) if counted else 0.0
