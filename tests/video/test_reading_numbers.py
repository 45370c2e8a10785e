"""Sizes, times and lengths of sources, compared with values by hand."""

from collections import defaultdict
from fractions import Fraction
from types import SimpleNamespace

import cv2
import numpy as np
import pytest

from tgdfer_mm.video.errors import InputError
from tgdfer_mm.video.frames import MAX_PIXELS
from tgdfer_mm.video.opening import reason
from tgdfer_mm.video.optional_packages import need
from tgdfer_mm.video.reading import Frame, open_source
from tgdfer_mm.video.stamps import FrameClock
from tgdfer_mm.video.stated_length import StatedLength, expected_frames, stated_length
from tgdfer_mm.video.stream_decoder import StreamDecoder
from tgdfer_mm.video.video_file import VideoFileSource


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
    source._threads = 1
    source.problems, source.notes = [], []
    source._av, source._path = need('av'), 'made-up.mp4'
    source._max_pixels = MAX_PIXELS
    facts = {
        **dict(duration=None, metadata={}, frames=0, start_time=None, disposition=0),
        **dict(time_base=Fraction(1, 100), average_rate=25, guessed_rate=25),
        **dict(sample_aspect_ratio=None, pixels=None, width=64, height=48),
    } | own
    context = SimpleNamespace(sample_aspect_ratio=facts.pop('pixels'))
    source._stream = SimpleNamespace(codec_context=context, **facts)
    source._container = SimpleNamespace(
        duration=None,
        format=SimpleNamespace(name='made-up'),
        streams=SimpleNamespace(audio=(), video=(source._stream,)),
        demux=lambda stream: iter(()),
    )
    return source


def opened_stream(monkeypatch, rotation=0.0, size=(64, 48), **own):
    """The source of a stream with these facts, whose first frame is 64 x 48."""
    source = stream(**own)
    first = SimpleNamespace(rotation=rotation, width=size[0], height=size[1])
    monkeypatch.setattr(VideoFileSource, '_can_be_shown', lambda self, frame: True)
    monkeypatch.setattr(StreamDecoder, '__iter__', lambda self: iter([first]))
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
def test_the_rate_is_the_mean_one_then_the_guessed_one_then_25(
    average, guessed, fps, monkeypatch
):
    rates = dict(average_rate=average, guessed_rate=guessed)
    source = opened_stream(monkeypatch, **rates)
    assert source.info.fps == fps and source.total is None
    source = opened_stream(monkeypatch, duration=200, **rates)
    assert source.total == round(2 * fps)


def test_without_a_frame_the_damage_is_named(monkeypatch):
    for error, said in (
        (None, 'cut off$'),
        ('bad', r'cut off \(1 damaged .*bad'),
    ):
        source = stream()

        def nothing(self, error=error):
            if error:
                self._count(error)
            return iter(())

        monkeypatch.setattr(StreamDecoder, '__iter__', nothing)
        with pytest.raises(InputError, match=f'made-up.mp4: no frame.*{said}'):
            source._open_stream()


@pytest.mark.parametrize(
    ('rotation', 'turn', 'size'),
    [
        *((0, 0, (64, 48)), (90, 90, (48, 64)), (-90, 270, (48, 64))),
        *((180, 180, (64, 48)), (-180, 180, (64, 48)), (89.4, 90, (48, 64))),
        *((44.8, 0, (64, 48)), (45.2, 90, (48, 64))),  # the nearest one
    ],
)
def test_a_quarter_turn_swaps_width_and_height(rotation, turn, size, monkeypatch):
    info = opened_stream(monkeypatch, rotation).info
    assert (info.rotation, info.width, info.height) == (turn, *size)


def test_the_size_of_a_folder_is_that_of_its_first_picture(tmp_path):
    for number, height in enumerate((6, 6, 8)):
        picture = np.zeros((height, 7, 3), np.uint8)
        assert cv2.imwrite(str(tmp_path / f'{number}.png'), picture)
    with open_source(tmp_path) as opened:
        assert [frame.index for frame in opened] == [0, 1]
    assert (opened.info.width, opened.info.height, opened.total) == (7, 6, 3)
    assert '2.png is 7x8, the first picture 7x6' in opened.problems[0]


@pytest.mark.parametrize(
    ('pixel', 'width'),
    [
        *((None, 64), (Fraction(1), 64), (Fraction(16, 11), 93), (Fraction(8, 9), 57)),
        *((Fraction(1, 5000), 64), (Fraction(5000), 64)),  # no one can mean that
    ],
)
def test_the_width_is_that_of_square_pixels(pixel, width, monkeypatch):
    source = opened_stream(monkeypatch, sample_aspect_ratio=pixel)
    assert (source.info.width, source.info.height) == (width, 48)


