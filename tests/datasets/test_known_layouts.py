"""Renamed, nested and doubled folders and lists."""

import re
import shutil

import pytest

from tgdfer_mm.datasets import DFEWDataset, FERV39kDataset, MAFWDataset
from tgdfer_mm.datasets.known_layouts import (
    AmbiguousPlaceError,
    find_file,
    find_media,
    load_aliases,
)

OWN = 'Clip/clip_224x224'


def clip(folder):
    (folder / '00001').mkdir(parents=True)


def dfew_media(root, version='clip_224x224', media='frames'):
    own = DFEWDataset.FOLDERS[media][version]
    return find_media('dfew', root, media, version, own)


@pytest.mark.parametrize(
    'place',
    [
        OWN,
        'Clip/clip_224x224/clip_224x224',
        'DFEW/Clip/clip_224x224',
        'Clip/jpg_256',
        'Clip/clip_jpg_256',
        'data',  # the tree that the authors' own training code expects
        'Clip/clip_224x224-20240101T000000Z-001/clip_224x224',
        'Clip/clip_224x224/clip_224x224_part_1',
    ],
)
def test_dfew_s_frames_under_their_known_names(tmp_path, place):
    clip(tmp_path / place)
    found = dfew_media(tmp_path)
    assert found.path == tmp_path / place and not found.others
    assert (found.remark('media_dir') is None) == (place == OWN)


@pytest.mark.parametrize('place', ['Clip/clip_224x16f', 'clip_224x224_16f'])
def test_the_16_frames_are_never_taken_for_the_others(tmp_path, place):
    clip(tmp_path / place)
    assert dfew_media(tmp_path, 'clip_224x224_16f').path == tmp_path / place
    found = dfew_media(tmp_path)
    assert found.path == found.own and not found.path.exists()


def test_unpadded_videos_beside_padded_folders(tmp_path):
    clip(tmp_path / OWN)
    (tmp_path / 'videos').mkdir()
    (tmp_path / 'videos/1.mp4').touch()
    assert dfew_media(tmp_path).path == tmp_path / OWN
    found = dfew_media(tmp_path, 'original', 'videos')
    assert found.path == tmp_path / 'videos'


def test_avi_files_that_some_labs_hold_are_named_with_zeros(dfew):
    videos = dfew / 'Clip/clip_224x224_avi'
    videos.mkdir()
    for i in range(1, 9):
        (videos / f'{i:05d}.avi').touch()
    dataset = DFEWDataset(dfew, 'test', media='videos', pixel_version=videos.name)
    assert dataset.get_data_info(0)['filename'] == str(videos / '00001.avi')


@pytest.mark.parametrize(
    'place',
    [
        '2_ClipsforFaceCrop/2_ClipsforFaceCrop',
        '2_ClipsforFaceCrop-002/2_ClipsforFaceCrop',
        'FERV39K/2_ClipsforFaceCrop',
        '2_ClipforFaceCrop',
    ],
)
def test_ferv39k_s_frames_under_their_known_names(ferv39k, place):
    old, new = ferv39k / '2_ClipsforFaceCrop', ferv39k / place
    old.rename(ferv39k / 'moved')
    new.parent.mkdir(parents=True, exist_ok=True)
    (ferv39k / 'moved').rename(new)
    dataset = FERV39kDataset(ferv39k, 'train')
    assert dataset.get_data_info(0)['frame_dir'].startswith(str(new))


@pytest.mark.parametrize('place', ['3_ClipsforScenImages', '3_ClipsforSceneImages'])
def test_whole_scenes_are_a_version_beside_the_faces(ferv39k, place):
    shutil.copytree(ferv39k / '2_ClipsforFaceCrop', ferv39k / place)
    for version, folder in (('scene', place), ('face_crop', '2_ClipsforFaceCrop')):
        dataset = FERV39kDataset(ferv39k, 'train', pixel_version=version)
        assert dataset.media_dir == ferv39k / folder


@pytest.mark.parametrize(
    'folder',
    ['All_scenes', 'EmoLabel/EmoLabel', 'drive-download-1/4_setups/All_scenes', '.'],
)
def test_ferv39k_s_lists_under_their_known_names(ferv39k, folder):
    (ferv39k / folder).mkdir(parents=True, exist_ok=True)
    list_of_all = ferv39k / '4_setups/All_scenes/train_All.csv'
    list_of_all.rename(ferv39k / folder / 'train_All.csv')
    assert len(FERV39kDataset(ferv39k, 'train')) == 14


@pytest.mark.parametrize('outer', ['split', 'Train_Test_Set', 'anno', 'label'])
def test_mafw_s_lists_under_their_known_names(mafw, outer):
    (mafw / 'Train & Test Set').rename(mafw / outer)
    assert len(MAFWDataset(mafw, 'train', fold=3)) == 11


