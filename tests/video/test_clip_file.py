"""The frames of a video file by their number."""

from fractions import Fraction

import av
import numpy as np
import pytest

from tgdfer_mm.video.clip_file import ClipFile
from tgdfer_mm.video.errors import InputError
from tgdfer_mm.video.reading import open_source

COUNT = 24
KINDS = [
    ('a.mp4', 'libx264', dict(max_b_frames=3, gop_size=9)),
    ('uneven.mp4', 'libx264', dict(max_b_frames=3, time_base=Fraction(1, 1000))),
    ('a.mp4', 'libx265', dict(options={'x265-params': 'log-level=none'})),
    ('a.mkv', 'libx264', dict(max_b_frames=2)),
    ('a.mkv', 'ffv1', {}),
    ('a.webm', 'libvpx-vp9', {}),
    ('a.webm', 'libvpx', dict(options={'auto-alt-ref': '1', 'lag-in-frames': '16'})),
    ('a.ts', 'libx264', dict(max_b_frames=2)),
    ('a.avi', 'mpeg4', dict(max_b_frames=2)),
    ('a.avi', 'mjpeg', dict(pix_fmt='yuvj420p')),
    ('a.mpg', 'mpeg2video', dict(max_b_frames=2)),
]


def grey(number):
    return 20 + 9 * number


def write(path, codec, settings, count=COUNT):
    """A film in which each frame is a grey of its own."""
    settings = {'pix_fmt': 'yuv420p', **settings}
    with av.open(str(path), 'w', options=settings.pop('file', {})) as container:
        stream = container.add_stream(codec, 25, options=settings.pop('options', {}))
        stream.width, stream.height = 64, 48
        for name, value in settings.items():
            setattr(stream.codec_context, name, value)
        base = settings.get('time_base', Fraction(1, 25))
        for i in range(count):
            picture = np.full((48, 64, 3), grey(i), np.uint8)
            frame = av.VideoFrame.from_ndarray(picture, format='rgb24')
            frame.pts = i if base == Fraction(1, 25) else 40 * i + 13 * (i % 3)
            frame.time_base = base
            container.mux(stream.encode(frame))
        container.mux(stream.encode())


@pytest.mark.parametrize(('name', 'codec', 'settings'), KINDS)
def test_frame_i_is_the_i_th_one_shown(tmp_path, name, codec, settings):
    write(tmp_path / name, codec, settings)
    video = ClipFile(tmp_path / name)
    assert video.total == COUNT == len(list(video))
    numbers = [23, 0, 7, 7, 22, 1]
    pictures = video.pictures(numbers)
    assert all(p.shape == (48, 64, 3) and p.dtype == np.uint8 for p in pictures)
    shown = [picture.mean() for picture in pictures]
    assert shown == pytest.approx([grey(i) for i in numbers], abs=4)


def test_frames_that_an_edit_list_hides_do_not_count(tmp_path):
    path = tmp_path / 'a.mp4'
    write(path, 'libx264', dict(max_b_frames=0, gop_size=100))
    data = bytearray(path.read_bytes())
    at = data.index(b'elst') + 12  # duration of the part, then where it starts
    scale = int.from_bytes(data[(m := data.index(b'mdhd') + 16) : m + 4], 'big')
    data[at + 4 : at + 8] = (scale * 4 // 25).to_bytes(4, 'big')  # the fifth frame
    path.write_bytes(bytes(data))
    video = ClipFile(path)
    assert video.total == len(list(video)) == COUNT - 4
    shown = [picture.mean() for picture in video.pictures([0, 19])]
    assert shown == pytest.approx([grey(4), grey(23)], abs=4)


def test_frames_whose_references_were_cut_away_do_not_count(tmp_path):
    whole, cut = tmp_path / 'whole.mp4', tmp_path / 'cut.mkv'
    groups = 'open-gop=1:keyint=8:min-keyint=8:bframes=3:scenecut=0:b-adapt=0'
    write(whole, 'libx264', dict(options={'x264-params': groups}))
    with av.open(str(whole)) as source, av.open(str(cut), 'w') as target:
        stream = target.add_stream_from_template(source.streams.video[0])
        keys, kept = 0, []
        for packet in source.demux(video=0):
            keys += packet.is_keyframe
            if keys > 1 and packet.size:
                kept.append(packet.pts)
                packet.stream = stream
                target.mux(packet)
    assert min(kept) < kept[0]  # shown before the first one, in terms of lost ones
    video = ClipFile(cut)
    assert video.total == len(list(video)) == sum(each >= kept[0] for each in kept)
    assert video.pictures([video.total - 1])[0].mean() == pytest.approx(grey(23), abs=4)


def test_they_are_the_frames_that_infer_sees(make_file, turn, squares):
    picture, *_ = squares
    path = make_file(frames=[picture((0, 0, 24), size=(96, 48))] * 3)
    turn(path)
    with open_source(path) as source:
        seen = [frame.rgb for frame in source]
    pictures = ClipFile(path).pictures([0, 1, 2])
    assert pictures[0].shape == (96, 48, 3)  # upright
    assert np.array_equal(pictures, seen)


def test_large_pictures_are_not_shrunk(make_file):
    path = make_file(frames=[np.zeros((16, 2048, 3), np.uint8)] * 2)
    assert ClipFile(path).pictures([1])[0].shape == (16, 2048, 3)


def test_a_file_that_lacks_frames_is_refused(tmp_path):
    path = tmp_path / 'a.mp4'
    # Its index lies before the pictures.
    file = {'movflags': 'faststart'}
    write(path, 'mjpeg', dict(pix_fmt='yuvj420p', file=file))
    data = path.read_bytes()
    assert data.index(b'moov') < data.index(b'mdat')
    assert ClipFile(path).total == COUNT
    path.write_bytes(data[: -len(data) // 4])
    with pytest.raises(InputError, match=f'{path}: .*cut off or damaged'):
        ClipFile(path)


def test_a_number_too_high_is_an_error(tmp_path):
    write(tmp_path / 'a.mp4', 'libx264', {}, count=5)
    with pytest.raises(InputError, match='frame 5 cannot be decoded; .* has 5 frames'):
        ClipFile(tmp_path / 'a.mp4').pictures([0, 5])
