"""Opening and decoding video files."""

import os

import numpy as np
import pytest
import torch
from torch.utils.data import DataLoader

from tgdfer_mm.datasets import DamagedClipError, DFEWDataset
from tgdfer_mm.datasets.transforms import DecodeVideo, OpenVideo


def opened(path):
    return OpenVideo()(dict(clip='00001', filename=str(path)))


def test_frames_come_in_the_order_asked_for(dfew):
    results = opened(dfew / 'Clip/original/1.mp4')
    assert results['total_frames'] == 20
    inds = np.array([0, 5, 12, 19, 19])
    results = DecodeVideo()({**results, 'frame_inds': inds})
    assert 'video_reader' not in results
    imgs = results['imgs']
    assert all(i.shape == (32, 32, 3) and i.dtype == np.uint8 for i in imgs)
    assert results['img_shape'] == results['original_shape'] == (32, 32)
    # Lossy, so only close: red tells the frame, blue is far above it (RGB).
    assert np.allclose([i[..., 0].mean() for i in imgs], inds * 10, atol=12)
    assert imgs[0][..., 2].mean() > 150


@pytest.mark.parametrize('data', [b'', b'no video' * 100, None])
def test_unreadable_files_are_damaged_clips(tmp_path, data):
    path = tmp_path / '1.mp4'
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(DamagedClipError, match=f'clip 00001: .*{path}'):
        opened(path)


@pytest.mark.parametrize('name', ['10:30.mp4', 'http:.mp4', 'file:x', '-.mp4'])
def test_a_relative_name_is_a_name(name, dfew, monkeypatch):
    monkeypatch.chdir(dfew)
    (dfew / 'Clip/original/1.mp4').rename(dfew / name)
    assert opened(name)['total_frames'] == 20


def test_pipes_and_play_lists_are_damaged_clips(tmp_path, dfew):
    os.mkfifo(tmp_path / 'pipe.mp4')
    with pytest.raises(DamagedClipError, match='is a pipe or device'):
        opened(tmp_path / 'pipe.mp4')
    other = dfew / 'Clip/original/1.mp4'
    for kind in ("ffconcat version 1.0\nfile '{}'\n", '#EXTM3U\n{}\n', '<MPD>{}</MPD>'):
        (tmp_path / '2.mp4').write_text(kind.format(other))
        with pytest.raises(DamagedClipError, match='is a play list'):
            opened(tmp_path / '2.mp4')
    (tmp_path / '1.mp4').write_text(f"ffconcat version 1.0\nfile '{other}'\n")
    with pytest.raises(DamagedClipError, match='is a play list'):
        opened(tmp_path / '1.mp4')


def test_cut_off_video_is_a_damaged_clip(dfew):
    path = dfew / 'Clip/original/1.mp4'
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    with pytest.raises(DamagedClipError, match=f'{path}: has no moving pictures'):
        opened(path)


def test_video_with_broken_frames_is_a_damaged_clip(dfew):
    path = dfew / 'Clip/original/1.mp4'
    data = bytearray(path.read_bytes())
    end = data.index(b'moov') - 4
    start = (data.index(b'mdat') + end) // 2  # the header is in the first frame
    data[start:end] = bytes(end - start)
    path.write_bytes(bytes(data))
    results = opened(path)
    with pytest.raises(DamagedClipError, match=f'{path}: .*damaged packets or frames'):
        DecodeVideo()({**results, 'frame_inds': np.arange(16)})


def test_what_mmaction2_opened_stays_as_it_is(dfew):
    reader = object()
    assert OpenVideo()(dict(filename='a', video_reader=reader)) == dict(
        filename='a', video_reader=reader
    )


# A spawned worker imports everything anew.
@pytest.mark.parametrize(
    'start', ['fork', pytest.param('spawn', marks=pytest.mark.slow)]
)
def test_loader_workers_give_the_same_frames(dfew, make_pipeline, start):
    dataset = DFEWDataset(
        dfew, 'test', media='videos', pipeline=make_pipeline('videos')
    )
    loader = DataLoader(
        dataset,
        batch_size=4,
        num_workers=2,
        collate_fn=list,
        multiprocessing_context=start,
    )
    items = [item for batch in loader for item in batch]
    assert len(items) == len(dataset) == 8
    for i, item in enumerate(items):
        assert 'damaged' not in item['data_samples']
        assert torch.equal(item['inputs'], dataset[i]['inputs'])
