"""tgdfer infer and inputs of every kind: one that cannot be read never ends a batch."""

import io
import json
import os

import numpy as np
import pytest

from lab.video_writing import write_video
from tgdfer_cli.main import parse
from tgdfer_mm.apis import DFERInferencer, command
from tgdfer_mm.terminal import Terminal


@pytest.fixture(scope='module')
def inferencer(demo):
    return DFERInferencer(demo, faces='none', show_progress=False)


@pytest.fixture
def call(inferencer, monkeypatch, tmp_path):
    monkeypatch.setattr(command, '_inferencer', lambda args: inferencer)
    monkeypatch.chdir(tmp_path)

    def run(*words, pictures=False):
        words = [*words, '--out', 'out', *([] if pictures else ['--no-pictures'])]
        text = io.StringIO()
        code = command.run(parse('infer', words), Terminal(file=text, width=200))
        return code, text.getvalue()

    return run


def pipe(path):
    os.mkfifo(path)


def endless(path):
    path.symlink_to(path)


def folder_of_videos(path):
    path.mkdir()
    (path / 'a.mp4').write_bytes(b'?')


INPUTS = {
    'pipe.mp4': (pipe, 'is a pipe or device'),
    'endless.mp4': (endless, 'cannot be opened'),
    'videos': (folder_of_videos, 'Give the videos themselves'),
    'folder': (lambda path: path.mkdir(), 'has neither a picture'),
    'empty.mp4': (lambda path: path.touch(), 'is empty'),
    'list.mp4': (lambda path: path.write_text('#EXTM3U\n'), 'is a play list'),
    'https://a.b/c.mp4': (lambda path: None, 'not read from the network'),
    'absent.mp4': (lambda path: None, 'there is no such file'),
}


@pytest.mark.parametrize('name', INPUTS)
def test_what_cannot_be_read_is_3_and_the_next_one_is_read(
    name, call, tiny_video, tmp_path
):
    make, said = INPUTS[name]
    make(tmp_path / name)
    code, text = call(name, str(tiny_video()))
    assert code == 3
    assert said in text and 'Traceback' not in text
    assert json.loads((tmp_path / 'out/tiny/result.json').read_text())['complete']


@pytest.mark.parametrize(
    ('words', 'said'),
    [
        (['--camera', '-1'], 'numbered from 0'),
        (['--camera', '99999999999999'], 'numbered from 0'),
        (['--camera', '0', 'x.mp4'], 'not both'),
    ],
)
def test_a_camera_that_cannot_be_is_2(words, said, call):
    code, text = call(*words)
    assert code == 2 and said in text


@pytest.mark.parametrize('number', ['1.5', 'front', ''])
def test_a_camera_is_a_whole_number(number, call):
    with pytest.raises(SystemExit) as stopped:
        call('--camera', number)
    assert stopped.value.code == 2


def test_a_name_with_a_colon_is_read_and_drawn(call, tiny_video, tmp_path):
    os.rename(tiny_video(), tmp_path / '10:30.mp4')
    code, text = call('10:30.mp4', pictures=True)
    assert code == 0, text
    assert (tmp_path / 'out/10:30/annotated.mp4').is_file()


def test_a_size_that_changes_is_said_and_drawn_in_one_size(call, tmp_path):
    data = b''
    for width, height in ((96, 64), (64, 96)):
        path = tmp_path / f'{width}.mpegts'
        write_video(path, [np.full((height, width, 3), 90, np.uint8)] * 6, 10)
        data += path.read_bytes()
    (tmp_path / 'both.ts').write_bytes(data)
    code, text = call('both.ts', pictures=True)
    assert code == 0 and 'the size or shape of the pictures changes' in text
    result = json.loads((tmp_path / 'out/both/result.json').read_text())
    assert result['source']['frames'] == 12
    boxes = np.array(result['tracks'][0]['frames']['box'])
    assert (boxes == [0, 0, 96, 64]).all()
