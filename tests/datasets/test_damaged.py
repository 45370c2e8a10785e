"""Damaged clips: replaced in training, counted in testing, always reported once."""

import logging
import shutil

import numpy as np
import pytest
from mmengine.logging import MMLogger
from torch.utils.data import DataLoader

from tgdfer_mm.datasets import DamagedClipError, DFEWDataset

FRAMES = 'Clip/clip_224x224'


def cut_off_a_frame(root):
    for path in (root / FRAMES / '00003').iterdir():
        path.write_bytes(path.read_bytes()[:-20])


def empty_the_folder(root):
    for path in (root / FRAMES / '00003').iterdir():
        path.unlink()


def remove_the_clip(root):
    shutil.rmtree(root / FRAMES / '00003')


def break_the_video(root):
    (root / 'Clip/original/3.mp4').write_bytes(b'no video')


DAMAGES = [
    (cut_off_a_frame, 'frames', 'is cut off'),
    (empty_the_folder, 'frames', 'holds no frame'),
    (remove_the_clip, 'frames', 'cannot list'),
    (break_the_video, 'videos', 'not a video, or cut off'),
]


@pytest.mark.parametrize('damage, media, reason', DAMAGES)
def test_in_training_replaced_and_reported_once(
    damage, media, reason, dfew, log, make_pipeline
):
    damage(dfew)
    dataset = DFEWDataset(
        dfew, 'train', media=media, pipeline=make_pipeline(media, test_mode=False)
    )
    assert len(dataset) == 8
    clips = [dataset[2]['data_samples'].clip for _ in range(12)]
    assert '00003' not in clips and len(set(clips)) > 1
    assert sum('00003' in message for message in log) == 1


@pytest.fixture
def log_file(tmp_path):
    """What is written to mmengine's current logger, by loader workers too."""
    path = tmp_path / 'log.txt'
    logger, handler = MMLogger.get_current_instance(), logging.FileHandler(path)
    logger.addHandler(handler)
    yield path
    logger.removeHandler(handler)
    handler.close()


@pytest.mark.parametrize('subset', ['train', 'test'])
def test_workers_of_later_epochs_do_not_report_it_again(
    subset, dfew, log_file, make_pipeline
):
    # The two are in one batch: one worker meets both, so none race to report them.
    cut_off_a_frame(dfew)
    shutil.rmtree(dfew / FRAMES / '00004')  # this one is named at the start
    dataset = DFEWDataset(dfew, subset, pipeline=make_pipeline())
    loader = DataLoader(dataset, batch_size=2, num_workers=2, collate_fn=list)
    for _ in range(3):
        assert sum(len(batch) for batch in loader) == 8
    lines = log_file.read_text().splitlines()
    assert sum('00003' in line for line in lines) == 1
    assert sum('00004' in line for line in lines) == 1


def test_replacements_follow_numpy_s_seed(dfew, make_pipeline):
    empty_the_folder(dfew)
    dataset = DFEWDataset(dfew, 'train', pipeline=make_pipeline(augment=True))

    def draw(seed):
        np.random.seed(seed)
        return [dataset[2]['data_samples'].clip for _ in range(8)]

    assert draw(0) == draw(0) != draw(1)


@pytest.mark.parametrize('damage, media, reason', DAMAGES)
def test_in_testing_black_frames_keep_the_label_and_the_count(
    damage, media, reason, dfew, log, make_pipeline
):
    damage(dfew)
    dataset = DFEWDataset(dfew, 'test', media=media, pipeline=make_pipeline(media))
    items = [dataset[i] for i in range(len(dataset))]
    samples = [item['data_samples'] for item in items]
    assert [s.clip for s in samples] == [f'{i:05d}' for i in range(1, 9)]
    assert [s.gt_label.item() for s in samples] == [0, 1, 2, 3, 4, 5, 6, 0]
    assert [s.clip for s in samples if s.get('damaged')] == ['00003']
    black = items[2]
    assert black['inputs'].shape == items[0]['inputs'].shape
    assert not black['inputs'].any() and items[0]['inputs'].any()
    black = black['data_samples']
    assert reason in black.damaged
    own = {'frames': '00003', 'videos': '/3.mp4'}[media]
    assert black.get('frame_dir' if media == 'frames' else 'filename').endswith(own)
    assert black.frame_inds.tolist() == [0, 0, 0, 0]
    assert (black.num_valid, black.total_frames) == (1, 0)
    dataset[2]
    assert sum('00003' in message for message in log) == 1


def test_the_first_clip_may_be_the_damaged_one(dfew, make_pipeline):
    for clip in ('00001', '00002'):
        shutil.rmtree(dfew / FRAMES / clip)
    dataset = DFEWDataset(dfew, 'test', pipeline=make_pipeline())
    damaged = [bool(dataset[i]['data_samples'].get('damaged')) for i in range(8)]
    assert damaged == [True, True, *[False] * 6]


def test_absent_clips_are_one_warning_at_the_start(dfew, log):
    for i in range(1, 8):
        shutil.rmtree(dfew / FRAMES / f'{i:05d}')
    dataset = DFEWDataset(dfew, 'test')
    assert len(dataset) == 8
    said = [m for m in log if '7 of the 8 clips' in m]
    assert len(said) == 1
    assert '00001, 00002, 00003, 00004, 00005, ...' in said[0]


def test_all_clips_absent_is_an_error(dfew):
    for i in range(1, 9):
        shutil.rmtree(dfew / FRAMES / f'{i:05d}')
    with pytest.raises(FileNotFoundError, match='None of the 8 clips') as err:
        DFEWDataset(dfew, 'test')
    assert str(dfew / FRAMES / '00001') in str(err.value)


@pytest.mark.parametrize('subset', ['train', 'test'])
def test_no_readable_clip_is_an_error(subset, dfew, make_pipeline):
    for path in (dfew / FRAMES).glob('*/*.jpg'):
        path.write_bytes(b'')
    dataset = DFEWDataset(dfew, subset, pipeline=make_pipeline())
    with pytest.raises(RuntimeError, match=r'None of the 8 clips .*is empty'):
        dataset[0]


def test_without_packing_the_damage_is_raised(dfew):
    empty_the_folder(dfew)
    dataset = DFEWDataset(dfew, 'test', pipeline=[dict(type='ListFrames')])
    assert dataset[0]['total_frames'] == 6
    with pytest.raises(DamagedClipError, match='00003'):
        dataset[2]
