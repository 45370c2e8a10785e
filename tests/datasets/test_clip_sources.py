"""Sources of a data set's clips, and the information about each clip."""

import pickle
import shutil

from tgdfer_mm.clips.clip_index import ClipIndex
from tgdfer_mm.datasets import DFEWDataset, FERV39kDataset


def test_training_lists_no_clip_again(dfew, no_tick, listed):
    pipeline = [dict(type='ListFrames')]
    DFEWDataset(dfew, 'train', pipeline=pipeline)
    assert '00001' in listed
    del listed[:]
    dataset = DFEWDataset(dfew, 'train', pipeline=pipeline)
    shutil.move(dfew / 'Clip/clip_224x224/00001', dfew / 'away')
    assert dataset[0]['total_frames'] == 6
    assert dataset[0]['frame_files'][0].endswith('00001/00001_00001.jpg')
    assert not listed


def test_a_scene_s_clips_are_three_folders_deep(ferv39k):
    dataset = FERV39kDataset(ferv39k, 'train')
    info = dataset.get_data_info(0)
    assert info['frame_names'] == [f'{i:02d}.jpg' for i in range(6)]
    assert dataset.clips.index.depth == 3 and len(dataset.clips.index.clips) == 14


def test_it_reaches_a_spawned_worker(dfew):
    index: ClipIndex = DFEWDataset(dfew, 'train').clips.index
    again = pickle.loads(pickle.dumps(index))
    assert again.clips == index.clips
    assert again.frames('00008') == index.frames('00008')
