"""Checks find absent frames and wrong names of frames."""

import shutil

import pytest

from tgdfer_mm.registry import DATASETS

CLIPS = 'Clip/clip_224x224'


def rename_frames(root, names):
    for clip in (root / CLIPS).iterdir():
        for old, new in zip(sorted(clip.iterdir()), names, strict=True):
            old.rename(clip / new)


def test_absent_and_empty_clips(copy, check):
    root = copy('dfew')
    shutil.rmtree(root / CLIPS / '00003')
    for path in (root / CLIPS / '00004').iterdir():
        path.unlink()
    report, found = check('dfew', root)
    assert not report['ok']
    assert found['clips-absent']['examples'] == ('00003',)
    assert found['clips-empty']['examples'] == ('00004',)
    row = report['training'][1]  # fold 1 tests the first clips
    assert (row['absent'], row['empty'], row['listed']) == (1, 1, 14)


def test_folders_without_zeros_before_the_number(copy, check):
    root = copy('dfew')
    for clip in list((root / CLIPS).iterdir()):
        clip.rename(root / CLIPS / str(int(clip.name)))
    report, found = check('dfew', root)
    assert 'rename those folders' in found['clips-absent']['advice']
    assert '70 of them' in found['clips-absent']['advice']


def test_short_clips_are_counted(copy, check, small_facts):
    root = copy('dfew')
    for i in range(20):
        shutil.copy(
            root / CLIPS / '00001/00001_00001.jpg', root / CLIPS / f'00001/{i + 3}.jpg'
        )
    report, found = check('dfew', root)
    assert found['clips-short']['severity'] == 'note'
    assert len(found['clips-short']['examples']) == 69
    small_facts('dfew', pixels={'clip_224x224': {'short_clips': 14}})
    _, found = check('dfew', root, counts='published')
    assert found['clips-short']['severity'] == 'warning'
    assert '69 clips' in found['clips-short']['message']


def test_the_16_frames_version_under_the_other_s_name_is_an_error(
    copy, check, small_facts
):
    root = copy('dfew')
    pixels = {'clip_224x224': {}, 'clip_224x224_16f': {'frames_per_clip': 2}}
    small_facts('dfew', pixels=pixels)
    report, found = check('dfew', root, counts='published')
    assert "it holds 'clip_224x224_16f'" in found['version-other']['message']
    (root / CLIPS).rename(root / 'Clip/clip_224x16f')
    report, found = check(
        'dfew', root, counts='published', pixel_version='clip_224x224_16f'
    )
    assert report['ok'] and report['media_dir'].endswith('clip_224x16f')


def test_other_frames_among_the_16_are_an_error(copy, check, small_facts):
    small_facts('dfew', pixels={'clip_224x224': {'frames_per_clip': 2}})
    root = copy('dfew')
    (root / CLIPS / '00009/00009_00001.jpg').unlink()
    _, found = check('dfew', root, counts='published')
    assert found['version-other']['examples'] == ('00009',)


def test_a_version_beside_another_is_found_by_itself(copy, check):
    root = copy('dfew')
    shutil.copytree(root / CLIPS, root / 'Clip/clip_224x224_16f')
    report, _ = check('dfew', root)
    assert [p['pixel_version'] for p in report['places']] == [
        'clip_224x224',
        'clip_224x224_16f',
    ]
    assert report['pixel_version'] == 'clip_224x224'
    shutil.rmtree(root / CLIPS)
    report, found = check('dfew', root)
    assert report['pixel_version'] == 'clip_224x224_16f'
    assert found['version-not-default']['severity'] == 'warning'


def test_the_number_of_frames_is_held_against_the_published_one(
    copy, check, small_facts
):
    fact = {'listed_frames': 141, 'shortest': 2, 'longest': 3}
    small_facts('dfew', pixels={'clip_224x224': fact})
    root = copy('dfew')
    _, found = check('dfew', root, counts='published')
    assert '140 frames' in found['frames-total']['message']
    frame = root / CLIPS / '00001/00001_00001.jpg'
    shutil.copy(frame, frame.with_name('00001_00003.jpg'))
    assert 'frames-total' not in check('dfew', root, counts='published')[1]


