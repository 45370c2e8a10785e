import numpy as np
import pytest

from tgdfer_mm.video.clock import clock
from tgdfer_mm.visualization.video.series import HOLE, TrackSeries, pick_frames
from tgdfer_mm.visualization.video.strip import spread


def series(made, **changes):
    track = made.track(**changes)
    return TrackSeries.from_track(made.result(track), track)


def test_a_curve_passes_through_every_judged_frame(made):
    one = series(made)
    [(x, y)] = one.curves(one.relevance, 1000)
    np.testing.assert_allclose(x[1:-1], one.time + one.frame_step / 2)
    np.testing.assert_allclose(y[1:-1], one.relevance)
    assert (x[0], x[-1]) == pytest.approx((one.start, one.end))


def test_curves_stay_on_their_side_of_a_gap(made):
    index = [*range(10), *range(40, 60)]
    one = series(made, index=index, time=[i / 10 for i in index])
    assert one.gaps() == [(pytest.approx(1.0), pytest.approx(4.0))]
    before, after = (x for x, _ in one.curves(one.relevance, 1000))
    assert before.max() <= 1.0 + 1e-9 and after.min() >= 4.0 - 1e-9


def test_frames_between_judged_ones_do_not_break_a_curve_but_holes_do(made):
    known = [i for i in range(60) if i % 3 == 0 and not 20 < i < 20 + 3 * HOLE + 4]
    relevance = [1.0 if i in known else None for i in range(60)]
    one = series(made, count=60, relevance=relevance)
    curves = list(one.curves(one.relevance, 1000))
    assert len(curves) == 2
    assert sum(len(x) - 2 for x, _ in curves) == len(known)


def test_a_long_track_keeps_its_peak_and_its_mean_in_few_points(made):
    count = 50_000
    values = np.ones(count)
    values[31_234] = 40.0
    one = series(made, count=count, relevance=values.tolist())
    [(x, peaks)] = one.curves(one.relevance, 300, np.max)
    assert len(x) <= 302 and np.all(np.diff(x) > 0)
    assert peaks.max() == 40.0
    assert x[peaks.argmax()] == pytest.approx(one.time[31_234], rel=0.01)
    [(_, means)] = one.curves(one.relevance, 300)
    assert means[1:-1].mean() == pytest.approx(values.mean(), rel=0.02)


def test_spans_tell_the_stretches_of_one_kind(made):
    guessed = [4 <= i < 7 or i == 12 for i in range(20)]
    one = series(made, count=20, interpolated=guessed)
    spans = [pytest.approx(s) for s in ((0.4, 0.7), (1.2, 1.3))]
    assert list(one.spans(one.interpolated)) == spans
    both = [*one.spans(one.interpolated), *one.spans(~one.interpolated)]
    assert sum(b - a for a, b in both) == pytest.approx(one.end - one.start)


def test_lists_that_do_not_fit_are_named(made):
    with pytest.raises(ValueError, match=r"track 7: the lists .*'time': 30.*: 2}"):
        series(made, number=7, relevance=[1.0, 2.0])


def test_one_frame_is_a_track(made):
    one = series(made, count=1)
    assert one.end - one.start == pytest.approx(1 / made.fps)
    [(x, y)] = one.curves(one.scores, 10)
    assert len(x) == len(y) == 3


def test_the_most_relevant_frame_is_always_picked_and_the_others_lie_apart():
    rng = np.random.default_rng(0)
    for _ in range(20):
        relevance, time = rng.random(200) * 4, np.sort(rng.random(200) * 30)
        picked = pick_frames(relevance, time, 8, 1.5)
        assert relevance.argmax() in picked
        assert picked == sorted(picked) and len(picked) <= 8
        assert all(np.diff(time[picked]) >= 1.5)
        assert (relevance[picked] > 1).all()


def test_of_equal_shares_one_frame_is_picked_and_of_unknown_ones_none():
    assert pick_frames(np.ones(5), np.arange(5.0), 3, 0.1) == [0]
    assert pick_frames(np.full(5, np.nan), np.arange(5.0), 3, 0.1) == []


def test_things_are_spread_beside_one_another_near_their_places():
    rng = np.random.default_rng(0)
    for _ in range(50):
        wanted = np.sort(rng.random(6) * 10)
        placed = spread(wanted, 1.5, 0, 10)
        assert np.all(np.diff(placed) >= 1.5 - 1e-9)
        assert placed[0] >= 0.75 - 1e-9 and placed[-1] <= 9.25 + 1e-9
    free = np.array([2.0, 5.0, 8.0])
    np.testing.assert_array_equal(spread(free, 1.5, 0, 10), free)


@pytest.mark.parametrize(
    'seconds, total, text',
    [
        (4.24, 10, '0:04.2'),
        (59.96, 100, '1:00.0'),
        (4.24, 500, '0:04'),
        (3599.7, 3600, '1:00:00'),
        (3723, 7200, '1:02:03'),
    ],
)
def test_times_are_written_as_clocks_do(seconds, total, text):
    assert clock(seconds, total) == text
