"""Two draws from one distribution count as noise, and a better model is named."""

import json

import numpy as np
import pytest
from scipy.stats import binomtest

from tgdfer_mm.protocol import compare
from tgdfer_mm.protocol.compare import bootstrap, holm


def pair(make_contender, first, second):
    return compare(
        [make_contender('a', draw=1, **first), make_contender('b', draw=2, **second)],
        draws=2000,
    )['comparisons'][0]


@pytest.mark.parametrize('seeds', [(0,), (0, 1, 2)])
def test_two_draws_of_one_distribution_are_noise(seeds, make_contender):
    side = dict(seeds=seeds, clips=200, accuracy=0.7)
    result = pair(make_contender, side, side)
    for number in ('UAR', 'WAR'):
        low, high = result[number]['interval']
        assert low <= 0 <= high and low < result[number]['difference'] < high
        assert result[number]['verdict'] == 'noise'
        assert f'{number}: the difference is noise' in result['words']


@pytest.mark.parametrize('seeds', [(0,), (0, 1, 2)])
def test_a_better_model_is_named(seeds, make_contender):
    worse, better = (dict(seeds=seeds, clips=200, accuracy=a) for a in (0.3, 0.8))
    result = pair(make_contender, worse, better)
    for number in ('UAR', 'WAR'):
        assert result[number]['verdict'] == 'second'
        assert 0 < result[number]['interval'][0] < result[number]['difference']
        assert f'{number}: b is better' in result['words']
    result = pair(make_contender, better, worse)
    assert result['WAR']['verdict'] == result['UAR']['verdict'] == 'first'
    assert ('single seed' in result['words']) == (len(seeds) == 1)


def test_swapping_the_sides_changes_the_signs_only(make_contender):
    a, b = make_contender('a', draw=1), make_contender('b', draw=2, accuracy=0.6)
    one, other = (
        compare(sides, draws=4000)['comparisons'][0] for sides in ((a, b), (b, a))
    )
    for number in ('UAR', 'WAR'):
        assert one[number]['difference'] == -other[number]['difference']
        swapped = [-v for v in other[number]['interval'][::-1]]
        assert one[number]['interval'] == pytest.approx(swapped, abs=2.0)
    assert one['WAR']['p'] == other['WAR']['p']
    assert list(one['sign_test'].values()) == list(other['sign_test'].values())[::-1]


def test_p_of_war_is_mcnemars_with_one_seed(make_contender):
    a, b = make_contender('a', draw=1), make_contender('b', draw=2)
    lines = [[x for r in side.results for x in r.predictions] for side in (a, b)]
    rights = [[x['pred'] == x['label'] for x in side] for side in lines]
    only = [
        sum(mine and not its for mine, its in zip(*order, strict=True))
        for order in (rights, rights[::-1])
    ]
    result = compare([a, b], draws=100)['comparisons'][0]
    assert result['WAR']['p'] == pytest.approx(binomtest(only[0], sum(only)).pvalue)
    assert result['sign_test'] == dict(second_better=only[1], first_better=only[0])


def test_a_model_and_itself_are_equal(make_contender):
    a = make_contender('a')
    result = compare([a, a], draws=100)['comparisons'][0]
    for number in ('UAR', 'WAR'):
        assert result[number]['interval'] == [0, 0] and result[number]['p'] == 1
        assert result[number]['verdict'] == 'noise'


def test_the_bootstrap_spreads_as_theory_says():
    rng = np.random.default_rng(0)
    labels = np.repeat([0, 1], [300, 100])
    right = [rng.random((1, 400)) < p for p in (0.5, 0.7)]
    samples = bootstrap(right, labels, 20_000, rng)
    gain = right[1][0].astype(float) - right[0][0]
    assert samples['WAR'].std() == pytest.approx(100 * gain.std() / 20, rel=0.03)
    variances = [gain[labels == c].var() / (labels == c).sum() for c in (0, 1)]
    expected = 100 * np.sqrt(sum(variances)) / 2
    assert samples['UAR'].std() == pytest.approx(expected, rel=0.03)


def test_seeds_that_differ_widen_the_interval_without_bias():
    # On every clip alike, so that nothing but the seeds varies.
    rights = [1, 0, 1, 1]
    right = [np.zeros((1, 50), bool), np.array([[r] * 50 for r in rights], dtype=bool)]
    rng = np.random.default_rng(0)
    samples = bootstrap(right, np.zeros(50, int), 20_000, rng)['WAR']
    assert samples.mean() == pytest.approx(75, abs=1)
    expected = 100 * np.std(rights, ddof=1) / 2  # of a mean of four
    assert samples.std() == pytest.approx(expected, rel=0.03)


def test_holm_by_hand():
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([0.6, 0.9]) == [1, 1]
    assert holm([0.02]) == [0.02]


def test_several_models_are_corrected_for(make_contender):
    a = make_contender('a', draw=1, accuracy=0.5)
    others = [make_contender(f'm{i}', draw=i, accuracy=0.65) for i in range(2, 8)]
    alone = [compare([a, o], draws=500)['comparisons'][0] for o in others]
    together = compare([a, *others], draws=500)
    for one, same in zip(alone, together['comparisons'], strict=True):
        assert same['WAR']['p'] == one['WAR']['p'] <= same['WAR']['p_holm']
    p = [c['WAR']['p'] for c in alone]
    assert [c['WAR']['p_holm'] for c in together['comparisons']] == holm(p)
    assert json.loads(json.dumps(together, allow_nan=False)) == together


def test_what_is_not_the_same_task_is_listed(make_contender):
    a = make_contender('a')
    with pytest.raises(ValueError, match='two models'):
        compare([a])
    with pytest.raises(
        ValueError, match='(?s)a and b.*classes: .*folds: .1, 2. and .1.'
    ):
        compare([a, make_contender('b', folds=(1,), classes=['x', 'y', 'z', 'w'])])
    shorter = make_contender('b')
    dropped = [shorter.results[1].predictions.pop()['clip'] for _ in range(7)]
    shorter.results[0].predictions[0]['label'] = 3
    with pytest.raises(ValueError) as caught:
        compare([a, shorter])
    assert f'7 clips only in a: {sorted(dropped)[0]}' in str(caught.value)
    assert '1 clips with other labels: 1/0' in str(caught.value)
    with pytest.raises(ValueError, match='dataset: Made up and Other'):
        compare([a, make_contender('b', dataset='Other')])


def test_what_may_be_meant_is_remarked(make_contender):
    rule = dict(rule='test', epoch=1, description='best on test')
    b = make_contender('b', selection=rule, pixel_version='v2')
    remarks = compare([make_contender('a'), b], draws=100)['comparisons'][0]['remarks']
    assert 'last epoch; best on test' in remarks[0]
    assert 'v1 and v2' in remarks[1]


def test_order_of_lines_and_unreadable_clips(make_contender):
    a, b = make_contender('a', draw=1), make_contender('b', draw=1)
    for result in b.results:
        result.predictions.reverse()
    assert compare([a, b], draws=100)['comparisons'][0]['WAR']['difference'] == 0
    for line in b.results[0].predictions:
        line.update(pred=None, score=None, damaged='0 frames')
    result = compare([a, b], draws=100)['comparisons'][0]
    assert result['WAR']['verdict'] == 'first'
