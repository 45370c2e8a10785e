"""Sound is read in the time of the pictures, from every kind of file."""

from fractions import Fraction
from types import SimpleNamespace

import numpy as np
import pytest

from lab.video_writing import write_video
from tgdfer_mm.sound import reading
from tgdfer_mm.sound.reading import read_sound
from tgdfer_mm.video.errors import InputError, UsageError

from .conftest import RATE, click, tone


def moment(sound):
    """When a click is heard, seconds."""
    return float(np.abs(sound.samples).argmax()) / sound.rate


def test_samples_are_those_that_were_written(make_sound):
    samples = tone(1.0)
    sound = read_sound(make_sound(samples))
    assert sound.samples.dtype == np.float32 and sound.rate == RATE
    assert sound.seconds == 1.0 and sound.notes == ()
    np.testing.assert_allclose(sound.samples, samples, atol=1e-3)


@pytest.mark.parametrize(
    ('name', 'codec', 'rate'),
    [
        ('a.mp4', 'aac', 44100),
        ('a.mkv', 'libopus', 48000),
        ('a.ts', 'mp2', 48000),
        ('a.avi', 'pcm_s16le', 11025),
        ('a.mkv', 'flac', 96000),
    ],
)
def test_other_codecs_and_rates_keep_time_and_level(make_sound, name, codec, rate):
    path = make_sound(click(1.0, 0.6, rate), name=name, codec=codec, rate=rate)
    sound = read_sound(path)
    assert sound.rate == RATE and sound.seconds == pytest.approx(1.0, abs=0.01)
    assert moment(sound) == pytest.approx(0.605, abs=0.012)
    assert 0.2 < np.abs(sound.samples).max() < 0.8


def test_channels_are_averaged(make_sound):
    left, right = tone(1.0), tone(1.0, 330)
    both = read_sound(make_sound(np.stack([left, right])))
    np.testing.assert_allclose(both.samples, (left + right) / 2, atol=1e-3)
    same = read_sound(make_sound(np.stack([left] * 2), name='b.mkv'))
    np.testing.assert_allclose(same.samples, left, atol=1e-3)
    six = read_sound(make_sound(np.stack([left] * 6), name='c.mkv'))
    np.testing.assert_allclose(six.samples, left, atol=1e-3)


@pytest.mark.parametrize('sound_at', [0.0, 0.3, 0.7])
@pytest.mark.parametrize('picture_at', [0.0, 0.5])
def test_time_is_counted_from_the_first_picture(make_sound, sound_at, picture_at):
    path = make_sound(click(1.0, 0.4), sound_at=sound_at, picture_at=picture_at)
    sound = read_sound(path)
    assert sound.seconds == 1.0
    at = sound_at + 0.4 - picture_at
    if 0 <= at < 0.99:
        assert moment(sound) == pytest.approx(at + 0.002, abs=0.01)
    else:
        assert np.abs(sound.samples).max() < 0.01


def test_sound_that_is_longer_or_shorter_than_the_pictures(make_sound):
    longer = read_sound(make_sound(tone(2.5)))
    assert longer.seconds == 1.0 and 'ends at 2.50 s, longer than' in longer.notes[0]
    shorter = read_sound(make_sound(tone(0.4), name='b.mkv'))
    assert shorter.seconds == 1.0 and 'ends at 0.40 s, shorter' in shorter.notes[0]
    assert not shorter.samples[round(0.41 * RATE) :].any()
    assert np.abs(shorter.samples[: round(0.39 * RATE)]).max() > 0.4


def test_files_without_pictures_or_without_sound(make_sound, tmp_path):
    sound = read_sound(make_sound(tone(0.7), pictures=0, name='a.wav'))
    assert sound.seconds == pytest.approx(0.7) and sound.notes == ()
    write_video(tmp_path / 'b.mp4', [np.zeros((48, 64, 3), np.uint8)] * 3, 10)
    assert read_sound(tmp_path / 'b.mp4') is None


def test_a_rate_of_choice_and_no_other(make_sound):
    path = make_sound(tone(0.5), 0.5)
    assert len(read_sound(path, 8000).samples) == 4000
    for wrong in (0, -1, 16000.5, True, 1_000_000, None):
        with pytest.raises(UsageError, match='rate='):
            read_sound(path, wrong)


def test_damage_and_missing_files_are_errors_that_name_the_file(make_sound, tmp_path):
    with pytest.raises(InputError, match='no.mp4: there is no such file'):
        read_sound(tmp_path / 'no.mp4')
    (tmp_path / 'text.mp4').write_text('no video')
    with pytest.raises(InputError, match='text.mp4: not a video'):
        read_sound(tmp_path / 'text.mp4')
    path = make_sound(tone(2.0), 2.0, 'cut.mkv')
    path.write_bytes(path.read_bytes()[:-9000])
    with pytest.raises(InputError, match='cut.mkv: is cut off'):
        read_sound(path)
    path = make_sound(tone(2.0), 2.0, 'a.mkv', 'flac')
    import av

    with av.open(str(path)) as file:
        places = [(p.pos, p.size) for p in file.demux(audio=0) if p.size]
    data = bytearray(path.read_bytes())
    at, size = places[2]
    data[at + 16 : at + size] = bytes(size - 16)
    path.write_bytes(bytes(data))
    with pytest.raises(InputError, match='a.mkv: its sound is damaged'):
        read_sound(path)


def test_pictures_that_are_not_shown_do_not_count(monkeypatch):
    def packet(pts, key=False, hidden=False, size=9):
        base = Fraction(1, 10)
        return SimpleNamespace(
            pts=pts, dts=None, size=size, duration=1, time_base=base,
            is_keyframe=key, is_discard=hidden,
        )  # fmt: skip

    packets = [packet(1), packet(8, key=True), packet(5), packet(9), packet(11)]
    packets += [packet(3, hidden=True), packet(12, hidden=True), packet(0, size=0)]
    stream = SimpleNamespace(average_rate=10)
    monkeypatch.setattr(reading, 'picture_stream', lambda container: stream)
    container = SimpleNamespace(demux=lambda stream: packets)
    assert reading._shown('a', container) == pytest.approx((0.8, 1.2))
    packets[1].is_keyframe = False
    assert reading._shown('a', container) is None
