"""The three layouts, their annotation formats and every complaint about them."""

import pytest

from tgdfer_mm.datasets import (
    DataError,
    DFEWDataset,
    FERV39kDataset,
    MAFWDataset,
    SplitFileError,
    load_classes,
)
from tgdfer_mm.registry import DATASETS

DFEW_TRAIN = 'EmoLabel_DataSplit/train(single-labeled)/set_1.csv'
FERV_TRAIN = '4_setups/All_scenes/train_All.csv'
MAFW_TRAIN = 'Train & Test Set/single/no_caption/set_3/train.txt'


def entries(dataset):
    return [dataset.get_data_info(i) for i in range(len(dataset))]


def labels(dataset):
    return {e['clip']: e['label'] for e in entries(dataset)}


class TestDFEW:
    def test_one_based_labels_and_padded_folders(self, dfew):
        dataset = DATASETS.build(
            dict(type='DFEWDataset', data_root=str(dfew), subset='train', fold=1)
        )
        expected = {f'{i:05d}': (i - 1) % 7 for i in range(1, 9)}
        assert labels(dataset) == expected
        assert all(type(v) is int for v in labels(dataset).values())
        first = entries(dataset)[0]
        assert first['frame_dir'] == str(dfew / 'Clip/clip_224x224/00001')
        assert (first['modality'], first['start_index']) == ('RGB', 0)
        assert not dataset.test_mode
        assert dataset.metainfo == dict(
            dataset='DFEW',
            classes=load_classes('dfew'),
            setting='single',
            pixel_version='clip_224x224',
            fold=1,
            val_part=0.0,
        )

    def test_a_rewritten_copy_gives_the_same_labels(self, dfew):
        official = labels(DFEWDataset(dfew, 'train'))
        rows = ''.join(f'{i:05d},{(i - 1) % 7}\r\n' for i in range(1, 9))
        (dfew / 'train_set_1.csv').write_bytes(
            b'\xef\xbb\xbfvideo_name,label\r\n' + rows.encode()
        )
        copy = DFEWDataset(dfew, 'train', split_file='train_set_1.csv')
        assert labels(copy) == official

    @pytest.mark.parametrize(
        ('numbers', 'base'),
        [([1, 2], None), ([6, 1], None), ([3], None), ([0, 3], 0), ([2, 7], 1)],
    )
    def test_a_list_that_does_not_show_its_first_label_needs_it_stated(
        self, dfew, numbers, base
    ):
        rows = ''.join(f'{i},{label}\n' for i, label in enumerate(numbers, start=1))
        (dfew / DFEW_TRAIN).write_text('video_name,label\n' + rows)
        if base is None:
            with pytest.raises(DataError, match=r'set_1.csv.* set label_base=1'):
                DFEWDataset(dfew, 'train')
        else:
            dataset = DFEWDataset(dfew, 'train')
            assert list(labels(dataset).values()) == [n - base for n in numbers]
        for stated in (0, 1):
            wrong = [n for n in numbers if not stated <= n < stated + 7]
            if wrong:
                words = f'label {wrong[0]} is out of range.*by label_base={stated}'
                with pytest.raises(SplitFileError, match=words):
                    DFEWDataset(dfew, 'train', label_base=stated)
            else:
                dataset = DFEWDataset(dfew, 'train', label_base=stated)
                assert list(labels(dataset).values()) == [n - stated for n in numbers]

    def test_another_label_base_is_refused(self, dfew):
        with pytest.raises(DataError, match='label_base must be 0 or 1, not 2'):
            DFEWDataset(dfew, 'train', label_base=2)

    def test_videos_are_named_by_the_bare_number(self, dfew):
        dataset = DFEWDataset(dfew, 'test', media='videos')
        first = entries(dataset)[0]
        assert first['filename'] == str(dfew / 'Clip/original/1.mp4')
        assert first['clip'] == '00001'
        assert 'frame_dir' not in first
        assert dataset.metainfo['pixel_version'] == 'original'
        assert dataset.test_mode

    @pytest.mark.parametrize(
        'text, line, words',
        [
            ('1,3\n2,4\n', 1, 'header'),
            ('', 1, 'header'),
            ('video_name,label\n1,3\n2;4\n', 3, "'2;4'"),
            ('video_name,label\n1,3\nx,4\n', 3, "'x,4'"),
            ('video_name,label\n1,3\n\n2,8\n', 4, 'label 8 is out of range.*1 to 7'),
            ('video_name,label\n1,0\n2,7\n', 3, 'label 7 is out of range.*0 to 6'),
            ('video_name,label\n1,3\n00001,4\n', 3, '00001 is already in line 2'),
        ],
    )
    def test_bad_lines(self, dfew, text, line, words):
        (dfew / DFEW_TRAIN).write_text(text)
        with pytest.raises(SplitFileError, match=rf'set_1.csv, line {line}: ') as err:
            DFEWDataset(dfew, 'train')
        assert err.match(words)

    def test_a_list_without_clips(self, dfew):
        (dfew / DFEW_TRAIN).write_text('video_name,label\n')
        with pytest.raises(ValueError, match=r'set_1.csv lists no clip'):
            DFEWDataset(dfew, 'train')

    def test_a_list_that_is_no_text(self, dfew):
        (dfew / DFEW_TRAIN).write_bytes(b'video_name,label\n1,\xff\xfe')
        with pytest.raises(ValueError, match=r'set_1.csv, line 2: .*not UTF-8'):
            DFEWDataset(dfew, 'train')


