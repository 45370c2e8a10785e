"""A stream gives the file's results, in bounded memory, within the stated delay."""

import gc
import threading

import numpy as np
import pytest

from tests.video.test_analysis import CLASSES, SETTINGS, by_brightness
from tgdfer_mm.video.analysis import Analysis
from tgdfer_mm.video.arrays import ArraySource, FrameStream
from tgdfer_mm.video.errors import InputError
from tgdfer_mm.video.faces import build_detector
from tgdfer_mm.video.frames import Frame, Source, SourceInfo
from tgdfer_mm.video.live import LiveAnalysis, promised_delay
from tgdfer_mm.video.read_ahead import ReadAhead

FPS = 10.0
ADDED = ('track', 'box', 'frames', 'delay')


def live(frames, detector, keep=False, **changes):
    return LiveAnalysis(
        frames if isinstance(frames, Source) else FrameStream(frames, FPS),
        build_detector(detector),
        by_brightness,
        CLASSES,
        SETTINGS.updated(changes),
        keep=keep,
    )


def whole(frames, detector, **changes):
    analysis = Analysis(
        *(ArraySource(frames, FPS), build_detector(detector), by_brightness, CLASSES),
        SETTINGS.updated(changes),
    )
    analysis.run()
    return analysis


def of_tracks(windows):
    """The windows of each track, without what only a stream has."""
    tracks = {}
    for window in windows:
        own = {k: v for k, v in window.items() if k not in ADDED}
        tracks.setdefault(window['track'], []).append(own)
    return sorted(tracks.values(), key=str)


def random_scene(squares, seed):
    """One or two squares that come and go, with cuts between them."""
    rng, frames = np.random.default_rng(seed), []
    for _ in range(rng.integers(2, 6)):
        picture, moving, _ = squares
        count = int(rng.integers(1, 18))
        if rng.random() < 0.3:
            frames += [picture()] * count
        else:
            ground = int(rng.choice([40, 140]))
            frames += moving(count, int(rng.integers(2, 20)), ground=ground)
    return frames


def boxes_of_both_halves(find):
    def both(image):
        left, right = image[:, :24], image[:, 24:]
        moved = [(x1 + 24, y1, x2 + 24, y2) for x1, y1, x2, y2 in find(right)]
        return list(find(left)) + moved

    return both


@pytest.mark.parametrize('seed', range(12))
def test_a_stream_gives_the_windows_of_the_file(squares, seed):
    frames = random_scene(squares, seed)
    detector = squares[2] if seed % 2 else boxes_of_both_halves(squares[2])
    changes = dict(
        cut=27.0 if seed % 3 else None,
        min_track=(0.0, 0.5, 1.2)[seed % 3],
        every=(1, 3, None)[seed % 3],
    )
    expected = whole(frames, detector, **changes).tracks()
    stream = live(iter(frames), detector, keep=True, **changes)
    found = list(stream.windows())
    assert of_tracks(found) == sorted((t['windows'] for t in expected), key=str)
    assert stream.tracks() == expected
    for window in found:
        frames_of = window['frames']
        inside = range(window['first_frame'], window['last_frame'] + 1)
        assert set(frames_of['index']) <= set(inside)
        assert len(frames_of['scores']) == len(frames_of['index'])


@pytest.mark.parametrize('seed', range(6))
def test_a_window_comes_within_the_delay_that_is_stated(squares, seed):
    frames = random_scene(squares, seed)
    stream = live(iter(frames), squares[2], min_track=(0.0, 1.2)[seed % 2])
    for window in stream.windows():
        assert window['delay']['stream'] <= stream.delay['most'] + 1e-6
        assert window['delay']['clock'] >= 0


def test_the_usual_delay_holds_while_the_face_is_found_at_every_look(squares):
    stream = live(iter(squares[1](40, step=0)), squares[2])
    delays = [w['delay']['stream'] for w in stream.windows()]
    assert len(delays) > 5
    assert max(delays) <= stream.delay['usual'] + 1e-6 < 0.35
    assert promised_delay(SETTINGS, 0.1, cropped=True)['usual'] == 0.2


def test_nothing_grows_with_the_stream(squares):
    picture = squares[0]((10, 10, 20))
    sizes, start = [], (0, 250)

    def endless():
        for index in range(500):
            if index in (*start, 499):
                gc.collect()
                sizes.append(_kept(stream))
            yield picture

    stream = live(endless(), squares[2])
    windows = sum(1 for _ in stream.windows())
    assert windows > 100
    _, middle, end = sizes
    assert end <= middle + 4  # deques may hold a frame more


def _kept(root):
    """How many containers and elements hang on an object."""
    seen, todo, count = set(), [root], 0
    while todo:
        each = todo.pop()
        if id(each) in seen or isinstance(each, type | str | bytes | int | float):
            continue
        seen.add(id(each))
        if type(each).__module__.startswith('tgdfer_mm.video'):
            todo += list(vars(each).values()) if hasattr(each, '__dict__') else []
        if isinstance(each, dict):
            todo += list(each.values())
            count += len(each)
        elif hasattr(each, '__len__') and not isinstance(each, np.ndarray):
            todo += list(each) if hasattr(each, '__iter__') else []
            count += len(each)
    return count