def facts(name='mov,mp4', audio=(), whole=None, **own):
    made = stream(**own)
    made._container.format.name = name
    made._container.streams.audio = audio
    made._container.duration = whole
    return made._container, made._stream


@pytest.mark.parametrize(
    ('given', 'stated'),
    [
        (dict(duration=300, frames=9), (9, 0.0, 3.0)),
        (dict(duration=300, frames=9, start_time=50), (9, 0.5, 3.5)),
        (dict(duration=300), (None, 0.0, None)),  # in parts
        (dict(name='avi', duration=300, frames=9), (9, 0.0, None)),
        (dict(name='mpegts', duration=300, frames=9), (None, 0.0, None)),
        (dict(name='matroska,webm', metadata=dict(DURATION='01:02:03.5')), 3723.5),
        (dict(name='matroska,webm', metadata=dict(DURATION='soon')), None),
        (dict(name='nut', metadata=dict(DURATION='01:02:03.5')), None),  # a copy
        (
            dict(
                name='matroska,webm',
                metadata=dict(DURATION='01:02:03.5'),
                whole=2_500_000,
            ),
            2.5,
        ),
        (dict(name='flv', whole=2_500_000), 2.5),
        (dict(name='flv', whole=2_500_000, audio=('sound',)), None),
        (dict(name='gif', whole=2_500_000), None),
    ],
)
def test_only_what_a_container_states_of_the_pictures_counts(given, stated):
    if not isinstance(stated, tuple):
        stated = (None, 0.0, stated)
    assert stated_length(*facts(**given)) == stated


def test_a_progress_bar_may_trust_what_was_measured():
    assert expected_frames(*facts(frames=9), 10) == 9
    assert expected_frames(*facts(duration=300), 10) == 30
    assert expected_frames(*facts('mpegts', duration=300), 10) == 30
    assert expected_frames(*facts('gif', whole=2_500_000), 10) == 25
    assert expected_frames(*facts('gif', whole=2_500_000, audio=(1,)), 10) is None


@pytest.mark.parametrize(
    ('stated', 'packets', 'end', 'cut', 'missing'),
    [
        ((12, 0, 1.2), 12, 1.2, False, False),
        ((12, 0, 1.2), 11, 1.1, True, True),
        ((12, 0, 1.2), 13, 1.3, True, True),  # in parts
        ((12, 0, 1.2), 12, 1.2, True, False),  # only sound was lost
        ((12, 0, 9.9), 12, 1.2, False, False),  # the stated time is wrong
        ((None, 0, 1.2), 12, 1.16, True, False),
        ((None, 0, 1.2), 11, 1.1, True, True),
        ((None, 0, 1.2), 11, 1.2, True, True),  # one that is shown earlier
        ((None, 0, None), 12, 1.2, True, True),
        ((None, 0, None), 12, 1.2, False, False),
        ((None, 0, None), 12, 1.2, None, False),
        ((None, 0, 1.2), 12, None, True, True),
        ((13, 0, 1.3), 12, 1.2, False, False),  # wrong by one
        ((None, 0, 1.5), 12, 1.2, False, True),  # the tail is empty
        ((15, 0, 1.5), 12, 1.2, False, True),
        ((None, 0, 1.5), 12, 1.2, None, True),
    ],
)
def test_pictures_are_missing_by_frames_and_not_by_seconds(
    stated, packets, end, cut, missing
):
    assert StatedLength(*stated).are_missing(packets, end, 0.1, cut) == missing


def times(stamps, step=0.125):
    clock = FrameClock(step)
    return [clock(stamp) for stamp in stamps], clock


def test_absent_and_falling_times_go_on_by_one_frame():
    got, clock = times([0.5, None, 0.25, 0.75, 1.5, 1.25, None])
    # The fourth has the time of the third, 0.25 s, and goes on from there.
    assert got == [0, 0.125, 0.25, 0.375, 1.0, 1.125, 1.25]
    assert clock.restarts == 0


def test_times_start_at_the_first_frame_and_equal_ones_go_on_by_one_frame():
    assert times([-3, -2.875])[0] == [0, 0.125]
    assert times([7] * 4)[0] == [0, 0.125, 0.25, 0.375]
    assert times([None] * 4)[0] == [0, 0.125, 0.25, 0.375]
    pairs, _ = times([0, 0, 0.25, 0.25, 0.5, 0.5])
    assert pairs == [0, 0.125, 0.25, 0.375, 0.5, 0.625]