class TestFERV39k:
    def test_first_line_is_a_clip_and_the_path_is_the_key(self, ferv39k):
        dataset = FERV39kDataset(ferv39k, 'train')
        found = entries(dataset)
        assert len(found) == len({e['clip'] for e in found}) == 14
        assert found[0]['clip'] == 'Crime/Happy/0000'
        assert found[0]['frame_dir'].endswith('2_ClipsforFaceCrop/Crime/Happy/0000')
        assert [e['label'] for e in found] == [*range(7), *range(7)]
        assert dataset.metainfo['fold'] is None
        assert dataset.metainfo['classes'] == load_classes('ferv39k')

    def test_videos(self, ferv39k, log):
        dataset = FERV39kDataset(ferv39k, 'test', media='videos')
        assert entries(dataset)[0]['filename'].endswith(
            '0_7_labelClips/Crime/Happy/0000.mp4'
        )
        assert sum('13 of the 14 clips' in m for m in log) == 1

    def test_a_fold_is_refused(self, ferv39k):
        with pytest.raises(ValueError, match='FERV39k has one fixed split.*fold=1'):
            FERV39kDataset(ferv39k, 'train', fold=1)

    @pytest.mark.parametrize(
        'text, line, words',
        [
            ('Crime/Sad/0000,Sad\n', 1, 'expected'),
            ('Crime/Sad/0000 Sad 3\n', 1, 'expected'),
            ('Crime/Sad/0000 Sad\nSad/0000 Sad\n', 2, 'expected'),
            ('Crime/Sad/0000 Happy\n', 1, "path says 'Sad', the label 'Happy'"),
            ('Crime/Bored/0000 Bored\n', 1, "unknown class 'bored'.*'happy'"),
            ('War/Sad/0000 Sad\nWar/Sad/0000 Sad\n', 2, 'already in line 1'),
        ],
    )
    def test_bad_lines(self, ferv39k, text, line, words):
        (ferv39k / FERV_TRAIN).write_text(text)
        with pytest.raises(SplitFileError, match=rf'_All.csv, line {line}: ') as err:
            FERV39kDataset(ferv39k, 'train')
        assert err.match(words)


