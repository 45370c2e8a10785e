"""Tracks: joined by overlap, gaps filled on a line and marked, people kept apart."""

from itertools import permutations

import numpy as np
import pytest

from tgdfer_mm.video.faces import Face
from tgdfer_mm.video.frames import Frame
from tgdfer_mm.video.tracking import Tracker

PICTURE = np.zeros((4, 4, 3), np.uint8)


def box(x, side=10.0):
    return (float(x), 0.0, float(x) + side, side)


def run(observations, fps=10, cuts=(), **kwargs):
    """Tracks: number -> [(frame, box, interpolated)]; and the order of the frames.

    An observation is a list of boxes, or None where the detector does not look.
    """
    tracker, tracks, order, ended = Tracker(**kwargs), {}, [], []
    held = 0

    def take(steps):
        for step in steps:
            if step.frame is not None:
                order.append(step.frame.index)
            for seen in step.seen:
                assert seen.track not in ended
                row = (step.frame.index, seen.box, seen.interpolated)
                tracks.setdefault(seen.track, []).append(row)
            ended.extend(step.ended)

    for index, boxes in enumerate(observations):
        faces = None if boxes is None else [Face(b) for b in boxes]
        take(tracker.add(Frame(index, index / fps, PICTURE), faces, index in cuts))
        held = max(held, len(tracker._waiting))
    take(tracker.finish())
    assert order == list(range(len(observations)))
    assert sorted(ended) == sorted(tracks)
    return tracks, held


def test_boxes_between_two_detections_lie_on_the_line():
    tracks, _ = run([[box(0)], None, None, None, [box(4)]])
    [track] = tracks.values()
    assert [row[0] for row in track] == list(range(5))
    assert [row[1][0] for row in track] == pytest.approx([0, 1, 2, 3, 4])
    assert not any(row[2] for row in track)


def test_a_gap_where_the_detector_missed_is_filled_and_marked():
    tracks, _ = run([[box(0)], None, [], None, [box(4)], None, [box(4)]])
    [track] = tracks.values()
    assert [row[2] for row in track] == [False, True, True, True, False, False, False]


def test_a_face_missed_for_longer_than_the_gap_ends_and_comes_back_as_another():
    gone = [[box(0)], [box(0)], *[[]] * 4, [box(0)]]
    tracks, _ = run(gone, max_gap=0.3)
    assert {n: [r[0] for r in rows] for n, rows in tracks.items()} == {
        1: [0, 1],
        2: [6],
    }
    assert len(run(gone, max_gap=0.5)[0]) == 1


def test_a_gap_as_long_as_allowed_is_filled():
    there = [[box(0)], *[[]] * 4, [box(0)]]  # looked at every quarter of a second
    assert len(run(there, fps=4, max_gap=1.0)[0]) == 1
    assert len(run(there, fps=4, max_gap=0.75)[0]) == 2


def test_an_overlap_as_large_as_demanded_joins():
    assert iou(box(0), box(5)) == 1 / 3
    there = [[box(0)], [box(5)]]
    assert len(run(there, min_overlap=1 / 3)[0]) == 1
    assert len(run(there, min_overlap=0.34)[0]) == 2
    apart = [[box(0)], [box(10)]]
    assert len(run(apart, min_overlap=0.0)[0]) == 2  # none at all joins nothing


@pytest.mark.parametrize('seed', range(10))
def test_between_two_detections_at_uneven_times_lies_the_line_in_time(seed):
    rng = np.random.default_rng(seed)
    times = np.cumsum(rng.random(6))
    old, new = np.array(box(0)), np.array(box(3)) + rng.random(4)
    tracker, seen = Tracker(max_gap=10), []
    for index, time in enumerate(times):
        faces = {0: [Face(tuple(old))], 5: [Face(tuple(new))]}.get(index)
        for step in tracker.add(Frame(index, time, PICTURE), faces):
            seen += step.seen
    for time, face in zip(times, seen, strict=True):
        share = (time - times[0]) / (times[5] - times[0])
        for axis in range(4):
            expected = (1 - share) * old[axis] + share * new[axis]
            assert face.box[axis] == pytest.approx(expected)


def test_the_last_box_is_held_to_the_end_and_marked():
    tracks, _ = run([[box(0)], None, [box(2)], None, None])
    [track] = tracks.values()
    assert [(row[0], row[2]) for row in track][3:] == [(3, True), (4, True)]
    assert track[-1][1] == box(2)
    tracks, _ = run([[box(0)], [], None])  # missed: nothing says it is still there
    assert [row[0] for row in tracks[1]] == [0]


def test_a_cut_ends_all_tracks():
    tracks, _ = run([[box(0)], None, [box(0)], None], cuts=[2])
    assert [row[0] for row in tracks[1]] == [0, 1]
    assert [row[0] for row in tracks[2]] == [2, 3]


