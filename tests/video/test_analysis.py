"""One pass over a video, with squares as faces and a simple model."""

import numpy as np
import pytest

from tgdfer_mm.video.analysis import Analysis, Prediction
from tgdfer_mm.video.faces import build_detector
from tgdfer_mm.video.reading import open_source
from tgdfer_mm.video.settings import VideoSettings

CLASSES = ['dark', 'light']
SETTINGS = VideoSettings().updated(
    dict(
        crop=dict(size=8, margin=0, shift=(0, 0)),
        window=dict(frames=4, seconds=0.8, stride=0.4),
        every=2,
        max_gap=0.5,
        min_track=0.0,
        cut=None,
    )
)


def by_brightness(windows):
    """Scores of a crop: its darkness and brightness; relevance: brightness."""
    said = []
    for crops in windows:
        light = np.array([c.mean() / 255 for c in crops])
        scores = np.stack([1 - light, light], axis=1)
        relevance = (light / max(light.sum(), 1e-9))[:, None].repeat(2, axis=1)
        said.append(Prediction(scores.mean(0), scores, relevance))
    return said


def analyse(source, detector, predict=by_brightness, fps=10.0, **changes):
    with open_source(source, fps) as opened:
        analysis = Analysis(
            opened,
            build_detector(detector),
            predict,
            CLASSES,
            SETTINGS.updated(changes),
            batch_size=3,
        )
        finished = analysis.run()
    return analysis, finished


def test_a_face_is_one_track_with_a_number_for_every_frame(squares):
    _, moving, find = squares
    analysis, finished = analyse(moving(23), find)
    assert finished and analysis.complete and analysis.warnings == []
    [track] = analysis.tracks()
    frames = track['frames']
    assert frames['index'] == list(range(23))
    assert {len(column) for column in frames.values()} == {23}
    assert [b[0] for b in frames['box'][:22]] == pytest.approx(range(5, 27))
    seen = [s for s in frames['scores'] if s is not None]
    assert len(seen) >= 11
    np.testing.assert_allclose(
        seen, [[1 - 220 / 255, 220 / 255]] * len(seen), atol=0.02
    )
    relevance = [r for r in frames['relevance'] if r is not None]
    np.testing.assert_allclose(relevance, 1, atol=0.02)  # all alike: uniform shares
    assert (track['label'], track['id']) == ('light', 1)
    assert track['windows'][0]['first_frame'] == 0
    assert track['windows'][-1]['last_frame'] == 22


def test_overlapping_windows_are_averaged_per_frame(squares):
    _, moving, find = squares
    calls = []

    def counting(windows):
        said = []
        for crops in windows:
            calls.append(len(crops))
            value = 0.1 * len(calls)
            scores = np.full((len(crops), 2), value)
            said.append(Prediction(np.array([0.2, 0.8]), scores, None))
        return said

    analysis, _ = analyse(moving(12), find, counting, window=dict(frames=8))
    [track] = analysis.tracks()
    assert calls == [8, 8]
    values = [row[0] for row in track['frames']['scores']]
    assert values == pytest.approx([0.1] * 4 + [0.15] * 4 + [0.2] * 4)
    assert track['frames']['relevance'] == [None] * 12


def test_batches_do_not_change_the_numbers(squares):
    _, moving, find = squares
    tracks = []
    for size in (1, 100):
        with open_source(moving(23), 10.0) as opened:
            analysis = Analysis(
                *(opened, build_detector(find), by_brightness, CLASSES, SETTINGS),
                batch_size=size,
            )
            analysis.run()
        tracks.append(analysis.tracks())
    assert tracks[0] == tracks[1]


def test_no_face_at_all_is_a_warning_and_no_error(squares):
    picture, *_ = squares
    analysis, finished = analyse([picture()] * 6, squares[2])
    assert finished and analysis.complete
    assert analysis.tracks() == []
    [note] = analysis.warnings
    assert note.startswith("no face found by the detector 'find_squares'. ")
    assert 'another detector' in note  # what to try


def test_a_face_lost_and_back(squares):
    picture, moving, find = squares
    there, gone = moving(6, step=0), [picture()]
    analysis, _ = analyse(there + gone * 3 + there, find)
    [track] = analysis.tracks()  # 0.3 s without it are bridged, and marked
    assert track['frames']['index'] == list(range(15))
    marked = np.flatnonzero(track['frames']['interpolated']).tolist()
    assert set(range(6, 9)) <= set(marked)
    analysis, _ = analyse(there + gone * 12 + there, find)
    first, second = analysis.tracks()
    assert first['end'] < 0.6 < 1.7 < second['start']
    assert [first['id'], second['id']] == [1, 2]


def test_a_cut_makes_other_tracks(squares):
    _, moving, find = squares
    shots = moving(8, step=0) + moving(8, step=0, ground=140, light=255)
    analysis, _ = analyse(shots, find, cut=27.0)
    assert [t['frames']['index'] for t in analysis.tracks()] == [
        list(range(8)),
        list(range(8, 16)),
    ]


