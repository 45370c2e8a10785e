"""Paired differences of repeats."""

import pytest

from lab.pairs import compare, p_cell, pair_lines


def test_the_mean_the_interval_and_the_verdict():
    own, base = [3.0, 4.0, 5.1, 4.0], [1.0, 2.0, 3.0, 2.1]
    better, same = compare([('a', own, base), ('b', base, base)])
    assert better.difference == pytest.approx(2.0)
    assert better.interval[0] < 2.0 < better.interval[1]
    assert better.verdict == 'more' and same.verdict == 'noise'
    assert 'more' in pair_lines([better])[-1]


def test_a_value_that_is_no_number_is_refused_by_name():
    with pytest.raises(ValueError, match='gates: a value is no finite number'):
        compare([('gates', [1.0, float('nan')], [1.0, 2.0])])


def test_a_small_p_value_is_not_told_as_zero():
    assert p_cell(1e-9) == '< 0.0001' and p_cell(0.04) == '0.0400'
