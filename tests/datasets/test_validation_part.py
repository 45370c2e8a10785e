"""The validation part: disjoint, stratified, blocks of neighbours, always the same."""

import random

import pytest

from tgdfer_mm.datasets import DFEWDataset, FERV39kDataset
from tgdfer_mm.datasets.validation_part import clip_number, validation_clips


def test_the_highest_numbers_of_each_class_whatever_the_order_of_the_list():
    clips = [f'{i:05d}' for i in range(1, 101)]
    strata = [int(c) % 3 for c in clips]
    chosen = validation_clips(clips, strata, 0.2)
    for stratum in range(3):
        mine = [c for c, s in zip(clips, strata, strict=True) if s == stratum]
        part = [c for c in mine if c in chosen]
        assert len(part) == round(len(mine) * 0.2)
        assert part == mine[-len(part) :]  # one block of neighbours
    pairs = list(zip(clips, strata, strict=True))
    random.Random(0).shuffle(pairs)
    assert validation_clips(*zip(*pairs, strict=True), 0.2) == chosen


def test_numbers_are_ordered_as_numbers():
    clips = ['9', '10', '100', '11']
    assert validation_clips(clips, [0] * 4, 0.25) == {'100'}


@pytest.mark.parametrize('share', [0.01, 0.5, 0.99])
def test_small_classes_validate_and_train(share):
    chosen = validation_clips(['1', '2', '3'], ['a', 'a', 'b'], share)
    assert chosen == {'2'}  # class b has nothing to spare


@pytest.mark.parametrize('share', [0.0, 1.0, -0.1, 7])
def test_share_out_of_range(share):
    with pytest.raises(ValueError, match='between 0 and 1'):
        validation_clips(['1', '2'], [0, 0], share)


def test_nothing_to_cut():
    with pytest.raises(ValueError, match='none of the 2 classes has two clips'):
        validation_clips(['1', '2'], [0, 1], 0.5)


def test_a_name_without_a_number():
    with pytest.raises(ValueError, match="'clip_x' does not end with a number"):
        clip_number('clip_x')


def clips(dataset):
    return [dataset.get_data_info(i)['clip'] for i in range(len(dataset))]


def test_dfew_train_and_val_share_the_training_list(dfew):
    whole = clips(DFEWDataset(dfew, 'train'))
    train = DFEWDataset(dfew, 'train', val_part=0.3)
    val = DFEWDataset(dfew, 'val', val_part=0.3)
    # Clips 1 and 8 are of one class, the others are alone in theirs.
    assert clips(val) == ['00008']
    assert clips(train) == [c for c in whole if c != '00008']
    assert val.test_mode and not train.test_mode
    assert train.metainfo['val_part'] == val.metainfo['val_part'] == 0.3


def test_ferv39k_is_cut_within_each_scene_and_class(ferv39k):
    rows = [f'{s}/Sad/{i:04d} Sad' for s in ('War', 'Crime') for i in range(10)]
    (ferv39k / '4_setups/All_scenes/train_All.csv').write_text('\n'.join(rows))
    (ferv39k / '2_ClipsforFaceCrop/War/Sad/0008').mkdir()
    found = clips(FERV39kDataset(ferv39k, 'val', val_part=0.2))
    assert found == [f'{s}/Sad/{i:04d}' for s in ('War', 'Crime') for i in (8, 9)]
