"""A user's folders of clips: by class, by person, by split, and everything else."""

import os

import pytest

from tgdfer_mm.datasets.own_reading import read_own
from tgdfer_mm.datasets.own_tree import read_tree
from tgdfer_mm.datasets.text_files import DataError


@pytest.fixture
def tree(tmp_path):
    """Makes files; those named like a folder of pictures get three of them."""

    def make(*names):
        for name in names:
            path = tmp_path / name
            if path.suffix:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(b'something')
            else:
                path.mkdir(parents=True)
                for i in range(3):
                    (path / f'{i}.jpg').write_bytes(b'jpg')
        return tmp_path

    return make


def found(data):
    return {c.name: (c.main_class, c.person, c.split, c.video) for c in data.clips}


def test_videos_and_folders_of_frames_may_be_mixed(tree):
    names = ['happy/a.mp4', 'happy/b 1', 'traurig, sehr/größe.MOV', 'sad/c']
    root = tree(*names, 'sad/d.vob')
    assert found(read_tree(root)) == {
        'happy/a.mp4': ('happy', None, None, True),
        'happy/b 1': ('happy', None, None, False),
        'traurig, sehr/größe.MOV': ('traurig, sehr', None, None, True),
        'sad/c': ('sad', None, None, False),
        'sad/d.vob': ('sad', None, None, True),
    }


def test_folders_between_class_and_clip_are_people(tree):
    root = tree('happy/ann/a.mp4', 'happy/bob/x/a', 'sad/ann/b', 'sad/c.mp4')
    data = read_tree(root)
    people = {clip.name: clip.person for clip in data.clips}
    assert people == {
        'happy/ann/a.mp4': 'ann',
        'happy/bob/x/a': 'bob',
        'sad/ann/b': 'ann',
        'sad/c.mp4': None,
    }
    assert 'are read as 2 people (ann, bob)' in ' '.join(data.remarks)


def test_folders_named_train_and_test_are_the_split(tree):
    root = tree('Train/happy/a.mp4', 'Train/sad/b.mp4', 'test/happy/c.mp4')
    data = read_tree(root)
    assert {c.name: (c.main_class, c.split) for c in data.clips} == {
        'Train/happy/a.mp4': ('happy', 'train'),
        'Train/sad/b.mp4': ('sad', 'train'),
        'test/happy/c.mp4': ('happy', 'test'),
    }
    assert data.fixed and 'read as the split' in ' '.join(data.remarks)


def test_a_class_may_be_called_train(tree):
    data = read_tree(tree('train/a.mp4', 'bus/b.mp4'))
    assert not data.fixed and {c.main_class for c in data.clips} == {'train', 'bus'}


def test_what_cannot_be_used_is_counted_by_class(tree):
    root = tree('happy/a.mp4', 'happy/b', 'happy/b.mp4', 'sad/c.mp4', 'loose.mp4')
    (root / 'sad/empty.mp4').touch()
    (root / 'sad/nothing').mkdir()
    (root / 'sad/thumb.jpg').write_bytes(b'jpg')
    (root / 'neutral').mkdir()
    data = read_tree(root)
    assert sorted(found(data)) == ['happy/a.mp4', 'happy/b', 'sad/c.mp4']
    said = ' '.join(data.losses())
    for words in (
        'a folder of frames has the same name (happy 1): happy/b.mp4.',
        '(0 bytes) (sad 1): sad/empty.mp4.',
        'neither pictures nor a video (sad 1): sad/nothing.',
        'in a folder of their own (sad 1): sad/thumb.jpg.',
        'in the folder of its class ((no class) 1): loose.mp4.',
    ):
        assert words in said
    assert "there is no class 'neutral'" in ' '.join(data.remarks)


def test_hidden_files_and_links_that_lead_up_are_passed_over(tree):
    root = tree('happy/a.mp4', 'sad/b.mp4', 'sad/._b.mp4', '.cache/x/y.mp4')
    os.symlink(root, root / 'sad/up', target_is_directory=True)
    assert sorted(found(read_tree(root))) == ['happy/a.mp4', 'sad/b.mp4']


def test_no_folder_is_too_deep(tree):
    deep = '/'.join(['sad', *'abcdefghijklmnopqrstuvwxyz', 'clip.mp4'])
    assert deep in found(read_tree(tree('happy/a.mp4', deep)))


def test_folders_that_differ_in_case_are_one_class(tree):
    data = read_own(tree('Happy/a.mp4', 'happy/b.mp4', 'happy/c.mp4', 'sad/d.mp4'))
    assert data.classes == ('happy', 'sad')
    assert "['happy', 'Happy']" in ' '.join(data.remarks)


@pytest.mark.parametrize('names', [(), ('readme.txt',), ('a.mp4',), ('x/y.txt',)])
def test_a_folder_without_clips_says_what_was_looked_for(tree, names):
    root = tree(*names)
    with pytest.raises(
        DataError, match=r'holds no clip. Expected are videos \(.*CLASS'
    ):
        read_tree(root)


def test_two_lists_are_a_doubt_and_another_file_is_none(tree):
    root = tree('happy/a.mp4', 'clips.csv', 'clips.xlsx')
    with pytest.raises(DataError, match=r"several lists of clips, \['clips.csv'"):
        read_own(root)
    with pytest.raises(DataError, match='neither a folder nor a list'):
        read_own(root / 'happy/a.mp4')
    with pytest.raises(FileNotFoundError, match='no such folder or list of clips'):
        read_own(root / 'none')


@pytest.mark.parametrize('name', ['train', 'happy'])
def test_one_folder_alone_says_where_its_classes_may_be(tree, name):
    root = tree(f'{name}/a/1.mp4', f'{name}/b/2.mp4')
    with pytest.raises(DataError, match=f'one folder only, .* give {root / name};'):
        read_own(root)


def test_folders_of_a_split_are_not_mixed_with_others(tree):
    root = tree('train/happy/a.mp4', 'test/sad/b.mp4', 'backup/c.mp4')
    with pytest.raises(DataError, match=r"\['test', 'train'\], next to .*'backup'"):
        read_own(root)


def test_a_clip_in_two_classes_by_a_link_is_refused(tree):
    root = tree('happy/a.mp4', 'sad/b.mp4')
    os.symlink(root / 'happy/a.mp4', root / 'sad/c.mp4')
    with pytest.raises(DataError, match=r'happy/a.mp4 and sad/c.mp4 are the same clip'):
        read_own(root)


def test_files_of_other_kinds_are_named(tree):
    root = tree('happy/a.mp4', 'happy/b.gif', 'sad/b.mp4')
    assert '1 files are neither videos nor pictures' in read_own(root).remarks[0]
    assert 'happy/b.gif' in read_own(root).remarks[0]


def test_a_name_that_is_no_text_is_left_out(tree):
    root = tree('happy/a.mp4', 'happy/x.mp4', 'sad/b.mp4')
    os.rename(root / 'happy/x.mp4', os.fsencode(root / 'happy') + b'/\xff.mp4')
    data = read_own(root)
    assert [clip.name for clip in data.clips] == ['happy/a.mp4', 'sad/b.mp4']
    assert '(happy 1): happy/\\udcff.mp4' in data.losses()[0]
