"""Places of archive entries, and a process that is killed half way."""

import io
import multiprocessing
import os
import shutil
import signal
import zipfile

import pytest

from tgdfer_cli.main import main
from tgdfer_mm.datasets import CREMADDataset, RAVDESSDataset
from tgdfer_mm.datasets.tools.faces import ClipSettings
from tgdfer_mm.datasets.tools.prepare import ArchiveError, unpack
from tgdfer_mm.datasets.tools.prepare.unpack import find_place, load_rules
from tgdfer_mm.locks import BusyError, lock_file

PREPARE = ('data', 'prepare')
FACES, TIM = 'Clip/clip_224x224', 'Clip/clip_224x224_16f'
SPLIT = 'EmoLabel_DataSplit/train(single-labeled)/set_1.csv'


def packed(entries):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, 'w', zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def pack(path, entries):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(packed(entries))
    return path


def tree(root):
    files = (p for p in root.rglob('*') if p.is_file() and '.tgdfer_mm' not in p.parts)
    return {p.relative_to(root).as_posix(): p.read_bytes() for p in files}


ALL = '4_setups/All_scenes/train_All.csv'
SET = 'Train & Test Set/single/no_caption/set_1/train.txt'
CROP = 'War/Sad/0010/00.jpg'


@pytest.mark.parametrize(
    ('dataset', 'names', 'entry', 'place'),
    [
        ('dfew', 'data_part_1-2-3', 'x/1.mp4', 'Clip/original/1.mp4'),
        ('dfew', 'clip_224x224_part_11', '00001/1.jpg', f'{FACES}/00001/1.jpg'),
        ('dfew', 'clip_224x224_part_1', 'x/00001/1.jpg', f'{FACES}/00001/1.jpg'),
        ('dfew', 'x', 'clip_224x224/x/00001/1.jpg', f'{FACES}/00001/1.jpg'),
        (
            'dfew',
            'clip_224x224-2024-001>clip_224x224_part_2',
            '00009/1.jpg',
            f'{FACES}/00009/1.jpg',
        ),
        (
            'dfew',
            'clip_224x224_16f',
            'clip_224x16f/00001/16.jpg',
            f'{TIM}/00001/16.jpg',
        ),
        (
            'dfew',
            'clip_224x224-1>clip_224x224_16f',
            '00001/1.jpg',
            f'{TIM}/00001/1.jpg',
        ),
        ('dfew', 'train(single_labeled)', 'train(single-labeled)/set_1.csv', SPLIT),
        ('dfew', 'drive-download-1', f'DFEW/{SPLIT}', SPLIT),
        ('dfew', 'annotation', 'annotation.xlsx', 'Annotation/annotation.xlsx'),
        ('dfew', 'clip_224x224_part_1', 'README.md', None),
        ('dfew', 'something', 'README.md', None),
        ('ferv39k', '2_ClipforFaceCrop', CROP, f'2_ClipsforFaceCrop/{CROP}'),
        (
            'ferv39k',
            '2_ClipsforFaceCrop-002',
            f'x/{CROP}',
            f'2_ClipsforFaceCrop/{CROP}',
        ),
        ('ferv39k', 'drive-download-1', ALL, ALL),
        ('ferv39k', '4_setups', 'All_scenes/train_All.csv', ALL),
        ('mafw', 'clips-1', '00019.mp4', 'data/clips/00019.mp4'),
        ('mafw', 'frames_part2', 'frames/00019/1.png', 'data/frames/00019/1.png'),
        ('mafw', 'frames_1', '00019/1.png', 'data/frames/00019/1.png'),
        ('mafw', 'frames', 'frames/00019/1.png', 'data/frames/00019/1.png'),
        ('mafw', 'frames_crop_align_224', '00019/1.png', None),  # somebody else's
        ('mafw', 'Train & Test Set', SET, SET),
        ('mafw', 'MAFW', 'MAFW/Labels/single-set.xlsx', 'Labels/single-set.xlsx'),
    ],
)
def test_every_entry_has_its_place_however_it_is_wrapped(dataset, names, entry, place):
    rules = load_rules(dataset)
    assert find_place(rules, tuple(names.split('>')), tuple(entry.split('/'))) == place