def test_two_people_are_two_tracks_whatever_the_order_of_the_boxes():
    there = [[box(0), box(30)], None, [box(31), box(1)], [box(2), box(32)]]
    tracks, _ = run(there)
    assert [row[1][0] for row in tracks[1]] == pytest.approx([0, 0.5, 1, 2])
    assert [row[1][0] for row in tracks[2]] == pytest.approx([30, 30.5, 31, 32])


def test_one_ends_while_the_other_has_an_open_gap():
    # Face 2 is gone from frame 1 on; face 1 is missed from frame 1 to 3 and is back.
    there = [[box(0), box(30)], [], [], [], [box(0)], [box(0)]]
    tracks, _ = run(there, max_gap=0.45)
    assert [row[0] for row in tracks[2]] == [0]
    assert [row[0] for row in tracks[1]] == list(range(6))


def test_frames_come_as_soon_as_their_boxes_are_settled():
    looks = [[box(0)], [box(0)], None, None, [box(0)], [], [box(0)]]
    tracker, come = Tracker(max_gap=1.0), []
    for index, boxes in enumerate(looks):
        faces = None if boxes is None else [Face(b) for b in boxes]
        steps = list(tracker.add(Frame(index, index / 10, PICTURE), faces))
        come.append([step.frame.index for step in steps])
    assert come == [[0], [1], [], [], [2, 3, 4], [], [5, 6]]


def test_the_end_of_a_track_is_told_while_another_has_an_open_gap():
    there = [[box(0), box(30)], *[[box(0)]] * 3, [], []]
    tracker, ended = Tracker(max_gap=0.45), []
    for index, boxes in enumerate(there):
        faces = [Face(b) for b in boxes]
        for step in tracker.add(Frame(index, index / 10, PICTURE), faces):
            ended += [(index, number) for number in step.ended]
    assert ended == [(5, 2)]
    assert [n for step in tracker.finish() for n in step.ended] == [1]


def test_the_assignment_has_the_largest_sum_of_overlaps():
    # The left track overlaps both new boxes; the right one only the nearer.
    tracks, _ = run([[box(0), box(6)], [box(4), box(9)]], min_overlap=0.1)
    assert tracks[1][1][1] == box(4)
    assert tracks[2][1][1] == box(9)


def test_no_more_frames_wait_than_gap_and_detection_step_need():
    there = [[box(0)] if i % 5 == 0 else None for i in range(200)]
    there[100:] = [[] if i % 5 == 0 else None for i in range(100)]
    tracks, held = run(there, max_gap=1.0)
    assert len(tracks) == 1
    assert held <= 10 + 5 + 5 + 1


def test_nothing_seen_holds_nothing():
    tracks, held = run([[], None, None, [], None])
    assert (tracks, held) == ({}, 0)


def iou(a, b) -> float:
    """Intersection over union of two boxes."""
    both = max(0, min(a[2], b[2]) - max(a[0], b[0]))
    both *= max(0, min(a[3], b[3]) - max(a[1], b[1]))
    areas = [(c[2] - c[0]) * (c[3] - c[1]) for c in (a, b)]
    return both / (sum(areas) - both)


@pytest.mark.parametrize('overlap, joined', [(1 / 7 + 1e-9, False), (1 / 7, True)])
def test_boxes_are_joined_from_the_least_overlap_on(overlap, joined):
    tracker = Tracker(min_overlap=overlap)
    list(tracker.add(Frame(0, 0.0, PICTURE), [Face((0.0, 0.0, 2.0, 2.0))]))
    assert bool(tracker._match([Face((1.0, 1.0, 3.0, 3.0))])) == joined
    assert not tracker._match([Face((2.0, 0.0, 4.0, 2.0))])


def test_boxes_without_an_area_join_nothing():
    tracker = Tracker(min_overlap=0.0)
    list(tracker.add(Frame(0, 0.0, PICTURE), [Face((1.0, 1.0, 1.0, 1.0))]))
    assert tracker._match([Face((1.0, 1.0, 1.0, 1.0))]) == {}


@pytest.mark.parametrize('seed', range(20))
def test_faces_are_joined_with_the_largest_sum_of_overlaps(seed):
    rng = np.random.default_rng(seed)
    # From far apart, where nothing is to be chosen, to all in one heap.
    spread = (200, 40, 15, 5)[seed % 4]
    before, after = (
        [box(x) for x in rng.uniform(0, spread, count)] for count in (3, 4)
    )
    tracker = Tracker(min_overlap=0.3)
    list(tracker.add(Frame(0, 0.0, PICTURE), [Face(b) for b in before]))
    pairs = tracker._match([Face(b) for b in after])
    assert len(set(pairs.values())) == len(pairs)

    def total(chosen):
        shares = [iou(before[t], after[f]) for t, f in chosen]
        return sum(s for s in shares if s >= 0.3)

    best = max(total(enumerate(order)) for order in permutations(range(4), 3))
    assert total(pairs.items()) == pytest.approx(best)


def test_a_face_that_comes_while_another_is_missed_begins_at_its_own_frame():
    tracks, _ = run([[box(0)], [], [], [box(50)], [box(50)]], max_gap=1.0)
    assert [row[0] for row in tracks[2]] == [3, 4]