class TestMAFW:
    def test_labels_in_the_authors_order(self, mafw):
        dataset = MAFWDataset(mafw, 'train', fold=3)
        assert labels(dataset) == {f'{20 + i:05d}': i for i in range(11)}
        assert entries(dataset)[0]['frame_dir'] == str(mafw / 'data/frames/00020')
        assert dataset.metainfo['classes'][:2] == ('anger', 'disgust')

    def test_videos_keep_their_zeros(self, mafw):
        dataset = MAFWDataset(mafw, 'test', fold=3, media='videos')
        assert entries(dataset)[0]['filename'] == str(mafw / 'data/clips/00020.mp4')

    @pytest.mark.parametrize(
        'text, line, words',
        [
            ('00020.mp4\tanger\tx\r\n', 1, 'expected'),
            ('00020.mp4 anger\r\n21.mp4 fear\r\n', 2, "'21.mp4 fear'"),
            ('00020.mp4 anger_fear\r\n', 1, "unknown class 'anger_fear'"),
            ('00020.mp4 fear\r\n00020.mp4 fear\r\n', 2, 'already in line 1'),
        ],
    )
    def test_bad_lines(self, mafw, text, line, words):
        (mafw / MAFW_TRAIN).write_bytes(text.encode())
        with pytest.raises(SplitFileError, match=rf'train.txt, line {line}: ') as err:
            MAFWDataset(mafw, 'train', fold=3)
        assert err.match(words)


@pytest.mark.parametrize('fold', [0, 6, '1', True, 1.0])
@pytest.mark.parametrize('cls', [DFEWDataset, MAFWDataset])
def test_fold_out_of_range(cls, fold, tmp_path):
    with pytest.raises(ValueError, match='fold must be 1 to 5'):
        cls(tmp_path, 'train', fold=fold)


@pytest.mark.parametrize(
    'kwargs, words',
    [
        (dict(subset='dev'), "subset must be in .*'val'.*, not 'dev'"),
        (dict(subset='val'), "subset='val' with val_part=0.0"),
        (dict(subset='test', val_part=0.1), "subset='test' with val_part=0.1"),
        (dict(subset='test', media='audio'), "media must be in .*not 'audio'"),
        (dict(subset='test', pixel_version='original'), 'no frames of .*clip_224x224'),
    ],
)
def test_unknown_arguments(kwargs, words, tmp_path):
    with pytest.raises(ValueError, match=words):
        DFEWDataset(tmp_path, **kwargs)


@pytest.mark.parametrize(
    'cls, page, paths',
    [
        (DFEWDataset, 'dfew-dataset', ['test(single-labeled)/set_1.csv', '/Clip/']),
        (FERV39kDataset, 'FERV39k.html', ['test_All.csv', '2_ClipsforFaceCrop']),
        (MAFWDataset, 'mafw-database', ['no_caption/set_1/test.txt', 'data/frames']),
    ],
)
def test_missing_root_says_where_to_get_the_data(cls, page, paths, tmp_path):
    with pytest.raises(FileNotFoundError) as err:
        cls(tmp_path / 'nowhere', 'test')
    message = str(err.value)
    assert page in message
    assert message.count('\n  missing ') == 3
    for path in (str(tmp_path / 'nowhere'), *paths):
        assert path in message


def test_missing_split_file_is_told_from_what_is_there(dfew):
    with pytest.raises(FileNotFoundError) as err:
        DFEWDataset(dfew, 'test', fold=4)
    lines = str(err.value).splitlines()
    missing = [line for line in lines if line.strip().startswith('missing')]
    assert len(missing) == 1 and missing[0].endswith('set_4.csv')


def test_own_folders_and_names(dfew):
    (dfew / 'Clip/clip_224x224').rename(dfew / 'faces')
    dataset = DFEWDataset(
        dfew,
        'train',
        media_dir='faces',
        pixel_version='mine',
        metainfo=dict(dataset='SynthDFER (DFEW layout)'),
    )
    assert entries(dataset)[0]['frame_dir'] == str(dfew / 'faces/00001')
    assert dataset.metainfo['pixel_version'] == 'mine'
    assert dataset.metainfo['dataset'] == 'SynthDFER (DFEW layout)'


def test_label_sets():
    assert load_classes('ferv39k') == load_classes('dfew')
    assert len(load_classes('mafw')) == 11
    with pytest.raises(ValueError, match="'nosuch'.*'cremad', 'dfew'.*'mafw'"):
        load_classes('nosuch')