def test_a_whole_download_and_its_counts(tmp_path):
    source, root = tmp_path / 'downloads', tmp_path / 'DFEW'
    part = packed({'00001/00001_00001.jpg': b'1', '00001/._00001_00001.jpg': b'j'})
    pack(source / 'clip_224x224-2024-001.zip', {'clip_224x224_part_1.zip': part})
    pack(source / 'train(single-labeled).zip', {'set_1.csv': b'video_name,label\n'})
    pack(source / 'sub/annotation.zip', {'annotation.xlsx': b'x', 'README.md': b'r'})
    (source / 'landmarks.rar').write_bytes(b'')
    (source / '._annotation.zip').write_bytes(b'')
    said = []
    done = unpack('dfew', [source], root, report=said.append)
    assert tree(root) == {
        'Clip/clip_224x224/00001/00001_00001.jpg': b'1',
        SPLIT: b'video_name,label\n',
        'Annotation/annotation.xlsx': b'x',
    }
    assert (done.written, done.present, done.junk) == (3, 0, 1)
    assert len(done.other) == 1 and 'README.md' in done.other[0]
    assert done.unread == [str(source / 'landmarks.rar')]
    assert any('clip_224x224_part_1.zip: 1 files' in line for line in said)
    again = unpack('dfew', [source], root, report=said.append)
    assert (again.written, again.present, again.replaced) == (0, 3, [])


def test_a_half_written_file_of_another_program_is_written_anew(tmp_path):
    archive = pack(tmp_path / 'annotation.zip', {'annotation.xlsx': b'whole'})
    target = tmp_path / 'DFEW/Annotation/annotation.xlsx'
    target.parent.mkdir(parents=True)
    target.write_bytes(b'who')
    done = unpack('dfew', [archive], tmp_path / 'DFEW', report=len)
    assert done.replaced == [str(target)] and target.read_bytes() == b'whole'


def test_a_file_of_the_right_size_and_other_content_is_written_anew(tmp_path):
    archive = pack(tmp_path / 'annotation.zip', {'annotation.xlsx': b'whole'})
    target = tmp_path / 'DFEW/Annotation/annotation.xlsx'
    target.parent.mkdir(parents=True)
    target.write_bytes(bytes(5))
    done = unpack('dfew', [archive], tmp_path / 'DFEW', report=len)
    assert done.replaced == [str(target)] and target.read_bytes() == b'whole'


def test_two_processes_do_not_unpack_into_one_root(tmp_path):
    archive = pack(tmp_path / 'annotation.zip', {'annotation.xlsx': b'whole'})
    root = tmp_path / 'DFEW'
    root.mkdir()
    with open(root / '.prepare.lock', 'w') as other:
        assert lock_file(other.fileno(), wait=False)
        with pytest.raises(BusyError, match='DFEW is in use by process'):
            unpack('dfew', [archive], root, report=len)
    assert [path.name for path in root.iterdir()] == ['.prepare.lock']


def entries(num_clips=40):
    return {
        f'{c:05d}/{c:05d}_{i:05d}.jpg': os.urandom(3000)
        for c in range(1, num_clips + 1)
        for i in range(1, 4)
    }


