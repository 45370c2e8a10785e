"""Frame folders from videos."""

from fractions import Fraction

import av
import cv2
import numpy as np
import pytest

from tgdfer_mm.datasets import DFEWDataset
from tgdfer_mm.datasets.tools.prepare.videos import (
    extract_frames,
    extract_own_faces,
    extract_own_frames,
)


def test_every_frame_of_every_video(dfew, make_pipeline):
    videos, out = dfew / 'Clip/original', dfew / 'own'
    (videos / '3.mp4').write_bytes(b'no video')
    (videos / '._1.mp4').write_bytes(b'what macOS leaves')
    damaged = extract_frames(videos, out)
    assert list(damaged) == [str(videos / '3.mp4')]
    assert sorted(p.name for p in out.iterdir()) == [
        f'{i:05d}' for i in (1, 2, 4, 5, 6, 7, 8)
    ]
    names = sorted(p.name for p in (out / '00001').iterdir())
    assert names == [f'{i:05d}.jpg' for i in range(1, 21)]
    reds = [cv2.imread(str(out / '00001' / n))[..., 2].mean() for n in names]
    assert np.allclose(reds, np.arange(20) * 10, atol=12)
    dataset = DFEWDataset(
        dfew, 'test', media_dir='own', pixel_version='own', pipeline=make_pipeline()
    )
    assert dataset[0]['data_samples'].total_frames == 20


def test_it_goes_on_where_it_was(dfew, monkeypatch):
    videos, out = dfew / 'Clip/original', dfew / 'own'
    extract_frames(videos, out)
    (out / '00002').rename(out / '.00002.part')  # as a killed process leaves it
    before = {p: p.stat().st_mtime_ns for p in out.glob('0*')}
    extract_frames(videos, out)
    assert not (out / '.00002.part').exists()
    assert {p: p.stat().st_mtime_ns for p in before} == before
    assert len(list((out / '00002').iterdir())) == 20


def test_videos_of_scenes_keep_their_path(ferv39k):
    extract_frames(ferv39k / '0_7_labelClips', ferv39k / 'own')
    assert len(list((ferv39k / 'own/Crime/Happy/0000').iterdir())) == 6


def test_pixels_become_square(tmp_path):
    for name, pixel in (('1', Fraction(1)), ('2', Fraction(16, 11))):
        path = tmp_path / 'videos' / f'{name}.mp4'
        path.parent.mkdir(exist_ok=True)
        with av.open(str(path), 'w') as file:
            stream = file.add_stream('libx264', rate=10)
            stream.width, stream.height, stream.pix_fmt = 96, 64, 'yuv420p'
            stream.codec_context.sample_aspect_ratio = pixel
            for _ in range(3):
                grey = np.full((64, 96, 3), 99, np.uint8)
                frame = av.VideoFrame.from_ndarray(grey, format='rgb24')
                file.mux(stream.encode(frame))
            file.mux(stream.encode())
    assert extract_frames(tmp_path / 'videos', tmp_path / 'out') == {}
    for name, shape in (('00001', (64, 96, 3)), ('00002', (64, 140, 3))):
        for number in (1, 2, 3):
            picture = tmp_path / 'out' / name / f'{number:05d}.jpg'
            assert cv2.imread(str(picture)).shape == shape


def test_no_video_is_an_error(tmp_path):
    with pytest.raises(FileNotFoundError, match=str(tmp_path)):
        extract_frames(tmp_path, tmp_path / 'out')


@pytest.mark.parametrize(
    'name', ['Clip/clip_224x224', 'jpg_256', './Clip/../Clip/jpg_256', 'DFEW/data']
)
def test_they_never_lie_where_the_authors_frames_are_looked_for(dfew, name):
    before = sorted(dfew.rglob('*'))
    with pytest.raises(ValueError, match="known place of the authors' frames"):
        extract_own_frames(DFEWDataset, dfew, name)
    assert sorted(dfew.rglob('*')) == before


def test_the_videos_are_found_under_their_known_names(dfew):
    (dfew / 'Clip/original').rename(dfew / 'videos')
    extract_own_frames(DFEWDataset, dfew, 'own')
    assert (dfew / 'own/00001/00001.jpg').is_file()


def test_faces_have_the_names_of_the_authors_lists(dfew):
    for path in dfew.rglob('*.mp4'):  # one is enough
        if path.name != '1.mp4':
            path.unlink()
    report = extract_own_faces(DFEWDataset, dfew, 'own', workers=0)
    assert [each['name'] for each in report['inputs']] == ['00001']
    assert set(report['classes']) == {'(none)'}
    with pytest.raises(ValueError, match="known place of the authors' frames"):
        extract_own_faces(DFEWDataset, dfew, 'jpg_256', workers=0)
