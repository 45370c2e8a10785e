"""Sizes, times and lengths of what is read, by hand."""

from collections import defaultdict
from fractions import Fraction
from types import SimpleNamespace

import cv2
import numpy as np
import pytest

from tgdfer_mm.video.errors import InputError
from tgdfer_mm.video.optional_packages import need
from tgdfer_mm.video.reading import Frame, open_source
from tgdfer_mm.video.video_file import VideoFileSource, _reason


def frame(height, width, scale=1.0):
    noise = np.random.default_rng(0).integers(0, 256, (height, width, 3), np.uint8)
    return Frame(0, 0.0, noise, scale=scale)


@pytest.mark.parametrize(
    ('height', 'width', 'side', 'size', 'factor'),
    [
        (30, 60, 59, (30, 59), 59 / 60),
        (60, 30, 20, (20, 10), 1 / 3),
        (10, 100, 10, (1, 10), 0.1),
        (2, 100, 10, (1, 10), 0.1),  # never nothing
        (100, 2, 10, (10, 1), 0.1),
    ],
)
def test_the_longer_side_is_shrunk(height, width, side, size, factor):
    picture, scale = frame(height, width, scale=0.5).small(side)
    assert picture.shape == (*size, 3)
    assert scale == pytest.approx(0.5 * factor)
    whole = frame(height, width).rgb
    expected = cv2.resize(whole, size[::-1], interpolation=cv2.INTER_AREA)
    np.testing.assert_array_equal(picture, expected)


@pytest.mark.parametrize('side', [60, 61, 1000])
def test_what_is_small_enough_stays_as_it_is(side):
    own = frame(30, 60, scale=0.25)
    picture, scale = own.small(side)
    assert picture is own.rgb and scale == 0.25


def test_a_stored_picture_is_converted_and_turned():
    stored = SimpleNamespace(width=2, height=1)
    pixels = np.arange(6, dtype=np.uint8).reshape(1, 2, 3)

    def convert(picture, width, height):
        assert (picture, width, height) == (stored, 2, 1)
        return pixels

    assert (Frame(0, 0.0, stored, convert=convert).rgb == pixels).all()
    turned = Frame(0, 0.0, stored, turns=1, convert=convert)  # counter-clockwise
    assert (turned.rgb == pixels[0, ::-1, None]).all()


@pytest.mark.parametrize(('count', 'fps'), [(1, 10), (7, 3), (5, 29.97)])
def test_the_last_frame_lasts_too(count, fps):
    with open_source(np.zeros((count, 4, 5, 3), np.uint8), fps) as opened:
        assert (opened.info.frames, opened.info.duration) == (0, 0)  # nothing is read
        times = [each.time for each in opened]
    assert times == pytest.approx([i / fps for i in range(count)])
    assert opened.info.duration == pytest.approx(count / fps, abs=6e-5)
    assert (opened.info.width, opened.info.height) == (5, 4)


def test_the_rate_is_given_to_four_digits(make_file):
    with open_source(make_file('ntsc.mkv', fps=30000 / 1001)) as opened:
        assert opened.info.fps == 29.97


def stream(**own):
    """A video file's source, with made-up facts of its stream."""
    source = VideoFileSource.__new__(VideoFileSource)
    source.problems = []
    source._av = need('av')
    source._stream = SimpleNamespace(**{'duration': None, 'metadata': {}, **own})
    source._container = SimpleNamespace(
        duration=None, streams=SimpleNamespace(audio=()), demux=lambda stream: iter(())
    )
    return source


def opened_stream(rotation=0.0, **own):
    """The source of a stream with these facts, whose first frame is 64 x 48."""
    source = stream(disposition=0, frames=0, **own)
    source._path = 'made-up.mp4'
    source._container.streams.video = (source._stream,)
    first = SimpleNamespace(rotation=rotation, width=64, height=48)
    source._decode = lambda: iter([first])
    source._open_stream()
    return source


@pytest.mark.parametrize(
    ('average', 'guessed', 'fps'),
    [
        (24, 30, 24.0),
        (None, 30, 30.0),
        (None, None, 25.0),
        (Fraction(25, 3), 1, 8.3333),
    ],
)
def test_the_rate_is_the_mean_one_then_the_guessed_one_then_25(average, guessed, fps):
    source = opened_stream(average_rate=average, guessed_rate=guessed)
    assert source.info.fps == fps and source.total is None
    length = dict(duration=200, time_base=Fraction(1, 100))
    source = opened_stream(average_rate=average, guessed_rate=guessed, **length)
    assert source.total == round(2 * fps)


def test_without_a_frame_the_last_damage_is_named():
    for problems, said in (([], 'cut off$'), (['a', 'b'], r'cut off \(b\)$')):
        source = stream(disposition=0)
        source._path, source.problems = 'made-up.mp4', problems
        source._container.streams.video = (source._stream,)
        source._decode = lambda: iter([])
        with pytest.raises(InputError, match=f'made-up.mp4: not one frame.*{said}'):
            source._open_stream()


