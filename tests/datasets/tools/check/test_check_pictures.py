"""Sizes and damages of the pictures and the videos."""

import cv2
import numpy as np
import pytest

CLIP = 'Clip/clip_224x224/00001'


def picture(size):
    rng = np.random.default_rng(0)
    img = rng.integers(0, 256, (size, size, 3), dtype=np.uint8)
    return cv2.imencode('.jpg', img)[1].tobytes()


def test_sizes_come_from_the_first_frame_of_each_clip(copy, check):
    root = copy('dfew')
    (root / CLIP / '00001_00001.jpg').write_bytes(picture(16))
    report, found = check('dfew', root)
    assert report['ok'] and 'sizes-several' in found
    sizes = {(s['width'], s['height']): s['pictures'] for s in report['sizes']}
    assert sizes == {(8, 8): 69, (16, 16): 1}


def test_sizes_that_the_authors_do_not_have(copy, check, small_facts):
    small_facts('dfew', pixels={'clip_224x224': {'sizes': [[256, 256]]}})
    report, found = check('dfew', copy('dfew'), counts='published')
    assert '256x256' in found['sizes-other']['message']
    assert '8x8 (70)' in found['sizes-other']['message']


@pytest.mark.parametrize('data', [b'', b'no picture', None])
def test_an_unreadable_first_frame(copy, check, data):
    root = copy('dfew')
    frame = root / CLIP / '00001_00001.jpg'
    frame.unlink()
    frame.write_bytes(data) if data is not None else frame.symlink_to('nowhere')
    report, found = check('dfew', root)
    assert not report['ok'] and str(frame) in found['clips-unreadable']['message']


class TestDeep:
    def test_every_frame_is_counted(self, copy, check):
        report, _ = check('dfew', copy('dfew'), deep=True)
        assert report['ok']
        assert report['sizes'] == [{'width': 8, 'height': 8, 'pictures': 140}]

    def test_a_cut_off_frame_is_found(self, copy, check):
        root = copy('dfew')
        frame = root / CLIP / '00001_00002.jpg'
        frame.write_bytes(picture(16)[:-30])
        assert check('dfew', root)[0]['ok']  # only first frames were read
        report, found = check('dfew', root, deep=True)
        assert f'{frame} is cut off' in found['clips-unreadable']['message']

    def test_two_sizes_in_a_clip_are_found(self, copy, check):
        root = copy('dfew')
        (root / CLIP / '00001_00002.jpg').write_bytes(picture(16))
        assert check('dfew', root)[0]['ok']
        report, found = check('dfew', root, deep=True)
        assert not report['ok'] and found['sizes-mixed']['examples'] == ('00001',)


class TestVideos:
    @pytest.fixture
    def root(self, copy):
        root = copy('dfew')
        for path in (root / 'EmoLabel_DataSplit').rglob('*.csv'):
            path.unlink()
        for subset, row in (('train', '2,7'), ('test', '1,7')):
            for fold in range(1, 6):
                folder = root / f'EmoLabel_DataSplit/{subset}(single-labeled)'
                (folder / f'set_{fold}.csv').write_text(f'video_name,label\n{row}\n')
        (root / 'Clip/original').mkdir()
        for name in ('1', '2'):
            path = str(root / f'Clip/original/{name}.mp4')
            codec = cv2.VideoWriter_fourcc(*'mp4v')
            writer = cv2.VideoWriter(path, codec, 25, (32, 32))
            for _ in range(20):
                writer.write(np.zeros((32, 32, 3), np.uint8))
            writer.release()
        return root

    @pytest.mark.parametrize('deep', [False, True])
    def test_whole(self, root, check, deep):
        report, found = check('dfew', root, media='videos', deep=deep)
        assert report['pixel_version'] == 'original'
        assert report['training'][0]['frames'] == 20
        assert 'clips-unreadable' not in found and 'clips-absent' not in found

    def test_padded_and_damaged(self, root, check):
        videos = root / 'Clip/original'
        (videos / '1.mp4').rename(videos / '00001.mp4')
        (videos / '2.mp4').write_bytes(b'no video')
        report, found = check('dfew', root, media='videos')
        assert 'without zeros' in found['clips-absent']['advice']
        assert found['clips-unreadable']['examples'] == ('00002',)
        assert not report['ok']
