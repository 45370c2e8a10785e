"""A file that lacks pictures at its end is never called complete."""

import numpy as np
import pytest

from tgdfer_mm.video.errors import InputError
from tgdfer_mm.video.file_end import is_cut_off
from tgdfer_mm.video.optional_packages import need
from tgdfer_mm.video.reading import open_source

COUNT = 25
SIZE = 64, 48


def write(path, kind, codec, sound=None, pixels='yuv420p', options=None):
    """Noise at 25 frames a second, with a longer sound or none."""
    av, rng = need('av'), np.random.default_rng(0)
    with av.open(str(path), 'w', format=kind, options=options or {}) as file:
        video = file.add_stream(codec, rate=25)
        video.width, video.height, video.pix_fmt = *SIZE, pixels
        video.codec_context.thread_count = 1
        voice = None
        if sound:
            voice = file.add_stream(sound, rate=16000, layout='mono')
        for index in range(COUNT if not sound else 2 * COUNT):
            if index < COUNT:
                noise = rng.integers(0, 256, (*SIZE[::-1], 3), np.uint8)
                picture = av.VideoFrame.from_ndarray(noise, format='rgb24')
                file.mux(video.encode(picture))
            if voice is not None:
                wave = rng.integers(-9, 9, (1, 640), np.int16)
                heard = av.AudioFrame.from_ndarray(wave, format='s16', layout='mono')
                heard.rate, heard.pts = 16000, 640 * index
                file.mux(voice.encode(heard))
        file.mux(video.encode())
        if voice is not None:
            file.mux(voice.encode())
    return path


def frames_of(path):
    try:
        with open_source(path) as source:
            return sum(1 for _ in source), source.problems, source.notes
    except InputError:
        return 0, ['not read'], []


FILES = {
    'mp4': dict(kind='mp4', codec='mpeg4', options={'movflags': 'faststart'}),
    'mp4 with sound': dict(kind='mp4', codec='mpeg4', sound='aac'),
    'mov in parts': dict(
        kind='mov', codec='mjpeg', pixels='yuvj420p', options={'movflags': 'empty_moov'}
    ),
    'matroska': dict(kind='matroska', codec='ffv1'),
    'matroska with sound': dict(kind='matroska', codec='mpeg4', sound='aac'),
    'avi': dict(kind='avi', codec='mpeg4'),
    'avi with sound': dict(kind='avi', codec='mjpeg', sound='mp2', pixels='yuvj420p'),
    'asf': dict(kind='asf', codec='wmv2'),
    'flv': dict(kind='flv', codec='flv1'),
    'flv with sound': dict(kind='flv', codec='flv1', sound='aac'),
    'mpegts': dict(kind='mpegts', codec='mpeg2video'),
    'mpeg': dict(kind='mpeg', codec='mpeg2video'),
    'gif': dict(kind='gif', codec='gif', pixels='rgb8'),
    'apng': dict(kind='apng', codec='apng', pixels='rgb24'),
    'ivf': dict(kind='ivf', codec='libvpx'),
    'nut': dict(kind='nut', codec='ffv1'),
    'y4m': dict(kind='yuv4mpegpipe', codec='wrapped_avframe'),
}


@pytest.fixture(params=FILES)
def whole_file(request, tmp_path):
    given = FILES[request.param]
    ending = {'matroska': 'mkv', 'asf': 'wmv'}.get(given['kind'], given['kind'])
    try:
        return write(tmp_path / f'film.{ending}', **given)
    except need('av').error.FFmpegError as err:
        pytest.skip(f'this FFmpeg cannot write {request.param}: {err}')


def test_a_whole_file_is_complete_and_so_is_one_with_bytes_behind_it(whole_file):
    assert frames_of(whole_file) == (COUNT, [], [])
    with whole_file.open('ab') as file:
        file.write(bytes(3000))
    count, problems, _ = frames_of(whole_file)
    assert count == COUNT
    if whole_file.suffix != '.nut':  # only its packets tell where it ends
        assert problems == []


