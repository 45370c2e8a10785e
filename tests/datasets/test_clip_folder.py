"""A user's clips as a data set: subsets, labels, damaged files, folds."""

import json

import pytest

from tgdfer_mm.datasets import ClipFolderDataset
from tgdfer_mm.datasets.text_files import DataError
from tgdfer_mm.files import DamagedFileError

from .conftest import write_frames, write_video

PIPELINE = [
    dict(type='ListFrames'),
    dict(type='SampleSegments', num_frames=4, test_mode=True),
    dict(type='DecodeFrames'),
    dict(type='FormatShape', input_format='NCHW'),
    dict(type='PackDFERInputs'),
]


@pytest.fixture
def root(tmp_path):
    """Two classes of five clips: folders of frames, and one video."""
    for label in ('sad', 'happy'):
        for i in range(5):
            names = [f'{n}.jpg' for n in range(1, 6)]
            if (label, i) == ('sad', 0):
                write_video(tmp_path / 'sad/0.mp4', 6)
            else:
                write_frames(tmp_path / label / str(i), names)
    return tmp_path


@pytest.fixture
def said(monkeypatch):
    """What data sets warn of."""
    found = []
    monkeypatch.setattr(ClipFolderDataset, 'warn', staticmethod(found.append))
    monkeypatch.setattr('tgdfer_mm.datasets.clip_folder._said', set())
    return found


def names(data):
    return {data.get_data_info(i)['clip'] for i in range(len(data))}


def test_the_folds_partition_the_clips_and_videos_are_read_like_frames(root, said):
    every = set()
    for fold in range(1, 6):
        train = ClipFolderDataset(str(root), 'train', fold, pipeline=PIPELINE)
        test = ClipFolderDataset(str(root), 'test', fold, pipeline=PIPELINE)
        assert not names(train) & names(test) and len(names(train) | names(test)) == 10
        every |= names(test)
        for data in (train, test):
            for sample in (data[i] for i in range(len(data))):
                assert sample['inputs'].shape == (4, 3, 32, 32)
                assert 'damaged' not in sample['data_samples']
                label = sample['data_samples'].gt_label.item()
                name = sample['data_samples'].clip.split('/')[0]
                assert data.metainfo['classes'][label] == name
    assert len(every) == 10
    assert len(said) == 1, said  # about people, once


def test_validation_clips_are_cut_off_the_training_clips(root, said):
    whole = ClipFolderDataset(str(root), 'train')
    train = ClipFolderDataset(str(root), 'train', val_part=0.25)
    val = ClipFolderDataset(str(root), 'val', val_part=0.25)
    assert names(train) | names(val) == names(whole) and len(names(val)) == 2
    assert not names(train) & names(val)


def test_a_fold_that_the_clips_do_not_allow_is_refused(root):
    with pytest.raises(DataError, match='fold must be 1 to 5, .* not 6'):
        ClipFolderDataset(str(root), 'test', 6)
    assert ClipFolderDataset.count_folds(str(root)) == 5


def listed(root, text):
    path = root / 'clips.csv'
    path.write_text(text, encoding='utf-8')
    return str(path)


def test_a_stated_split_has_no_folds(root, said):
    path = listed(
        root,
        'path,label,split\nsad/0.mp4,sad,train\nhappy/1,happy,train\n'
        'sad/1,sad,val\nhappy/2,happy,test\n',
    )
    train, val, test = (
        ClipFolderDataset(path, subset, val_part=part)
        for subset, part in (('train', 0.5), ('val', 0.5), ('test', 0.0))
    )
    assert (names(train), names(val), names(test)) == (
        {'sad/0.mp4', 'happy/1'},
        {'sad/1'},
        {'happy/2'},
    )
    assert train.metainfo['fold'] is None
    assert ClipFolderDataset.count_folds(path) is None
    with pytest.raises(DataError, match=r'states the split.*fold=2 was given'):
        ClipFolderDataset(path, 'test', 2)


def test_a_split_without_test_clips_says_what_to_do(root):
    path = listed(root, 'path,label,split\nsad/0.mp4,sad,train\nhappy/1,happy,train\n')
    with pytest.raises(DataError, match='no clip to test on. State some in its split'):
        ClipFolderDataset(path, 'test')


