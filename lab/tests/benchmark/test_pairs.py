"""Ratios of pairs, and the file of results."""

import json
from mmap import PAGESIZE, mmap

import numpy as np
import pytest

from lab.benchmark import pairs
from lab.benchmark.growth import exponent
from lab.benchmark.pairs import Results, bootstrap, compare, read_results


@pytest.fixture
def clock(monkeypatch):
    """A clock that only moves when a step says so."""
    now = [0.0]
    monkeypatch.setattr(pairs, 'timer', lambda: now[0])

    def step(*seconds):
        takes = iter(seconds * 100)

        def run():
            order.append(seconds)
            now[0] += next(takes)

        return run

    order = []
    step.order = order
    return step


def test_the_ratio_is_of_pairs_and_of_units(clock):
    # A machine that slows down: the pairs' ratios stay, the sums' would not.
    slow, fast = clock(2.0, 20.0, 4.0), clock(1.0, 10.0, 2.0)
    found = compare(slow, fast, pairs=3, warmup=0)
    assert found['ratio'] == 2 and found['ratio_95'] == [2, 2]
    assert (found['ours_s'], found['theirs_s']) == (4, 2)
    assert compare(slow, fast, 3, 0, units=(4, 1))['ratio'] == 0.5


def test_pairs_take_turns_and_warm_up(clock):
    ours, theirs = clock(1.0), clock(3.0)
    compare(ours, theirs, pairs=2, warmup=2)
    assert clock.order == [(3.0,), (1.0,), (1.0,), (3.0,)] * 2
    first = clock(9.0, 1.0, 1.0)  # a slow first call is not counted
    assert compare(first, clock(1.0), pairs=2, warmup=1)['ratio'] == 1


def test_the_interval_is_of_the_median():
    rng = np.random.default_rng(1)
    values = rng.normal(3, 0.1, 15)
    low, high = bootstrap(values)
    assert low < np.median(values) < high and high - low < 0.2
    assert bootstrap(np.append(values, 1e9))[1] < 4  # one outlier is no matter


def test_rows_gather_in_one_file(tmp_path, capsys):
    path = tmp_path / 'new/results.json'
    figures = dict(ratio=0.9, ratio_95=[0.8, 1.0], ours_s=1.0, theirs_s=1.1, pairs=3)
    Results(path).add('a/b', 'this ÷ that', figures, 0.95, clips=2)
    Results(path).add('c', 'not measured', dict(reason='no such library'))
    Results(path).add('a/b', 'this ÷ that', {**figures, 'ratio': 0.97}, 0.95)
    assert 'target 0.95 met' in capsys.readouterr().out.splitlines()[0]
    rows = read_results(path)
    assert [row['name'] for row in rows] == ['c', 'a/b'] and rows[1]['ratio'] == 0.97
    assert rows[0]['machine'] and rows[0]['torch']
    path.write_text(json.dumps(dict(rows=[])))
    with pytest.raises(ValueError, match='no file of benchmark results'):
        read_results(path)


@pytest.mark.skipif(not pairs.CLEAR_REFS.exists(), reason='Linux alone can')
def test_peak_memory_is_of_what_came_after_it_was_forgotten():
    # Not from an allocator: it may keep what is freed.
    with mmap(-1, 458 << 20) as much:
        much[::PAGESIZE] = bytes(len(much) // PAGESIZE)
    before = pairs.peak_memory()
    pairs.forget_peak_memory()
    assert pairs.peak_memory() < before - 100


def test_rows_of_other_configs_and_precisions_stand_side_by_side(tmp_path):
    figures = dict(ratio=0.9, ratio_95=[0.8, 1.0], ours_s=1.0, theirs_s=1.1)
    kinds = [('a.py', 'fp32'), ('a.py', 'bf16'), ('b.py', 'fp32'), ('a.py', 'fp32')]
    for clips, (config, precision) in enumerate(kinds):
        Results(tmp_path / 'r.json').add(
            'x', '', figures, config=config, precision=precision, clips=clips
        )
    rows = read_results(tmp_path / 'r.json')
    assert [row['settings']['clips'] for row in rows] == [1, 2, 3]


def test_the_exponent_tells_linear_from_quadratic():
    sizes = [8, 16, 32, 64, 128]
    assert exponent(sizes, [0.1 * n for n in sizes]) == 1
    assert exponent(sizes, [0.1 * n**2 for n in sizes]) == 2
    # What is fixed matters little at the larger half.
    assert 0.9 < exponent(sizes, [0.5 + 0.1 * n for n in sizes]) < 1