def test_where_stamps_start_anew_their_own_distances_are_kept():
    got, clock = times([0, 0.5, 2, 0, 0.5, 2])
    assert got == [0, 0.5, 2, 2.125, 2.625, 4.125]
    assert clock.restarts == 1
    got, clock = times([0, 0.125, 1e6, 1e6 + 0.5])
    assert got == [0, 0.125, 0.25, 0.75] and clock.restarts == 1
    assert times([0, 0.125, 60, 60.125])[0] == [0, 0.125, 60, 60.125]  # a still


def test_holes_among_the_last_frames_only_are_a_cut():
    even = [i / 8 for i in range(20)]
    assert not times(even)[1].holes_at_the_end
    assert times(even + [2.75])[1].holes_at_the_end
    assert not times([*even[:10], *(t + 1 for t in even)])[1].holes_at_the_end
    assert not times([0, 1, 1.1, 1.5])[1].holes_at_the_end  # a variable rate


@pytest.mark.parametrize(
    ('width', 'height', 'size'),
    [(1920, 1080, None), (1080, 1920, None), (2400, 1000, (1920, 800))],
)
def test_only_pictures_above_the_limit_are_read_smaller(width, height, size, make_file):
    with open_source(make_file(fps=10)) as opened:
        opened.info.width, opened.info.height = width, height
        picture = SimpleNamespace(
            **dict(time=0.0, width=width, height=height, rotation=0, duration=None),
            **dict(format=SimpleNamespace(name='yuv420p'), time_base=None),
        )
        opened._shape, opened._convertible = (width, height, 0), {'yuv420p': True}
        asked = defaultdict(list)
        opened._scaled = lambda *args: asked['for'].append(args[1:]) or picture
        opened._first, opened._decoded = picture, iter(())
        opened._judge = lambda *args: None
        [read] = opened._frames()
    assert asked['for'] == ([] if size is None else [(*size, 'yuv420p')])
    assert read.scale == (1 if size is None else 0.8)


def test_a_reason_is_the_systems_words_then_the_errors_then_its_kind():
    assert reason(OSError(5, 'cut off')) == 'cut off'
    assert reason(ValueError('broken')) == 'broken'
    assert reason(ValueError()) == 'ValueError'


class Packet:
    """Gives its frames; without any it is damaged."""

    size, is_corrupt = 9, False

    def __init__(self, *frames):
        self.frames, self.tried = frames, 0

    def __bytes__(self):
        return b''

    def decode(self):
        self.tried += 1
        if not self.frames:
            raise ValueError('damaged')
        return self.frames


def decoder_of(*parts):
    """A decoder whose container gives these packets; an error is raised."""
    decoder, left = StreamDecoder(None, SimpleNamespace(time_base=1)), list(parts)

    def demux(stream):
        while left:
            part = left.pop(0)
            if isinstance(part, Exception):
                raise part
            yield part

    decoder._container = SimpleNamespace(demux=demux)
    end = SimpleNamespace(decode=lambda: ())
    decoder._av = SimpleNamespace(error=need('av').error, Packet=lambda: end)
    return decoder


GOOD, BAD = SimpleNamespace(is_corrupt=False), SimpleNamespace(is_corrupt=True)


def test_a_file_of_nothing_but_damage_is_given_up():
    packet = Packet()
    decoder = decoder_of(*[packet] * 200)
    assert list(decoder) == []
    assert packet.tried == 101
    assert decoder.problem() == '101 damaged packets or frames in the file (damaged)'


def test_damage_is_counted_and_what_follows_is_read():
    packets = [Packet(GOOD), *[Packet()] * 150, Packet(GOOD, BAD), Packet(GOOD)]
    decoder = decoder_of(*packets)
    assert list(decoder) == [GOOD, GOOD, BAD, GOOD]
    assert decoder.damaged == 151 and decoder.packets == 153


def test_where_reading_fails_the_rest_is_tried_until_nothing_comes():
    lost = OSError(5, 'gone')
    decoder = decoder_of(Packet(GOOD), lost, Packet(GOOD))
    assert list(decoder) == [GOOD, GOOD] and decoder.end_error == ''
    assert decoder.problem() == '1 damaged packets or frames in the file (gone)'
    decoder = decoder_of(Packet(GOOD), *[lost] * 9)
    assert list(decoder) == [GOOD]
    assert (decoder.damaged, decoder.end_error) == (0, 'gone')