def test_soft_labels_go_along_with_the_label(root, said):
    path = listed(
        root,
        'path,label\n'
        + ''.join(f'sad/{i},happy:3;sad:1\n' for i in range(1, 5))
        + ''.join(f'happy/{i},sad:3;happy:1\n' for i in range(4)),
    )
    data = ClipFolderDataset(path, 'train', pipeline=PIPELINE)
    for i in range(len(data)):
        sample = data[i]['data_samples']
        right = [0.25, 0.75] if sample.clip.startswith('happy') else [0.75, 0.25]
        assert sample.soft_label.tolist() == right
        assert sample.gt_label.item() == right.index(0.75)


def test_several_labels_are_ones_and_zeros(root, said):
    path = listed(
        root,
        'path,label\n'
        + ''.join(f'sad/{i},angry;sad\n' for i in range(1, 5))
        + ''.join(f'happy/{i},happy\n' for i in range(5)),
    )
    data = ClipFolderDataset(path, 'train')
    assert data.metainfo['setting'] == 'multi'
    assert data.metainfo['classes'] == ('angry', 'happy', 'sad')
    for i in range(len(data)):
        info = data.get_data_info(i)
        sad = info['clip'].startswith('sad')
        assert info['label'] == ([1, 0, 1] if sad else [0, 1, 0])
        assert data.get_cat_ids(i) == ([0, 2] if sad else [1])


def test_a_damaged_clip_counts_as_wrong_and_is_replaced_in_training(root, said):
    (root / 'sad/0.mp4').write_bytes(b'no video at all')
    for fold in range(1, 6):
        test = ClipFolderDataset(str(root), 'test', fold, pipeline=PIPELINE)
        if 'sad/0.mp4' in names(test):
            samples = [test[i]['data_samples'] for i in range(len(test))]
            assert sum('damaged' in sample for sample in samples) == 1
        train = ClipFolderDataset(str(root), 'train', fold, pipeline=PIPELINE)
        samples = [train[i]['data_samples'] for i in range(len(train))]
        assert all(s.clip != 'sad/0.mp4' for s in samples)
    assert sum('Damaged' in each for each in said) == 5


def test_crops_are_those_of_the_file_that_made_the_clips(root):
    assert (
        ClipFolderDataset(str(root), 'test').metainfo['pixel_version'] == 'as they are'
    )
    about = dict(pixel_version='faces-1', detector={}, video={}, tracks='largest')
    (root / 'faces.json').write_text(json.dumps(about))
    assert ClipFolderDataset(str(root), 'test').metainfo['pixel_version'] == 'faces-1'
    (root / 'faces.json').write_text('{"pixel_version": "x"}')
    with pytest.raises(DamagedFileError, match="faces.json .* lacks 'tracks'"):
        ClipFolderDataset(str(root), 'test')


def test_short_clips_can_be_excluded(root, said):
    steps = [dict(type='SampleSegments', num_frames=6, short_clip='exclude')]
    data = ClipFolderDataset(str(root), 'train', pipeline=[PIPELINE[0], *steps])
    assert names(data) == {'sad/0.mp4'}


def test_tracks_of_one_video_are_on_one_side(tmp_path, said):
    for label in ('sad', 'happy'):
        for clip in ('a_1', 'a_2', 'b_1', 'c_1', 'c_2'):
            write_frames(tmp_path / label / clip, ['1.jpg'])
    crops = dict(pixel_version='faces-0', detector={}, video={}, tracks='all')
    (tmp_path / 'faces.json').write_text(json.dumps(crops))
    of_trees = ClipFolderDataset(str(tmp_path), 'test', 1, pipeline=PIPELINE)._folds.of
    rows = [
        f'{label}/{clip},{label},{label}/{clip[0]}.mp4'
        for label in ('sad', 'happy')
        for clip in ('a_1', 'a_2', 'b_1', 'c_1', 'c_2')
    ]
    (tmp_path / 'clips.csv').write_text('\n'.join(['path,label,source', *rows]))
    of_lists = ClipFolderDataset(str(tmp_path), 'test', 1, pipeline=PIPELINE)._folds.of
    for folds in (of_trees, of_lists):
        assert len(set(folds.values())) == 5
        for label in ('sad', 'happy'):
            for video in 'ac':
                assert folds[f'{label}/{video}_1'] == folds[f'{label}/{video}_2']