def test_unpadded_names_are_said_to_need_an_order_by_number(copy, check):
    root = copy('dfew')
    rename_frames(root, ['2.jpg', '10.jpg'])
    report, found = check('dfew', root)
    assert report['ok'] and len(found['frames-unpadded']['examples']) == 70


@pytest.mark.parametrize(
    ('name', 'code'),
    [
        ('cover.jpg', 'frames-unnumbered'),
        ('00001_00002 (1).jpg', 'frames-unnumbered'),
        ('2.jpg', 'frames-twice'),
        ('00001_00002.png', 'frames-twice'),
    ],
)
def test_frames_with_no_place_of_their_own(copy, check, name, code):
    root = copy('dfew')
    (root / CLIPS / '00001' / name).write_bytes(b'')
    report, found = check('dfew', root)
    assert not report['ok'] and f'00001/{name}' in found[code]['examples']


def test_what_others_left_behind_is_counted_and_ignored(copy, check):
    root = copy('dfew')
    (root / CLIPS / '00001/._00001_00001.jpg').write_bytes(b'x')
    (root / CLIPS / '00001/Thumbs.db').write_bytes(b'x')
    (root / CLIPS / '._00001').write_bytes(b'x')
    (root / CLIPS / 'readme.txt').write_bytes(b'x')
    (root / CLIPS / '99999').mkdir()
    report, found = check('dfew', root)
    assert report['ok']
    assert found['files-ignored']['message'].startswith('2 files')
    assert found['entries-odd']['examples'] == ('readme.txt',)
    assert found['clips-unlisted']['examples'] == ('99999',)


def test_links_in_a_circle_are_reported_and_not_followed(copy, check):
    root = copy('ferv39k')
    crops = root / '2_ClipsforFaceCrop'
    (crops / 'Crime/Up').symlink_to(crops)
    (crops / 'Crime/Self').symlink_to('Self')
    (crops / 'Crime/Sad/0009').symlink_to('..')
    report, found = check('ferv39k', root)
    assert report['ok']
    assert set(found['link-loops']['examples']) == {
        'Crime/Up',
        'Crime/Self',
        'Crime/Sad/0009',
    }


def test_a_frame_that_is_a_link_to_itself_is_unreadable(copy, check):
    root = copy('dfew')
    frame = root / CLIPS / '00001/00001_00001.jpg'
    frame.unlink()
    frame.symlink_to(frame.name)
    _, found = check('dfew', root)
    assert found['clips-unreadable']['examples'] == ('00001',)


def test_no_pixels_at_all(copy, check):
    root = copy('mafw')
    shutil.rmtree(root / 'data')
    report, found = check('mafw', root)
    assert not report['ok'] and 'pixel_version' in found['media-missing']['message']
    assert report['training'] and 'frames' not in report['training'][0]


def test_a_folder_of_one_s_own(copy, check):
    root = copy('mafw')
    (root / 'data/frames').rename(root / 'mine')
    assert not check('mafw', root)[0]['ok']
    report, _ = check('mafw', root, media_dir='mine', pixel_version='recrop')
    assert report['ok'] and report['pixel_version'] == 'recrop'
    dataset = DATASETS.build(dict(report['config'], subset='test', fold=2))
    assert dataset.media_dir == root / 'mine' and len(dataset) == 22


def test_a_copy_in_two_places_is_said(copy, check):
    root = copy('dfew')
    shutil.copytree(root / CLIPS, root / 'jpg_256')
    report, found = check('dfew', root)
    assert report['media_dir'].endswith(CLIPS)
    assert found['media-copies']['examples'] == (str(root / 'jpg_256'),)
    shutil.copytree(root / CLIPS, root / 'data')
    shutil.rmtree(root / CLIPS)
    report, found = check('dfew', root)
    assert not report['ok'] and len(found['media-ambiguous']['examples']) == 2
