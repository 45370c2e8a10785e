"""The sound of clips: where it comes from, which moment, and what is wrong with it."""

from fractions import Fraction

import av
import numpy as np
import pytest

from tgdfer_mm.clips.errors import DamagedClipError
from tgdfer_mm.datasets import DFEWDataset
from tgdfer_mm.datasets.transforms import AttachSound
from tgdfer_mm.sound.moments import voice_at
from tgdfer_mm.sound.reading import RATE, Sound
from tgdfer_mm.video.errors import UsageError

STEPS = [
    dict(type='SampleSegments', num_frames=4, test_mode=True),
    dict(type='FormatShape', input_format='NCHW'),
    dict(type='PackDFERInputs'),
]


def voice(hz, seconds=0.4):
    at = np.arange(round(seconds * RATE)) / RATE
    return sum(0.2 / n * np.sin(2 * np.pi * n * hz * at) for n in (1, 2, 3))


def two_voices():
    return Sound(np.concatenate([voice(110), voice(220)]).astype(np.float32))


def write_film(path, samples):
    """Ten pictures a second as long as the sound, or one second without sound."""
    with av.open(str(path), 'w') as file:
        video = file.add_stream('mpeg4', rate=10)
        video.width, video.height, video.pix_fmt = 64, 64, 'yuv420p'
        sound = None if samples is None else file.add_stream('aac', rate=RATE)
        grey = np.full((64, 64, 3), 90, np.uint8)
        for _ in range(10 if samples is None else round(10 * len(samples) / RATE)):
            file.mux(video.encode(av.VideoFrame.from_ndarray(grey, format='rgb24')))
        file.mux(video.encode())
        for at in range(0, 0 if samples is None else len(samples), 1024):
            block = np.float32(samples[None, at : at + 1024])
            frame = av.AudioFrame.from_ndarray(block, format='fltp', layout='mono')
            frame.rate, frame.pts, frame.time_base = RATE, at, Fraction(1, RATE)
            file.mux(sound.encode(frame))
        if sound:
            file.mux(sound.encode())


@pytest.fixture
def folder(tmp_path):
    write_film(tmp_path / '3.mp4', two_voices().samples)
    write_film(tmp_path / '4.mp4', None)
    (tmp_path / '5.mp4').write_bytes(b'no film')
    return tmp_path


def results(clip='00003', **kwargs):
    return dict(clip=clip, frame_inds=np.array([1, 6]), total_frames=8) | kwargs


def test_each_frame_has_the_sound_of_its_time(folder):
    found = AttachSound(of='voice')(results(sound=two_voices()))
    assert 'sound' not in found and found['heard_mask'].all()
    low, high = found['heard'][:, 0] * 6 + 7  # semitones above 100 Hz
    assert low == pytest.approx(12 * np.log2(1.1), abs=0.3)
    assert high - low == pytest.approx(12, abs=0.3)
    # In a file's own time, too; coding changes it a little.
    read = AttachSound(str(folder / '{number}.mp4'), of='voice')(results())
    np.testing.assert_allclose(read['heard'][:, 0], found['heard'][:, 0], atol=0.1)
    expected, _ = voice_at(two_voices(), (np.array([1, 6]) + 0.5) / 8 * 0.8)
    np.testing.assert_array_equal(found['heard'], expected)


def test_where_the_sound_is_looked_for(folder):
    film = str(folder / '3.mp4')
    by_path = AttachSound(str(folder / '{number}.mp4'))(results())['heard']
    for key in ('audio', 'filename'):
        np.testing.assert_array_equal(
            AttachSound()(results(**{key: film}))['heard'], by_path
        )
    mute = str(folder / '4.mp4')
    found = AttachSound()(results(audio=film, filename=mute))
    np.testing.assert_array_equal(found['heard'], by_path)
    with pytest.raises(UsageError, match='folder of frames: set AttachSound'):
        AttachSound()(results(frame_dir='a'))
    found = AttachSound()(results(array=np.zeros(1)))
    assert not found['heard_mask'].any()


def test_padding_and_clips_without_sound_are_not_known(folder):
    found = AttachSound()(results(sound=two_voices(), num_valid=1))
    assert found['heard_mask'].tolist() == [True, False]
    path = str(folder / '{number}.mp4')
    for mute in (results('00004'), results(sound=Sound(np.zeros(0, np.float32)))):
        found = AttachSound(path)(mute)
        assert found['heard'].shape == (2, 800)
        assert not found['heard'].any() and not found['heard_mask'].any()
    with pytest.raises(UsageError, match=r"'00004': .*4\.mp4 has no sound; name"):
        AttachSound(path, missing='error')(results('00004'))


@pytest.mark.parametrize('clip, reason', [('00005', 'not a video'), ('6', 'no such')])
def test_sound_that_cannot_be_read_is_a_damaged_clip(folder, clip, reason):
    with pytest.raises(DamagedClipError, match=f'(?i){reason}'):
        AttachSound(str(folder / '{number}.mp4'))(results(clip))


def test_bad_arguments_are_named():
    with pytest.raises(UsageError, match="of='mel': give one of .*'log_mel', 'voice'"):
        AttachSound(of='mel')
    with pytest.raises(UsageError, match="missing='no'"):
        AttachSound(missing='no')
    with pytest.raises(UsageError, match=r"\{file\}.*does not fit clip '1'"):
        AttachSound('{file}.mp4')
    with pytest.raises(UsageError, match="does not fit clip 'a'"):
        AttachSound('{number}.mp4')(results('a'))


def test_a_data_set_gives_it_and_its_damaged_clips_have_none(dfew):
    for clip in range(1, 9):
        write_film(dfew / f'Clip/original/{clip}.mp4', two_voices().samples)
    (dfew / 'Clip/original/3.mp4').write_bytes(b'no film')
    sound = dict(type='AttachSound', path=str(dfew / 'Clip/original/{number}.mp4'))
    pipeline = [
        dict(type='ListFrames'),
        STEPS[0],
        sound,
        dict(type='DecodeFrames'),
        *STEPS[1:],
    ]
    clips = DFEWDataset(dfew, 'test', pipeline=pipeline, label_base=1)
    whole, damaged = clips[0]['data_samples'], clips[2]['data_samples']
    assert whole.heard.shape == (4, 800) and whole.heard_mask.all()
    assert damaged.clip == '00003' and 'not a video' in damaged.damaged
    assert not damaged.heard.any() and not damaged.heard_mask.any()
