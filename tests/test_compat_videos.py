"""mmaction2's readers name the video that they cannot read."""

import shutil
from types import SimpleNamespace

import cv2
import numpy as np
import pytest
from mmaction.datasets import VideoDataset
from mmaction.datasets.transforms import DecordDecode, DecordInit, RawFrameDecode
from mmengine.dataset import pseudo_collate
from torch.utils.data import DataLoader

from tgdfer_cli import main as cli
from tgdfer_mm.clips.errors import DamagedClipError
from tgdfer_mm.datasets import DFEWDataset

pytest.importorskip('decord')
PIPELINE = [
    dict(type='DecordInit'),
    dict(type='SampleFrames', clip_len=4, frame_interval=1, num_clips=1),
    dict(type='DecordDecode'),
    dict(type='FormatShape', input_format='NCHW'),
    dict(type='PackActionInputs'),
]


@pytest.fixture
def video(tmp_path):
    path = tmp_path / 'clip.mp4'
    kind = cv2.VideoWriter_fourcc(*'mp4v')
    writer = cv2.VideoWriter(str(path), kind, 25, (32, 32))
    for i in range(20):
        writer.write(np.full((32, 32, 3), i * 10, np.uint8))
    writer.release()
    return path


def cut_off(data):
    return data[: len(data) // 2]


def broken_inside(data):
    end = data.index(b'moov') - 4
    start = (data.index(b'mdat') + end) // 2
    return data[:start] + bytes(end - start) + data[end:]


DAMAGE = [lambda data: b'', lambda data: b'no video' * 100, cut_off, broken_inside]


@pytest.mark.parametrize('damage', DAMAGE)
def test_a_damaged_video_is_named(video, damage):
    video.write_bytes(damage(video.read_bytes()))
    with pytest.raises(DamagedClipError, match=f'Decord.* cannot read {video}'):
        opened = DecordInit()(dict(filename=str(video)))
        DecordDecode()({**opened, 'frame_inds': np.arange(20)})


def test_a_video_that_is_not_there_is_named(tmp_path):
    with pytest.raises(DamagedClipError, match=f'{tmp_path}/none.mp4'):
        DecordInit()(dict(filename=f'{tmp_path}/none.mp4'))


def test_a_whole_video_is_read_as_ever(video):
    opened = DecordInit()(dict(filename=str(video)))
    done = DecordDecode()({**opened, 'frame_inds': np.array([0, 12])})
    assert [round(img.mean() / 10) for img in done['imgs']] == [0, 12]


def test_a_pipeline_without_its_keys_is_no_damage(video):
    with pytest.raises(KeyError, match='video_reader'):
        DecordDecode()(dict(filename=str(video)))


def test_a_damaged_picture_of_a_folder_is_named(tmp_path):
    for i in (1, 2):
        cv2.imwrite(str(tmp_path / f'img_{i:05}.jpg'), np.zeros((8, 8, 3), np.uint8))
    (tmp_path / 'img_00002.jpg').write_bytes(b'no picture')
    frames = dict(frame_dir=str(tmp_path), filename_tmpl='img_{:05}.jpg')
    frames.update(modality='RGB', frame_inds=np.array([1, 2]))
    with pytest.raises(DamagedClipError, match=str(tmp_path)):
        RawFrameDecode()(frames)


def test_our_data_sets_put_another_clip_in_its_place(video, tmp_path):
    folder = tmp_path / 'dfew/Clip/original'
    folder.mkdir(parents=True)
    for i in (1, 2):
        shutil.copy(video, folder / f'{i}.mp4')
    (folder / '1.mp4').write_bytes(cut_off(video.read_bytes()))
    for subset in ('train', 'test'):
        split = f'dfew/EmoLabel_DataSplit/{subset}(single-labeled)/set_1.csv'
        (tmp_path / split).parent.mkdir(parents=True)
        (tmp_path / split).write_text('video_name,label\n1,3\n2,7\n')
    root = str(tmp_path / 'dfew')
    train = DFEWDataset(root, 'train', media='videos', pipeline=PIPELINE)
    assert train[0]['data_samples'].gt_label.item() == 6
    test = DFEWDataset(root, 'test', media='videos', pipeline=PIPELINE)
    assert test[0]['data_samples'].gt_label.item() == 2
    assert 'clip.mp4' not in test[0]['data_samples'].damaged
    assert str(folder / '1.mp4') in test[0]['data_samples'].damaged


@pytest.mark.parametrize('workers', [0, 1])
def test_a_command_ends_with_one_line_under_mmactions_own_data_set(
    video, tmp_path, monkeypatch, capsys, workers
):
    (tmp_path / 'list.txt').write_text('clip.mp4 0\n')
    video.write_bytes(b'no video')

    def run(args):
        data = VideoDataset('list.txt', PIPELINE, data_prefix=dict(video=''))
        list(DataLoader(data, num_workers=workers, collate_fn=pseudo_collate))

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(cli, 'parse', lambda name, words: SimpleNamespace())
    monkeypatch.setattr(cli, '_module', lambda name: SimpleNamespace(run=run))
    assert cli.main(['test']) == 2
    said = capsys.readouterr().err.splitlines()
    assert [line for line in said if 'error: clip clip.mp4: DecordInit cannot' in line]
    assert not any('Traceback' in line for line in said)
