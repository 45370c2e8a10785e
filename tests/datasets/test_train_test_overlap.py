"""Clips in two lists are found and their lines named."""

import pytest

from tgdfer_mm.datasets import DFEWDataset
from tgdfer_mm.datasets.train_test_overlap import describe_overlap

LIST = 'EmoLabel_DataSplit/{}(single-labeled)/set_1.csv'


def test_a_clip_in_both_lists_is_named_with_both_lines(dfew):
    (dfew / LIST.format('train')).write_text('video_name,label\n1,7\n3,3\n')
    (dfew / LIST.format('test')).write_text('video_name,label\n2,7\n\n3,3\n4,4\n')
    found = describe_overlap(DFEWDataset(dfew, 'train'), DFEWDataset(dfew, 'test'))
    assert found.startswith('1 of the 3 evaluated clips')
    assert 'clip 00003' in found
    assert 'train(single-labeled)/set_1.csv, line 3 and' in found
    assert 'test(single-labeled)/set_1.csv, line 4' in found


@pytest.mark.parametrize('share', [0.2, 0.5])
def test_train_and_val_share_nothing(dfew, share):
    train = DFEWDataset(dfew, 'train', val_part=share)
    val = DFEWDataset(dfew, 'val', val_part=share)
    assert describe_overlap(train, val) is None
    # The whole training list does contain them.
    assert 'line 9' in describe_overlap(DFEWDataset(dfew, 'train'), val)


def test_data_that_does_not_name_its_clips(dfew):
    assert describe_overlap([1, 2], DFEWDataset(dfew, 'test')) is None