@pytest.mark.parametrize(
    ('rotation', 'turn', 'size'),
    [
        *((0, 0, (64, 48)), (90, 90, (48, 64)), (-90, 270, (48, 64))),
        *((180, 180, (64, 48)), (-180, 180, (64, 48)), (89.4, 90, (48, 64))),
        *((44.8, 0, (64, 48)), (45.2, 90, (48, 64))),  # the nearest one
    ],
)
def test_a_quarter_turn_swaps_width_and_height(rotation, turn, size):
    info = opened_stream(rotation, average_rate=25).info
    assert (info.rotation, info.width, info.height) == (turn, *size)


def test_the_size_of_a_folder_is_that_of_its_first_picture(tmp_path):
    for number, height in enumerate((6, 6, 8)):
        picture = np.zeros((height, 7, 3), np.uint8)
        assert cv2.imwrite(str(tmp_path / f'{number}.png'), picture)
    with open_source(tmp_path) as opened:
        assert [frame.index for frame in opened] == [0, 1]
    assert (opened.info.width, opened.info.height, opened.total) == (7, 6, 3)
    assert '2.png is 7x8, the first picture 7x6' in opened.problems[0]


def test_the_stated_length_is_the_streams_own_then_its_tag_then_the_files():
    own = stream(duration=900, time_base=Fraction(1, 300))
    assert own._stated_duration() == 3.0
    assert stream(metadata=dict(DURATION='01:02:03.5'))._stated_duration() == 3723.5
    assert stream(metadata=dict(DURATION='soon'))._stated_duration() is None
    whole = stream()
    whole._container.duration = 2_500_000
    assert whole._stated_duration() == 2.5
    whole._container.streams.audio = ('sound',)
    assert whole._stated_duration() is None


@pytest.mark.parametrize(('stated', 'complete'), [(2.15, True), (2.25, False)])
def test_a_second_may_be_missing_at_the_end(stated, complete, make_file):
    with open_source(make_file(fps=10)) as opened:  # 1.2 s
        opened._stated = stated
        list(opened)
    assert (opened.problems == []) == complete
    if not complete:
        assert opened.problems[0].startswith('the file ends at 1.2 s of 2.2 s')


def test_absent_and_falling_times_go_on_by_one_frame(make_file):
    with open_source(make_file(fps=8)) as opened:
        stamps = [0.5, None, 0.25, 0.75, 1.5, 0.0, None]
        frames = [SimpleNamespace(time=stamp) for stamp in stamps]
        opened._first, opened._decoded = frames[0], iter(frames[1:])
        times = [each.time for each in opened]
    # The fourth has the time of the third, 0.25 s, and goes on from there.
    assert times == [0, 0.125, 0.25, 0.375, 1.0, 1.125, 1.25]


@pytest.mark.parametrize(
    ('width', 'height', 'size'),
    [(1920, 1080, None), (1080, 1920, None), (2400, 1000, (1920, 800))],
)
def test_only_pictures_above_the_limit_are_read_smaller(width, height, size, make_file):
    with open_source(make_file(fps=10)) as opened:
        opened.info.width, opened.info.height = width, height
        picture = SimpleNamespace(
            time=0.0, width=width, height=height, format=SimpleNamespace(name='x')
        )
        asked = defaultdict(list)
        opened._scaled = lambda *args: asked['for'].append(args[1:]) or picture
        opened._first, opened._decoded = picture, iter(())
        [read] = opened._frames()
    assert asked['for'] == ([] if size is None else [(*size, 'x')])
    assert read.scale == (1 if size is None else 0.8)


def test_a_reason_is_the_systems_words_then_the_errors_then_its_kind():
    assert _reason(OSError(5, 'cut off')) == 'cut off'
    assert _reason(ValueError('broken')) == 'broken'
    assert _reason(ValueError()) == 'ValueError'


def test_a_file_of_nothing_but_damage_is_given_up():
    source, tried = stream(), []
    error = source._av.error.InvalidDataError(1, 'damaged')

    class Packet:
        def decode(self):
            tried.append(1)
            raise error

    source._container.demux = lambda stream: iter([Packet()] * 200)
    assert list(source._decode()) == []
    assert len(tried) == 101
    assert source.problems == ['101 damaged packets or frames in the file']


def test_damage_is_counted_and_what_follows_is_read():
    source = stream()
    error = source._av.error.InvalidDataError(1, 'damaged')
    good, bad = SimpleNamespace(is_corrupt=False), SimpleNamespace(is_corrupt=True)

    class Packet:
        def __init__(self, *frames):
            self.frames = frames

        def decode(self):
            if not self.frames:
                raise error
            return self.frames

    packets = [Packet(good), *[Packet()] * 150, Packet(good, bad), Packet(good)]
    source._container.demux = lambda stream: iter(packets)
    assert list(source._decode()) == [good, good, bad, good]
    assert source.problems == ['151 damaged packets or frames in the file']
