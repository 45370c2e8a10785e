"""`tgdfer data check own`: what is to be known of a user's clips before training."""

import json
import shutil

import pytest

from tgdfer_cli.main import main
from tgdfer_mm.datasets.tools.check.own import check_own

from ..conftest import write_frames, write_video


@pytest.fixture
def root(tmp_path):
    folder = tmp_path / 'mine'
    for label, step in (('sad', 3), ('happy', 5)):
        for i in range(3):
            names = [f'{n}.jpg' for n in range(4 + i)]
            write_frames(folder / label / str(i), names, step + 10 * i)
    write_video(folder / 'sad/v.mp4', 6)
    return folder


def test_clean_clips_need_no_mending(root):
    report = check_own(root)
    assert report['ok'] and report['folds'] == 3 and report['kind'] == 'single'
    happy, sad = report['classes']
    assert (happy['class'], happy['clips'], happy['shortest'], happy['longest']) == (
        'happy',
        3,
        4,
        6,
    )
    assert sad['clips'] == 4 and sad['median'] == 5.5
    assert sum(sad['places'].values()) == 4
    assert report['sizes'] == [dict(width=32, height=32, clips=7)]


def test_all_that_is_wrong_is_found(root):
    shutil.copytree(root / 'sad/0', root / 'happy/copy')
    (root / 'sad/damaged.mp4').write_bytes(b'no video')
    (root / 'sad/empty.mp4').touch()
    report = check_own(root)
    assert not report['ok']
    assert report['copies'] == [['happy/copy', 'sad/0']]
    assert list(report['unreadable']) == ['sad/damaged.mp4']
    said = '\n'.join(report['problems'])
    assert "are the same clip, in the classes ['happy', 'sad']" in said
    assert '(0 bytes) (sad 1): sad/empty.mp4.' in said


def test_people_on_both_sides_of_a_stated_split_are_named(root):
    (root / 'clips.csv').write_text(
        'path,label,person,split\nsad/0,sad,Ann,train\nhappy/0,happy,Bob,train\n'
        'sad/1,sad,ann,test\nhappy/1,happy,Cy,test\n'
    )
    report = check_own(root)
    assert report['people_on_both_sides'] == ['Ann'] and not report['ok']
    assert report['folds'] is None
    assert report['classes'][0]['places'] == dict(train=1, val=0, test=1)


def test_the_command_prints_it_and_its_code_says_whether_all_is_well(
    root, tmp_path, capsys
):
    assert main(['data', 'check', 'own', str(root)]) == 0
    assert 'nothing to correct' in capsys.readouterr().out
    (root / 'sad/damaged.mp4').write_bytes(b'no video')
    file = tmp_path / 'report.json'
    assert main(['data', 'check', 'own', str(root), '--json', str(file)]) == 1
    assert 'problem: sad/damaged.mp4 cannot be read' in capsys.readouterr().out
    assert json.loads(file.read_text())['ok'] is False
    assert main(['data', 'check', 'own', str(tmp_path / 'none')]) == 2
    assert 'no such folder or list of clips' in capsys.readouterr().err


@pytest.mark.parametrize(
    'option',
    [
        ['--media', 'videos'],
        ['--pixel-version', 'x'],
        ['--media-dir', 'x'],
        ['--counts', 'none'],
        ['--split-file', 'x'],
        ['--label-base', '0'],
        ['--list-order', 'own'],
    ],
)
def test_options_of_the_benchmarks_are_refused(root, option, capsys):
    assert main(['data', 'check', 'own', str(root), *option]) == 2
    assert f'{option[0]} is for copies of the benchmarks' in capsys.readouterr().err