def test_the_test_of_memory_sees_what_grows(squares):
    frames = squares[1](40, step=0)
    short, long = (
        live(iter(each), squares[2], keep=True) for each in (frames[:20], frames)
    )
    for stream in (short, long):
        list(stream.windows())
    assert _kept(long) > _kept(short) + 10


def test_times_of_the_frames_are_used_and_must_ascend(squares):
    frames = squares[1](8, step=0)
    times = [5.0, 5.1, 5.3, 5.35, 5.6, 5.7, 5.8, 6.0]
    source = FrameStream(zip(times, frames, strict=True), FPS)
    read = [frame.time for frame in source]
    assert read == pytest.approx([t - 5 for t in times])
    assert (source.info.width, source.info.height) == (64, 48)
    assert source.longest_step == pytest.approx(0.25)
    for wrong, said in (
        (
            [(1.0, frames[0]), (1.0, frames[1])],
            'frame 1 has the time 1, ',
        ),
        ([(float('nan'), frames[0])], 'not a number'),
        ([(0.0, frames[0]), (1.7e9, frames[1])], 'thirty years after the first'),
        ([(1.0, frames[0], 2)], 'is a tuple'),
        ([frames[0], frames[1][:-1]], r'frame 1 is \(47, 64\)'),
        ([frames[0].astype(float)], 'frame 0 is ndarray float64'),
        ([None], 'frame 0 is NoneType'),
    ):
        with pytest.raises(InputError, match=said):
            list(FrameStream(wrong, FPS))


def test_a_frame_is_not_changed_by_who_uses_its_array_again():
    buffer = np.zeros((4, 4, 3), np.uint8)

    def again():
        for value in range(3):
            buffer[:] = value
            yield buffer

    assert [f.rgb[0, 0, 0] for f in list(FrameStream(again(), FPS))] == [0, 1, 2]


class Stepped(Source):
    """Gives frames of four pixels, waiting for leave at some of them."""

    def __init__(self, count, gates=()):
        super().__init__()
        self.info = SourceInfo('<stepped>', 2, 2, FPS)
        self.total = count
        self.gates, self.closed = dict(gates), False

    def _frames(self):
        for index in range(self.total):
            if index in self.gates:
                assert self.gates[index].wait(20)
            if index == 2:
                self.notes.append('a note with frame 2')
            yield Frame(index, index / FPS, np.full((2, 2, 3), index, np.uint8))
        self.problems.append('a problem at the end')

    def close(self):
        self.closed = True


def test_reading_ahead_gives_the_same_frames_and_sentences():
    source = Stepped(30)
    with ReadAhead(source, most=3) as ahead:
        indexes = [frame.index for frame in ahead]
    assert indexes == list(range(30)) and ahead.dropped == 0
    assert (ahead.info, ahead.total) == (source.info, 30)
    assert ahead.notes == ['a note with frame 2']
    assert ahead.problems == ['a problem at the end']
    assert source.closed


def test_what_is_said_of_later_frames_is_not_said_before():
    with ReadAhead(Stepped(4), most=10) as ahead:
        frames = iter(ahead)
        next(frames)
        while not ahead._thread.join(0.01) and ahead._thread.is_alive():
            pass
        assert ahead.notes == ahead.problems == [] and ahead.info.frames == 1
        next(frames), next(frames)
        assert ahead.notes and not ahead.problems


def test_a_slow_consumer_loses_the_oldest_frames_and_they_are_counted():
    gate = threading.Event()
    source = Stepped(20, {1: gate})
    with ReadAhead(source, most=4, drop=True) as ahead:
        frames = iter(ahead)
        first = next(frames)
        gate.set()
        ahead._thread.join(20)  # all others have come meanwhile
        rest = [frame.index for frame in frames]
    assert first.index == 0 and rest == [16, 17, 18, 19]
    assert ahead.dropped == 15 and ahead.info.frames == 5
    assert ahead.newest.index == 19
    assert ahead.notes == ['a note with frame 2']  # though that frame was dropped


def test_an_error_of_the_source_is_raised_where_the_frames_are_used():
    given = FrameStream([np.zeros((2, 2, 3), np.uint8), None], FPS)
    with ReadAhead(given, most=2) as ahead:
        frames = iter(ahead)
        assert next(frames).index == 0
        with pytest.raises(InputError, match='frame 1 is NoneType'):
            next(frames)
    assert (ahead.info.width, ahead.info.height) == (2, 2)


def test_closing_ends_a_thread_that_waits_for_room():
    source = Stepped(1000)
    ahead = ReadAhead(source, most=2)
    next(iter(ahead))
    ahead.close()
    assert not ahead._thread.is_alive() and source.closed
