"""Tracks: joined by overlap, gaps filled on a line and marked, people kept apart."""

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

    An observation is a list of boxes or faces, or None where the detector does not
    look.
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
        faces = None
        if boxes is not None:
            faces = [b if isinstance(b, Face) else Face(b) for b in boxes]
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


def weak(x):
    return Face(box(x), -0.3, weak=True)


def test_a_weak_face_goes_on_with_a_track_and_starts_none():
    tracks, _ = run([[weak(0)], [box(0)], *[[weak(1)]] * 9, [box(2)]], max_gap=0.3)
    [track] = tracks.values()
    assert [row[:2] for row in track] == [
        (1, box(0)),
        *((frame, box(1)) for frame in range(2, 11)),
        (11, box(2)),
    ]
    assert not any(row[2] for row in track)


def test_a_weak_face_is_no_match_where_there_is_a_clear_one():
    tracks, _ = run([[box(0)], [weak(0), box(3)], [box(3)]])
    [track] = tracks.values()
    assert [row[1] for row in track] == [box(0), box(3), box(3)]


def test_a_weak_face_that_looks_different_does_not_keep_a_track():
    # The person has left, and the detector is not sure about the wall behind.
    tracker, seen = Tracker(max_gap=0.3), []
    for index in range(10):
        picture = PICTURE if index < 3 else PICTURE + 255
        face = Face(box(0)) if index < 3 else weak(0)
        for step in tracker.add(Frame(index, index / 10, picture), [face]):
            seen += [step.frame.index for _ in step.seen]
    seen += [step.frame.index for step in tracker.finish() for _ in step.seen]
    assert seen == [0, 1, 2]


def test_a_gap_as_long_as_allowed_is_filled():
    there = [[box(0)], *[[]] * 4, [box(0)]]  # looked at every quarter of a second
    assert len(run(there, fps=4, max_gap=1.0)[0]) == 1
    assert len(run(there, fps=4, max_gap=0.75)[0]) == 2


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
    # The left track overlaps both new boxes; the right one overlaps the nearer.
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


def test_a_face_that_comes_while_another_is_missed_begins_at_its_own_frame():
    tracks, _ = run([[box(0)], [], [], [box(50)], [box(50)]], max_gap=1.0)
    assert [row[0] for row in tracks[2]] == [3, 4]


def painted(*people, size=(60, 240)):
    """A grey picture with a square of its own colour for each person."""
    picture = np.full((*size, 3), 128, np.uint8)
    for (x1, y1, x2, y2), colour in people:
        picture[int(y1) : int(y2), int(x1) : int(x2)] = colour
    return picture


def follow(pictures, found, fps=10, **kwargs):
    """Places of the tracks: number -> [(frame, left edge, interpolated)]."""
    tracker, tracks = Tracker(**kwargs), {}
    for index, (picture, boxes) in enumerate(zip(pictures, found, strict=True)):
        faces = None if boxes is None else [Face(b) for b in boxes]
        for step in tracker.add(Frame(index, index / fps, picture), faces):
            for seen in step.seen:
                row = (step.frame.index, seen.box[0], seen.interpolated)
                tracks.setdefault(seen.track, []).append(row)
    for step in tracker.finish():
        for seen in step.seen:
            row = (step.frame.index, seen.box[0], seen.interpolated)
            tracks.setdefault(seen.track, []).append(row)
    return tracks


RED, BLUE = (200, 40, 40), (40, 40, 200)


def patch(x, y=10.0, side=40.0):
    return (float(x), y, x + side, y + side)


@pytest.mark.parametrize('step', [4, 8, 12])
def test_two_who_cross_stay_who_they_are(step):
    red = [patch(10 + step * i) for i in range(160 // step)]
    blue = [patch(180 - step * i) for i in range(160 // step)]
    pictures, found = [], []
    for ours, theirs in zip(red, blue, strict=True):
        pictures.append(painted((ours, RED), (theirs, BLUE)))  # blue is in front
        hidden = abs(ours[0] - theirs[0]) < 25
        found.append([theirs] if hidden else [theirs, ours])
    first, second = follow(pictures, found, max_gap=2.0).values()
    # Within the step between two boxes, for what is hidden moves on a line.
    for rows, truth in ((first, blue), (second, red)):
        assert [row[0] for row in rows] == list(range(len(truth)))
        assert max(abs(row[1] - t[0]) for row, t in zip(rows, truth, strict=True)) <= 1


@pytest.mark.parametrize('speed', [60, 120, 240])
def test_a_fast_face_is_one_track(speed):
    there = [patch(speed * 0.2 * i) for i in range(int(190 / (speed * 0.2)))]
    pictures = [painted((box, RED)) for box in there]
    assert len(follow(pictures, [[box] for box in there], fps=5)) == 1


@pytest.mark.parametrize('change', [1, 2, 3, 4, 5])
def test_another_person_at_the_same_place_is_another_track_from_that_frame(change):
    here = patch(100)
    pictures = [painted((here, RED if i < change else BLUE)) for i in range(11)]
    looks = [[here] if i % 5 == 0 else None for i in range(11)]
    tracks = follow(pictures, looks, fps=25)
    assert [row[0] for row in tracks[1]] == list(range(change))
    assert [row[0] for row in tracks[2]] == list(range(change, 11))
    # Neither was looked at in the frames next to the change.
    assert all(row[2] == bool(0 < row[0] < 5) for row in tracks[1] + tracks[2][:3])


def test_a_light_that_goes_on_slowly_changes_nobody():
    here = patch(100)
    pictures = [painted((here, (60 + 4 * i, 40, 40))) for i in range(31)]
    looks = [[here] if i % 5 == 0 else None for i in range(31)]
    assert len(follow(pictures, looks, fps=25)) == 1


def test_one_who_is_hidden_by_another_may_be_missed_for_longer():
    pictures, found = [], []
    for i in range(40):
        front = patch(5 * i)
        pictures.append(painted((patch(100), RED), (front, BLUE)))
        hidden = abs(front[0] - 100) < 35
        found.append([front] if hidden else [front, patch(100)])
    assert len(follow(pictures, found, max_gap=0.8)) == 2
    # Without anybody in front the same gap ends the track.
    alone = [painted((patch(100), RED))] * 40
    gaps = [[patch(100)] if len(f) == 2 else [] for f in found]
    assert len(follow(alone, gaps, max_gap=0.8)) == 2


def test_the_points_of_a_face_move_with_it_on_the_line():
    first, last = ((1.0, 2.0),) * 5, ((5.0, 2.0),) * 5
    faces = [Face(box(0), points=first), None, None, None, Face(box(4), points=last)]
    tracker, seen = Tracker(), []
    for i, face in enumerate(faces):
        found = None if face is None else [face]
        for step in tracker.add(Frame(i, i / 10, PICTURE), found):
            seen += step.seen
    places = [each.points[0] for each in seen]
    assert places == [pytest.approx((1 + i, 2)) for i in range(5)]


def test_points_that_a_detector_gives_once_only_are_not_made_up():
    tracker, seen = Tracker(), []
    faces = [Face(box(0), points=((1.0, 2.0),) * 5), None, Face(box(2))]
    for i, face in enumerate(faces):
        found = None if face is None else [face]
        for step in tracker.add(Frame(i, i / 10, PICTURE), found):
            seen += step.seen
    assert [each.points is None for each in seen] == [False, True, True]
