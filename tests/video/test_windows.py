"""Windows: one bag for a short track, else windows over all of it, at any rate."""

import numpy as np
import pytest

from tgdfer_mm.video.errors import UsageError
from tgdfer_mm.video.windows import Crop, WindowCutter, WindowPlan

PLAN = WindowPlan(frames=4, seconds=1.0, stride=0.5)


def cut(times, plan=PLAN):
    cutter, windows, held = WindowCutter(plan), [], 0
    for place, time in enumerate(times):
        windows += cutter.add(Crop(place, time, np.zeros(1)))
        held = max(held, len(cutter._crops))
    return windows + list(cutter.finish()), held


def test_frames_are_the_middles_of_equal_segments():
    assert WindowPlan(4).sample(8).tolist() == [1, 3, 5, 7]
    assert WindowPlan(4).sample(4).tolist() == [0, 1, 2, 3]


def test_a_short_bag_is_what_the_model_was_tested_with():
    assert WindowPlan(5).sample(2).tolist() == [0, 1]  # the model masks the rest
    assert WindowPlan(5, short_clip='loop').sample(2).tolist() == [0, 1, 0, 1, 0]


@pytest.mark.parametrize('count', [1, 2, 7, 10])
def test_a_short_track_is_one_bag_of_all(count):
    [window], _ = cut(np.arange(count) / 10)
    assert (window.first, window.last) == (0, count - 1)
    assert len(window.crops) == min(4, count)


def test_a_longer_track_is_windows_of_the_length_and_stride_and_one_at_its_end():
    windows, _ = cut(np.arange(28) / 10)
    spans = [(w.first, w.last) for w in windows]
    assert spans == [(0, 9), (5, 14), (10, 19), (15, 24), (18, 27)]


@pytest.mark.parametrize('fps', [2, 5, 10, 24, 29.97, 60])
@pytest.mark.parametrize('count', [11, 25, 61])
def test_windows_cover_every_frame_and_none_is_longer(fps, count):
    windows, held = cut(np.arange(count) / fps)
    covered = set()
    for window in windows:
        covered |= set(range(window.first, window.last + 1))
        assert (window.last - window.first) / fps < PLAN.seconds + 1e-6
        assert [c.place for c in window.crops] == sorted(c.place for c in window.crops)
    assert covered == set(range(count))
    assert held <= fps * PLAN.seconds + 2


def test_uneven_times_and_a_hole_longer_than_a_window():
    times = [0, 0.1, 0.5, 0.9, 5.0, 5.1, 5.2]
    windows, _ = cut(times)
    assert [(w.first, w.last) for w in windows] == [(0, 3), (4, 6)]


def test_the_demos_windows_look_at_almost_every_frame():
    plan = WindowPlan(frames=16, seconds=1.28, stride=0.36)
    windows, _ = cut(np.arange(250) / 25, plan)
    seen = {c.place for w in windows for c in w.crops}
    assert len(seen) >= 240


def by_loops(times, plan):
    """First and last place of every window: all those on the grid, then the last."""
    spans, start = [], times[0]
    while start + plan.seconds <= times[-1]:
        inside = [i for i, t in enumerate(times) if start <= t < start + plan.seconds]
        if inside and (not spans or inside[-1] > spans[-1][1]):
            spans.append((inside[0], inside[-1]))
        start += plan.stride
    if not spans or spans[-1][1] < len(times) - 1:
        end = times[-1] - plan.seconds
        inside = [i for i, t in enumerate(times) if t > end]
        spans.append((inside[0], inside[-1]))
    return spans


@pytest.mark.parametrize('seed', range(12))
@pytest.mark.parametrize('stride', [0.25, 0.5, 1.0])
def test_windows_equal_plain_loops_at_uneven_times(seed, stride):
    rng = np.random.default_rng(seed)
    # Whole eighths of a second: frames lie on the edges of windows, exactly.
    times = np.cumsum(rng.choice([1, 1, 1, 2, 5, 12], 50)) / 8
    plan = WindowPlan(frames=4, seconds=1.0, stride=stride)
    windows, _ = cut(times.tolist(), plan)
    assert [(w.first, w.last) for w in windows] == by_loops(times.tolist(), plan)
    for window in windows:
        places = np.arange(window.first, window.last + 1)
        chosen = places[plan.sample(len(places))].tolist()
        assert [c.place for c in window.crops] == chosen
        assert [c.time for c in window.crops] == times[chosen].tolist()


def test_a_frame_at_the_end_of_a_window_is_in_the_next():
    windows, _ = cut([0, 0.5, 1.0])
    assert [(w.first, w.last) for w in windows] == [(0, 1), (1, 2)]
    windows, _ = cut([0, 1.0, 2.0])  # none lasts longer than a window
    assert [(w.first, w.last) for w in windows] == [(0, 0), (1, 1), (2, 2)]


def test_nothing_is_held_that_no_window_needs():
    _, held = cut(np.arange(80) / 8)
    assert held == 9  # the frames of one window, and the one that ends it


def test_what_is_just_allowed():
    assert WindowPlan(frames=1, seconds=1.0, stride=1.0).sample(3).tolist() == [1]


@pytest.mark.parametrize('wrong', [dict(frames=0), dict(stride=0), dict(stride=3)])
def test_what_cannot_work_is_refused(wrong):
    with pytest.raises(UsageError, match='video.window'):
        WindowPlan(**wrong)


def test_a_pause_of_years_costs_no_time_and_splits_as_a_short_one():
    before, after = np.arange(20) / 10, np.arange(20) / 10
    windows = [cut([*before, *(after + pause)])[0] for pause in (64.0, 2.0**29)]
    found = [[(w.first, w.last) for w in each] for each in windows]
    assert found[0] == found[1] and len(found[0]) > 2