@pytest.mark.parametrize('rebuilt', ['no_caption_new', 'with_caption_new'])
def test_mafw_s_privately_rebuilt_lists_are_not_taken(mafw, rebuilt):
    single = mafw / 'Train & Test Set/single'
    (single / 'no_caption').rename(single / rebuilt)
    with pytest.raises(FileNotFoundError, match='no_caption/set_3/train.txt'):
        MAFWDataset(mafw, 'train', fold=3)


def test_crops_of_somebody_else_are_a_version_of_their_own(mafw):
    crops = 'data/frames/frames_crop_align_224'
    (mafw / 'data/frames').rename(mafw / 'moved')
    (mafw / 'data/frames').mkdir()
    (mafw / 'moved').rename(mafw / crops)
    with pytest.raises(FileNotFoundError, match='None of the 11 clips'):
        MAFWDataset(mafw, 'train', fold=3)
    dataset = MAFWDataset(mafw, 'train', fold=3, pixel_version='frames_crop_align_224')
    assert dataset.metainfo['pixel_version'] == 'frames_crop_align_224'


@pytest.mark.parametrize(
    'name',
    [
        'EmoLabel_DataSplit/train(single_labeled)/set_2.csv',
        'EmoLabel_DataSplit/train(single-labeled)/train(single-labeled)/set_2.csv',
        'EmoLabel_DataSplit/train_single-labeled/set_2.csv',
        'EmoLabel_DataSplit/train/set_2.csv',
        'EmoLabel_DataSplit/train_set_2.csv',
        'label/single_trainset_2.csv',
        'train(single-labeled)/set_2.csv',
        'DFEW/EmoLabel_DataSplit/train(single-labeled)/set_2.csv',
        'split/train_set_2.csv',
    ],
)
def test_dfew_s_lists_under_their_known_names(dfew, log, name):
    own = dfew / 'EmoLabel_DataSplit/train(single-labeled)/set_1.csv'
    (dfew / name).parent.mkdir(parents=True, exist_ok=True)
    own.rename(dfew / name)
    assert len(DFEWDataset(dfew, 'train', fold=2)) == 8
    assert sum(f'{dfew / name} is taken for' in line for line in log) == 1


def test_the_authors_place_comes_first_and_the_others_are_named(tmp_path):
    clip(tmp_path / OWN)
    clip(tmp_path / 'data')
    found = dfew_media(tmp_path)
    assert found.path == tmp_path / OWN and found.others == (tmp_path / 'data',)
    assert str(tmp_path / 'data') in found.remark('media_dir')


def test_an_empty_folder_in_the_authors_place_is_passed_over(tmp_path):
    (tmp_path / OWN).mkdir(parents=True)
    clip(tmp_path / 'data')
    assert dfew_media(tmp_path).path == tmp_path / 'data'


def test_two_other_places_are_an_error_that_names_both(tmp_path):
    for place in ('data', 'jpg_256'):
        clip(tmp_path / place)
    with pytest.raises(AmbiguousPlaceError, match='media_dir') as err:
        dfew_media(tmp_path)
    assert set(err.value.places) == {tmp_path / 'data', tmp_path / 'jpg_256'}
    for place in err.value.places:
        assert str(place) in str(err.value)


def test_clips_spread_over_part_folders_are_an_error(tmp_path):
    for part in (1, 2):
        clip(tmp_path / OWN / f'clip_224x224_part_{part}')
    with pytest.raises(AmbiguousPlaceError, match='into one folder.*data prepare'):
        dfew_media(tmp_path)


def test_one_folder_under_two_names_is_no_doubt(tmp_path):
    clip(tmp_path / 'data')
    (tmp_path / 'jpg_256').symlink_to('data')
    assert dfew_media(tmp_path).others == ()


def test_two_lists_are_a_doubt_only_if_they_differ(tmp_path):
    places = [tmp_path / 'label/train_set_1.csv', tmp_path / 'split/train_set_1.csv']
    for path in places:
        path.parent.mkdir()
        path.write_text('video_name,label\n1,1\n')
    found = find_file('dfew', tmp_path, 'split', subset='train', fold=1)
    assert found.path == places[0] and not found.others
    places[1].write_text('video_name,label\n1,2\n')
    with pytest.raises(AmbiguousPlaceError, match='split_file'):
        find_file('dfew', tmp_path, 'split', subset='train', fold=1)


@pytest.mark.parametrize('cls', [DFEWDataset, FERV39kDataset, MAFWDataset])
def test_the_aliases_are_of_versions_that_the_class_knows(cls):
    known = load_aliases(cls.ALIASES)
    for media, names in known['media'].items():
        assert set(names['versions']) <= set(cls.FOLDERS[media])
        re.compile(names['holds'])


def test_aliases_of_nothing():
    with pytest.raises(ValueError, match="'nosuch'.*'cremad', 'dfew'.*'mafw'"):
        load_aliases('nosuch')