def test_killed_half_way_it_goes_on_and_leaves_no_half_file(tmp_path):
    wanted = entries()
    source = pack(tmp_path / 'clip_224x224_part_1.zip', wanted)
    root = tmp_path / 'DFEW'

    def work():
        copy, seen = shutil.copyfileobj, []

        def copy_or_die(source, target, length):
            seen.append(1)
            if len(seen) == 50:
                target.write(source.read(1000))
                target.flush()
                os.kill(os.getpid(), signal.SIGKILL)
            copy(source, target, length)

        shutil.copyfileobj = copy_or_die
        unpack('dfew', [source], root, report=len)

    process = multiprocessing.get_context('fork').Process(target=work)
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    left = tree(root)
    assert sum(name.endswith('.part') for name in left) == 1
    assert sum(name.endswith('.jpg') for name in left) == 49
    done = unpack('dfew', [source], root, report=len)
    assert (done.present, done.written) == (49, len(wanted) - 49)
    assert tree(root) == {f'Clip/clip_224x224/{k}': v for k, v in wanted.items()}


def test_an_error_while_writing_leaves_no_half_file(tmp_path):
    data = bytearray(packed({'00001/1.jpg': b'first', '00002/1.jpg': os.urandom(5000)}))
    data[data.index(b'00002/1.jpg') + 3000] ^= 0xFF
    source = tmp_path / 'clip_224x224_part_1.zip'
    source.write_bytes(data)
    with pytest.raises(ArchiveError, match="entry '00002/1.jpg'"):
        unpack('dfew', [source], tmp_path / 'DFEW', report=len)
    assert tree(tmp_path / 'DFEW') == {'Clip/clip_224x224/00001/1.jpg': b'first'}


def test_a_full_disk_is_told_as_such(tmp_path, monkeypatch):
    source = pack(tmp_path / 'clip_224x224_part_1.zip', {'00001/1.jpg': b'first'})

    def full(*_):
        raise OSError(28, 'No space left on device')

    monkeypatch.setattr(shutil, 'copyfileobj', full)
    with pytest.raises(OSError, match='No space left'):
        unpack('dfew', [source], tmp_path / 'DFEW', report=len)
    monkeypatch.setattr(
        shutil, 'disk_usage', lambda path: shutil._ntuple_diskusage(9, 9, 3)
    )
    with pytest.raises(ArchiveError, match='needs 0.0 GB'):
        unpack('dfew', [source], tmp_path / 'DFEW2', report=len)


def test_two_entries_for_one_place_are_refused(tmp_path):
    source = pack(
        tmp_path / 'clip_224x224_part_1.zip',
        {'a/00001/1.jpg': b'1', 'b/00001/1.jpg': b'2'},
    )
    with pytest.raises(ArchiveError, match='so does .a/00001/1.jpg. there; refused'):
        unpack('dfew', [source], tmp_path / 'DFEW', report=len)
    assert not (tmp_path / 'DFEW/Clip').exists()


@pytest.mark.parametrize(
    ('first', 'second'),
    [
        ('00001/a.jpg', '00001/A.JPG'),
        ('00001/\u00e9.jpg', '00001/e\u0301.jpg'),
        ('00001', '00001/1.jpg'),
        ('00001/1.jpg', '00001'),
        ('00001/1.jpg/x/y', '00001/1.JPG'),
    ],
)
def test_entries_that_some_disk_cannot_keep_apart_are_refused(tmp_path, first, second):
    source = pack(tmp_path / 'clip_224x224_part_1.zip', {first: b'1', second: b'2'})
    with pytest.raises(ArchiveError, match='refused'):
        unpack('dfew', [source], tmp_path / 'DFEW', report=len)
    assert not (tmp_path / 'DFEW/Clip').exists()


def test_an_entry_that_is_shorter_than_it_says_is_not_kept(tmp_path):
    data = bytearray(packed({'00001/1.jpg': b'first'}))
    for mark, offset in ((b'PK\x03\x04', 22), (b'PK\x01\x02', 24)):
        data[data.index(mark) + offset] = 200
    source = tmp_path / 'clip_224x224_part_1.zip'
    source.write_bytes(data)
    with pytest.raises(ArchiveError, match='says that it has 200 bytes, and has 5'):
        unpack('dfew', [source], tmp_path / 'DFEW', report=len)
    assert tree(tmp_path / 'DFEW') == {}