def test_cut_anywhere_it_is_complete_only_with_all_pictures(whole_file):
    data = whole_file.read_bytes()
    short = []
    for tenth in range(1, 10):
        # Not between two units of a stream that has no length of its own.
        whole_file.write_bytes(data[: len(data) * tenth // 10 | 1])
        count, problems, notes = frames_of(whole_file)
        short.append(count < COUNT)
        assert problems or (count == COUNT and notes), (tenth, count)
    assert sum(short) >= 4


@pytest.mark.parametrize('kind', ['mkv', 'mp4', 'avi'])
def test_a_single_lost_frame_is_noticed(kind, tmp_path):
    given = FILES['matroska' if kind == 'mkv' else kind]
    path = write(tmp_path / f'film.{kind}', **given)
    with need('av').open(str(path)) as file:
        last = [p.pos for p in file.demux(video=0) if p.size][-1]
    path.write_bytes(path.read_bytes()[:last])
    count, problems, _ = frames_of(path)
    assert count == COUNT - 1 and problems


def test_a_container_whose_sound_is_longer_is_no_damage(tmp_path):
    path = write(tmp_path / 'film.mkv', 'matroska', 'mpeg4', sound='aac')
    assert frames_of(path) == (COUNT, [], [])


def test_of_a_cut_that_costs_sound_alone_a_note_says_so(tmp_path):
    path = write(tmp_path / 'film.mkv', 'matroska', 'mpeg4', sound='aac')
    path.write_bytes(path.read_bytes()[:-400])
    count, problems, notes = frames_of(path)
    assert (count, problems) == (COUNT, [])
    assert 'all of its pictures are there' in notes[0]


def test_an_empty_tail_is_noticed(tmp_path):
    """A download that reserves its room and breaks off."""
    path = write(tmp_path / 'film.mkv', 'matroska', 'ffv1')
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2].ljust(len(data), b'\0'))
    count, problems, _ = frames_of(path)
    assert count < COUNT and problems


@pytest.mark.parametrize(
    ('container', 'data', 'cut'),
    [
        ('mov,mp4', b'\0\0\0\x10ftypisom\0\0\0\0', False),
        ('mov,mp4', b'\0\0\0\x10ftypisom\0\0\0', True),
        ('mov,mp4', b'\0\0\0\x08free\0\0\0\0mdat', None),  # up to the end
        ('mov,mp4', b'\0\0\0\x01mdat' + (20).to_bytes(8, 'big') + bytes(4), False),
        ('mov,mp4', b'\0\0\0\x01mdat' + (21).to_bytes(8, 'big') + bytes(4), True),
        ('matroska,webm', b'\x1a\x45\xdf\xa3\x80\x18\x53\x80\x67\x82ab', False),
        ('matroska,webm', b'\x1a\x45\xdf\xa3\x80\x18\x53\x80\x67\x82a', True),
        ('matroska,webm', b'\x1a\x45\xdf\xa3\x80\x18\x53\x80\x67\xffabc', None),
        ('matroska,webm', b'nothing of the kind', None),
        ('avi', b'RIFF\x04\0\0\0AVI ', False),
        ('avi', b'RIFF\x05\0\0\0AVI ', True),
        ('avi', b'RIFF\0\0\0\0AVI ', None),  # never finished
        ('avi', b'RIFF\x04\0\0\0AVI RIFF\x08\0\0\0AVIX', True),
        ('mpegts', (b'\x47' + bytes(187)) * 5, None),
        ('mpegts', (b'\x47' + bytes(187)) * 5 + b'\x47\0', True),
        ('mpegts', (b'\x47' + bytes(187)) * 5 + b'??', None),
        ('gif', b'GIF89a' + bytes(7) + b';', False),
        ('gif', b'GIF89a' + bytes(7) + b'!\xf9\x01a', True),
        ('apng', b'\x89PNG\r\n\x1a\n\0\0\0\0IENDabcd', False),
        ('apng', b'\x89PNG\r\n\x1a\n\0\0\0\0IENDabc', True),
        ('wav', b'RIFF', None),
    ],
)
def test_the_end_is_judged_by_what_the_container_states(container, data, cut, tmp_path):
    path = tmp_path / 'file'
    path.write_bytes(data)
    assert is_cut_off(path, container) is cut
