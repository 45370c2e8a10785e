"""A plain classifier on six values of the voice, on words for them, and on both and a
face.

The classifier is linear and always the same: only its input differs. The one on the
values is the control that VowelPrompt's reviewers asked for.
"""

import re
from collections.abc import Sequence

import numpy as np
from scipy import sparse
from sklearn.base import TransformerMixin
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from tgdfer_mm.sound.voice_words import voice_table

Given = np.ndarray | Sequence[str]


def phrases(sentence: str) -> list[str]:
    """The words of a voice, each marked as a word of the clip or of a stretch."""
    form = re.escape(voice_table()['clip'])
    for field in ('{whole}', '{part}', '{moment:.1f}'):
        form = form.replace(re.escape(field), '(.*)')
    parts = re.fullmatch(form, sentence)
    if parts is None:
        return [sentence]
    return [
        f'{name} {word}'
        for name, text in zip(('whole', 'part'), parts.groups()[:2], strict=True)
        for word in text.split(', ')
    ]


class Reader:
    """A linear classifier on numbers, on sentences, or on both together.

    The phrases of a sentence are counted. Numbers and counts are then brought to one
    scale, so that one strength suits both.

    Args:
        strength: Inverse of the regularization, ``C`` of scikit-learn's
            ``LogisticRegression``.
    """

    def __init__(self, strength: float = 0.01) -> None:
        self._strength = strength

    def fit(self, given: Sequence[Given], label: np.ndarray) -> 'Reader':
        """Trains the classifier.

        Args:
            given: Each (N, D) numbers, or N sentences.
            label: (N,).
        """
        self._parts = [_part(each).fit(each) for each in given]
        self._model = LogisticRegression(C=self._strength, max_iter=2000)
        self._model.fit(self._table(given), label)
        return self

    def predict(self, given: Sequence[Given]) -> np.ndarray:
        """The labels (N,) of the same kinds of input."""
        return self._model.predict(self._table(given))

    def _table(self, given: Sequence[Given]) -> sparse.csr_matrix:
        tables = [p.transform(g) for p, g in zip(self._parts, given, strict=True)]
        return sparse.hstack([sparse.csr_matrix(t) for t in tables]).tocsr()


def _part(given: Given) -> TransformerMixin:
    if isinstance(given, np.ndarray):
        return StandardScaler()
    counts = CountVectorizer(analyzer=phrases, binary=True)
    return make_pipeline(counts, StandardScaler(with_mean=False))


def uar(predicted: np.ndarray, label: np.ndarray) -> float:
    """Mean recall of the classes, in percent."""
    return 100 * float(
        np.mean([(predicted[label == c] == c).mean() for c in np.unique(label)])
    )