def test_fifty_faces_are_fifty_tracks():
    boxes = [
        (x * 10, y * 10, x * 10 + 8, y * 10 + 8) for x in range(10) for y in range(5)
    ]
    pictures = [np.full((50, 100, 3), 90, np.uint8)] * 10
    analysis, _ = analyse(pictures, lambda picture: boxes)
    tracks = analysis.tracks()
    assert [t['id'] for t in tracks] == list(range(1, 51))
    assert sorted(tuple(t['frames']['box'][0]) for t in tracks) == sorted(boxes)
    assert {len(t['frames']['index']) for t in tracks} == {10}


def test_one_frame_is_a_bag_of_one(squares):
    _, moving, find = squares
    analysis, _ = analyse(moving(1), find, min_track=0.3)
    [track] = analysis.tracks()
    assert track['frames']['index'] == [0]
    assert track['frames']['scores'][0] is not None
    assert (track['start'], track['end']) == (0, 0)


def test_short_tracks_are_left_out_and_counted(squares):
    picture, moving, find = squares
    flicker = [*[picture()] * 10, *moving(2), *[picture()] * 10]
    analysis, _ = analyse(flicker, find, min_track=0.3, every=1)
    assert analysis.tracks() == []
    assert analysis.warnings[0] == '1 faces seen for less than 0.3 s are left out'


def test_frames_that_are_crops_need_no_detector(squares):
    _, moving, _ = squares
    analysis, _ = analyse(moving(10), 'none', cut=27.0)
    [track] = analysis.tracks()
    assert track['frames']['box'] == [[0, 0, 64, 48]] * 10
    assert not any(track['frames']['interpolated'])


def test_uneven_times_are_the_times_of_the_result(variable_rate_file, squares):
    path, times = variable_rate_file
    analysis, _ = analyse(path, squares[2], max_gap=2.0)
    assert analysis.tracks()[0]['frames']['time'] == pytest.approx(times)


def test_reading_stops_at_max_seconds_and_says_so(squares):
    _, moving, find = squares
    analysis, finished = analyse(moving(20), find, max_seconds=1.0)
    assert finished and analysis.complete
    assert analysis.tracks()[0]['frames']['index'] == list(range(10))
    assert analysis.warnings == ['only the first 1.0 s were read (max_seconds)']


def test_reading_stops_at_max_frames_and_the_result_is_not_complete(squares):
    _, moving, find = squares
    analysis, finished = analyse(moving(20), find, max_frames=10)
    assert finished and not analysis.complete
    assert analysis.tracks()[0]['frames']['index'] == list(range(10))
    assert analysis.warnings == ['only the first 10 frames were read (max_frames)']
    assert analyse(moving(10), find, max_frames=10)[0].complete


def test_ctrl_c_keeps_what_was_read(squares):
    _, moving, find = squares
    looked = []

    def stopping(image):
        looked.append(1)
        if len(looked) == 8:
            raise KeyboardInterrupt
        return find(image)

    analysis, finished = analyse(moving(40), stopping)
    assert not finished and not analysis.complete
    assert 'before its end' in analysis.warnings[0]
    [track] = analysis.tracks()
    assert track['frames']['index'] == list(range(14))
    assert track['windows'][-1]['last_frame'] == 13


def test_ctrl_c_while_predicting_loses_no_window(squares):
    _, moving, find = squares
    interrupted = []

    def stopping(windows):
        if not interrupted:
            interrupted.append(1)
            raise KeyboardInterrupt
        return by_brightness(windows)

    analysis, finished = analyse(moving(40), find, stopping)
    [track] = analysis.tracks()
    assert not finished
    assert track['windows'][0]['first_frame'] == 0


def test_damage_of_the_source_makes_it_incomplete(squares):
    _, moving, find = squares

    with open_source(moving(8), 10.0) as opened:
        opened.problems.append('something is missing')
        analysis = Analysis(
            *(opened, build_detector(find), by_brightness, CLASSES, SETTINGS)
        )
        assert analysis.run()
    assert not analysis.complete
    assert analysis.warnings == ['something is missing']
    assert len(analysis.tracks()) == 1


def test_memory_holds_no_pictures_of_what_has_passed(squares):
    _, moving, find = squares
    most = []

    def watch():
        waiting = len(analysis._faces._tracker._waiting)
        held = [len(cutter._crops) for _, cutter in analysis._open.values()]
        most.append((waiting, sum(held), len(analysis._queue)))

    with open_source(moving(300, step=0), 10.0) as opened:
        analysis = Analysis(
            *(opened, build_detector(find), by_brightness, CLASSES, SETTINGS),
            batch_size=3,
            advance=watch,
        )
        analysis.run()
    assert len(most) == 300
    assert max(most)[0] <= 4
    assert max(held for _, held, _ in most) <= 10
    assert max(queue for *_, queue in most) < 3