def test_limits_are_options(tmp_path, capsys):
    source = pack(tmp_path / 'clip_224x224_part_1.zip', {'00001/1.jpg': bytes(4 << 20)})
    words = [*PREPARE, 'dfew', str(source), str(tmp_path / 'DFEW')]
    assert main(words) == 1
    said = capsys.readouterr().err
    assert "entry '00001/1.jpg'" in said and '--max-ratio' in said
    main([*words, '--max-ratio', '2000'])
    assert '1 files written' in capsys.readouterr().out


def test_nothing_climbs_out(tmp_path):
    source = pack(
        tmp_path / 'in/clip_224x224_part_1.zip',
        {'00001/1.jpg': b'1', '00001/../../../../evil': b'2'},
    )
    before = tree(tmp_path)
    with pytest.raises(ArchiveError, match='entry .00001/../../../../evil.: leads out'):
        unpack('dfew', [source], tmp_path / 'DFEW', report=len)
    assert tree(tmp_path) == before


def test_no_archive_and_no_such_data_set(tmp_path):
    with pytest.raises(FileNotFoundError, match=str(tmp_path)):
        unpack('dfew', [tmp_path], tmp_path)
    # One that is there does not make up for one that is not.
    pack(tmp_path / 'annotation.zip', {'annotation.xlsx': b'x'})
    with pytest.raises(FileNotFoundError, match='part_2.zip'):
        unpack('dfew', [tmp_path, tmp_path / 'part_2.zip'], tmp_path / 'DFEW')
    with pytest.raises(ValueError, match="'cremad', 'dfew'.*'mafw'.*'affwild'"):
        unpack('affwild', [tmp_path], tmp_path)


