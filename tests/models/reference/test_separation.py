"""Losses on two parts of an instance equal plain loops."""

import loops
import pytest

from tgdfer_mm.models.losses import (
    DecorrelationLoss,
    OrthogonalityLoss,
    SharedVarianceLoss,
)

M, E, P, COUNTS = 4, 3, 5, [4, 2, 1]


def valid(x):
    """The valid rows of all bags, as lists."""
    bags = zip(x.tolist(), COUNTS, strict=True)
    return [row for rows, count in bags for row in rows[:count]]


def correlation(a, b):
    a = [v - sum(a) / len(a) for v in a]
    b = [v - sum(b) / len(b) for v in b]
    return loops.cosine(a, b)


def test_decorrelation():
    first = loops.normal(len(COUNTS), M, E)
    second = loops.normal(len(COUNTS), M, P, seed=5)
    columns = [list(zip(*valid(x), strict=True)) for x in (first, second)]
    squares = [correlation(a, b) ** 2 for a in columns[0] for b in columns[1]]
    found = DecorrelationLoss(0.7)(first, second, loops.prefix(COUNTS, M))
    assert found.item() == pytest.approx(0.7 * sum(squares) / (E * P), rel=1e-6)


def test_orthogonality():
    first = loops.normal(len(COUNTS), M, E)
    second = loops.normal(len(COUNTS), M, E, seed=5)
    pairs = list(zip(valid(first), valid(second), strict=True))
    squares = [loops.cosine(a, b) ** 2 for a, b in pairs]
    found = OrthogonalityLoss(0.7)(first, second, loops.prefix(COUNTS, M))
    assert found.item() == pytest.approx(0.7 * sum(squares) / len(pairs), rel=1e-6)


def told_by_one(a, b, ridge):
    """Share of a that a ridge regression on the single channel b tells."""
    a = [v - sum(a) / len(a) for v in a]
    b = [v - sum(b) / len(b) for v in b]
    both, own = loops.dot(a, b), loops.dot(b, b)
    return both * both / (own * (1 + ridge)) / loops.dot(a, a)


def test_shared_variance_of_single_channels():
    first = loops.normal(len(COUNTS), M, 1)
    second = loops.normal(len(COUNTS), M, 1, seed=5)
    a, b = ([row[0] for row in valid(x)] for x in (first, second))
    expected = 0.7 * (told_by_one(a, b, 0.1) + told_by_one(b, a, 0.1)) / 2
    found = SharedVarianceLoss(0.7, ridge=0.1)(first, second, loops.prefix(COUNTS, M))
    assert found.item() == pytest.approx(expected, rel=1e-6)
