"""Sound of every kind: a faulty sound never loses the pictures."""

import numpy as np
import pytest

from tgdfer_mm.sound.sound_clock import SoundClock
from tgdfer_mm.video.optional_packages import need
from tgdfer_mm.video.reading import open_source
from tgdfer_mm.visualization.video import annotated_video, sound, write_all

RATE = 16000


def film(path, kind, codec, seconds=1.0, rate=RATE, layout='mono', pictures='mpeg4'):
    """Grey pictures, and a tone that grows louder."""
    av = need('av')
    with av.open(str(path), 'w', format=kind) as file:
        video = file.add_stream(pictures, rate=10)
        video.width, video.height, video.pix_fmt = 96, 64, 'yuv420p'
        voice = file.add_stream(codec, rate=rate, layout=layout)
        voice.bit_rate = 64000
        for index in range(round(10 * seconds)):
            grey = np.full((64, 96, 3), 60 + index, np.uint8)
            frame = av.VideoFrame.from_ndarray(grey, format='rgb24')
            file.mux(video.encode(frame))
            at = np.arange(index * rate // 10, (index + 1) * rate // 10)
            wave = (8000 * np.sin(at / 6)).astype(np.int16)
            wave = np.repeat(wave, voice.layout.nb_channels)[None]
            heard = av.AudioFrame.from_ndarray(wave, format='s16', layout=layout)
            heard.rate, heard.pts = rate, int(at[0])
            file.mux(voice.encode(heard))
        file.mux(video.encode())
        file.mux(voice.encode())
    return path


def annotate(made, path, out):
    with open_source(path) as source:
        with annotated_video(made.result(made.track()), out, path) as video:
            for frame in source:
                video.add(frame)
    with need('av').open(str(out)) as file:
        shown = sum(1 for _ in file.decode(video=0))
    with need('av').open(str(out)) as file:
        heard = 0.0
        if file.streams.audio:
            heard = sum(f.samples / f.rate for f in file.decode(audio=0))
    return shown, heard, video.warnings


@pytest.mark.parametrize(
    ('kind', 'codec', 'more'),
    [
        ('asf', 'wmav2', dict(rate=22050)),
        ('asf', 'wmav2', dict(rate=44100, layout='stereo')),
        ('matroska', 'pcm_s16le', dict(rate=11025)),
        ('matroska', 'pcm_s16le', dict(rate=7000)),
        ('matroska', 'pcm_s16le', dict(rate=96000)),
        ('matroska', 'pcm_s16le', dict(layout='5.1')),
        ('matroska', 'flac', {}),
        ('matroska', 'libopus', {}),
        ('avi', 'mp2', {}),
        ('mpegts', 'aac', {}),
        ('mpegts', 'mp2', dict(pictures='libx264')),
    ],
)
def test_sound_of_any_kind_is_heard(kind, codec, more, made, tmp_path):
    path = film(tmp_path / f'film.{kind}', kind, codec, **more)
    shown, heard, warnings = annotate(made, path, tmp_path / 'a.mp4')
    assert (shown, warnings) == (10, [])
    assert heard == pytest.approx(1.0, abs=0.15)


@pytest.mark.parametrize('codec', ['aac', 'ac3', 'mp2'])
def test_joined_recordings_keep_both_sounds(codec, made, tmp_path):
    path = film(tmp_path / 'film.ts', 'mpegts', codec, 1.5, 48000)
    path.write_bytes(path.read_bytes() * 2)
    shown, heard, warnings = annotate(made, path, tmp_path / 'a.mp4')
    assert shown == 30
    assert heard == pytest.approx(3.0, abs=0.3)
    assert 'do not ascend' in warnings[0]


def test_damaged_sound_is_left_out_and_named(made, tmp_path):
    path = film(tmp_path / 'film.mkv', 'matroska', 'flac')
    with need('av').open(str(path)) as file:
        places = [(p.pos, p.size) for p in file.demux(audio=0) if p.size]
    data = bytearray(path.read_bytes())
    for at, size in places:
        data[at + 16 : at + size] = bytes(max(0, size - 16))
    path.write_bytes(bytes(data))
    shown, heard, warnings = annotate(made, path, tmp_path / 'a.mp4')
    assert (shown, heard) == (10, 0)
    assert 'sound of the video is left out' in warnings[0]


def test_sound_that_is_damaged_in_part_is_kept_and_that_is_said(made, tmp_path):
    path = film(tmp_path / 'film.mkv', 'matroska', 'flac', 3.0)
    with need('av').open(str(path)) as file:
        places = [(p.pos, p.size) for p in file.demux(audio=0) if p.size]
    data = bytearray(path.read_bytes())
    at, size = places[1]
    data[at + 16 : at + size] = bytes(size - 16)
    path.write_bytes(bytes(data))
    shown, heard, warnings = annotate(made, path, tmp_path / 'a.mp4')
    assert shown == 30 and heard > 1.5
    assert 'of the sound are damaged and left out' in warnings[0]


def test_no_error_of_the_sound_costs_the_pictures(made, tmp_path, monkeypatch):
    path = film(tmp_path / 'film.mkv', 'matroska', 'flac')

    def fails(*args):
        yield from ()
        raise RuntimeError('no such sound')

    monkeypatch.setattr(sound, '_encoded', fails)
    shown, heard, warnings = annotate(made, path, tmp_path / 'a.mp4')
    assert (shown, heard) == (10, 0)
    assert warnings == ['the sound of the video is left out: no such sound']
    assert sorted(p.name for p in tmp_path.iterdir()) == ['a.mp4', 'film.mkv']


def test_what_cannot_be_copied_is_encoded_anew(made, tmp_path, monkeypatch):
    path = film(tmp_path / 'film.mkv', 'matroska', 'pcm_s16le')
    monkeypatch.setattr(sound, 'COPIED', ('pcm_s16le',))  # MP4 has no such
    shown, heard, warnings = annotate(made, path, tmp_path / 'a.mp4')
    assert shown == 10 and heard == pytest.approx(1.0, abs=0.15) and warnings == []


def test_a_warning_stands_on_the_pages(made, tmp_path, monkeypatch):
    path = film(tmp_path / 'film.mkv', 'matroska', 'flac', 3.0)
    monkeypatch.setattr(sound, '_encoded', lambda *args: iter(()))
    write_all(made.result(made.track(), has_audio=True), path, tmp_path / 'out')
    page = (tmp_path / 'out' / 'track1.html').read_text('utf-8')
    assert 'he sound of the video is left out: no part of it can be read' in page


def heard(stamps, start=0.0, length=1.0):
    clock = SoundClock(start)
    return [clock(stamp, length) for stamp in stamps], clock


def test_good_stamps_of_sound_are_kept():
    assert heard([0, 1, 2.5, 4])[0] == [0, 1, 2.5, 4]
    assert heard([5, 6, 7], start=5.5)[0] == [-0.5, 0.5, 1.5]
    assert heard([0, 1])[1].problem() == ''


def test_missing_equal_and_backward_stamps_go_on_without_a_gap():
    times, clock = heard([None] * 4)
    assert times == [0, 1, 2, 3] and clock.missing == 4
    times, clock = heard([3, 3, 3])
    assert times == [3, 4, 5] and clock.joints == 2
    assert heard([0, 0.1, 0.2])[0] == [0, 1, 2]  # no sound is heard so soon
    assert heard([0, 0.5, 1])[0] == [0, 0.5, 1]  # some lengths are wrong
    times, clock = heard([0, 1, 2, 0, 1, 2])
    assert times == [0, 1, 2, 3, 4, 5] and clock.joints == 1
    assert clock.problem().startswith('1 time stamps of the sound')
    assert heard([0, 1, 1e7, 1e7 + 1])[0] == [0, 1, 2, 3]
    assert heard([0, None])[1].problem() == ''  # what a decoder holds back


@pytest.mark.parametrize(
    ('kind', 'codec', 'rate'), [('mp4', 'aac', RATE), ('asf', 'wmav2', 44100)]
)
def test_sound_without_stamps_is_counted_on(
    kind, codec, rate, made, tmp_path, monkeypatch
):
    path = film(tmp_path / f'film.{kind}', kind, codec, rate=rate)
    read = sound._read

    def without(*args):
        for packet in read(*args):
            if packet.size:
                packet.pts = packet.dts = None
            yield packet

    monkeypatch.setattr(sound, '_read', without)
    shown, heard, warnings = annotate(made, path, tmp_path / 'a.mp4')
    assert shown == 10 and heard == pytest.approx(1.0, abs=0.15)
    assert 'time stamps of the sound are missing' in warnings[0]