def test_the_command_ends_with_the_check(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv('COLUMNS', '160')
    source, root = tmp_path / 'in', tmp_path / 'DFEW'
    pack(source / 'clip_224x224_part_1.zip', {'00001/00001_00001.jpg': b'1'})
    pack(
        source / 'train(single-labeled).zip', {'set_1.csv': b'video_name,label\n1,7\n'}
    )
    assert main([*PREPARE, 'dfew', str(source), str(root)]) == 1
    said = capsys.readouterr().out
    assert '2 files written' in said and 'list-missing' in said
    assert 'clips-unreadable' in said  # that frame is no picture
    pack(source / 'test(single-labeled).zip', {'../set_1.csv': b''})
    assert main([*PREPARE, 'dfew', str(source), str(root)]) == 1
    assert "entry '../set_1.csv': leads out" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main([*PREPARE, 'dfew', str(source), str(root), '--password', 'x'])


def test_an_unusable_password_file_is_a_message_and_no_traceback(tmp_path, capsys):
    data = bytearray(packed({'annotation.xlsx': b'x'}))
    for mark, offset in ((b'PK\x03\x04', 6), (b'PK\x01\x02', 8)):
        data[data.index(mark) + offset] |= 1  # says that it is encrypted
    (tmp_path / 'annotation.zip').write_bytes(data)
    (tmp_path / 'empty').write_bytes(b'')
    args = [*PREPARE, 'dfew', str(tmp_path / 'annotation.zip'), str(tmp_path / 'DFEW')]
    for name, words, code in (
        ('empty', 'should be the password', 1),
        ('no', 'No such file', 2),
    ):
        assert main([*args, '--password-file', str(tmp_path / name)]) == code
        assert words in capsys.readouterr().err


def test_no_archive_is_a_wrong_argument(tmp_path, capsys):
    (tmp_path / 'empty').mkdir()
    for source in ('absent', 'empty'):
        words = [
            'data',
            'prepare',
            'dfew',
            str(tmp_path / source),
            str(tmp_path / 'to'),
        ]
        assert main(words) == 2
        assert source in capsys.readouterr().err
    assert not (tmp_path / 'to').exists()


@pytest.mark.parametrize(
    ('dataset', 'names', 'entry', 'place'),
    [
        (
            *('ravdess', 'Video_Speech_Actor_01', 'Actor_01/01-01-01-01-01-01-01.mp4'),
            'videos/Actor_01/01-01-01-01-01-01-01.mp4',
        ),
        (
            *('ravdess', 'zenodo>Video_Song_Actor_02', 'Actor_02/x.mp4'),
            'videos/Actor_02/x.mp4',
        ),
        (
            *('ravdess', 'Audio_Speech_Actors_01-24', 'Actor_03/03-01.wav'),
            'audio/Actor_03/03-01.wav',
        ),
        (
            *('cremad', 'CREMA-D-master', 'CREMA-D-master/VideoDemographics.csv'),
            './VideoDemographics.csv',
        ),
        (
            *('cremad', 'CREMA-D-master', 'CREMA-D-master/VideoFlash/'),
            None,
        ),
        (
            *('cremad', 'VideoFlash', '1001_DFA_ANG_XX.flv'),
            'VideoFlash/1001_DFA_ANG_XX.flv',
        ),
        (
            *('cremad', 'archive', 'AudioWAV/1040_ITH_SAD_X.wav'),
            'AudioWAV/1040_ITH_SAD_X.wav',
        ),
        (
            *('cremad', 'CREMA-D', 'CREMA-D/processedResults/tabulatedVotes.csv'),
            'processedResults/tabulatedVotes.csv',
        ),
        (
            'enterface05',
            'project2_database',
            'enterface database/subject 1/anger/sentence 1/s1_an_1.avi',
            'videos/subject 1/anger/sentence 1/s1_an_1.avi',
        ),
    ],
)
def test_archives_of_the_data_of_actors(dataset, names, entry, place):
    rules = load_rules(dataset)
    assert find_place(rules, tuple(names.split('>')), tuple(entry.split('/'))) == place


@pytest.mark.parametrize('dataset', ['cremad', 'ravdess', 'enterface05'])
def test_rules_are_there_for_what_can_be_prepared(dataset):
    assert {rule['place'] for rule in load_rules(dataset)}


def test_videos_that_lie_there_need_no_archive(make_acted, tmp_path, capsys):
    root = tmp_path / 'CREMA-D'
    assert main([*PREPARE, 'cremad', str(tmp_path), str(root)]) == 2
    assert 'There is no zip file' in capsys.readouterr().err
    make_acted(CREMADDataset, root, 'videos', clips=['1001_DFA_ANG_XX'])
    code = main([*PREPARE, 'cremad', str(root), str(root)])
    said = capsys.readouterr().out
    assert code == 1 and '0 files written' in said and '1 of 82' in said


def test_faces_are_made_of_the_recordings_alone(make_acted, tmp_path, monkeypatch):
    """Songs are left out and counted; what is made is found under its name."""
    from tgdfer_mm.datasets.tools.prepare import videos

    clips = ['01-01-01-01-01-01-01', '01-01-05-01-01-01-02']
    data = make_acted(RAVDESSDataset, tmp_path, 'videos', clips=clips)
    song = data.media_dir / 'Actor_01/01-02-05-01-01-01-01.mp4'
    os.link(data.media_dir / data.media_name(clips[0]), song)
    make = videos.make_face_clips
    settings = ClipSettings(faces='none')
    monkeypatch.setattr(
        videos, 'make_face_clips', lambda *a, **k: make(*a, settings, **k)
    )
    report = videos.extract_own_faces(RAVDESSDataset, tmp_path, 'faces', workers=0)
    assert [each['source'] for each in report['inputs']] == [
        f'Actor_{clip[-2:]}/{clip}.mp4' for clip in clips
    ]
    assert report['left_out'] == ['Actor_01/01-02-05-01-01-01-01.mp4']
    found = RAVDESSDataset(str(tmp_path), 'test')
    assert [clip for clip in clips if found.media_name(clip) in found.clips.index] == (
        clips
    )
    assert found.metainfo['pixel_version'] == report['pixel_version']
