"""tgdfer infer: what it prints and writes, and the exit code of every ending."""

import errno
import io
import json
import os
import sys
from pathlib import Path

import numpy as np
import pytest

from lab.video_writing import write_video
from tgdfer_cli.main import main, parse
from tgdfer_mm.apis import DFERInferencer, command, runtime
from tgdfer_mm.terminal import Terminal
from tgdfer_mm.video.faces import build_detector


@pytest.fixture(scope='module')
def inferencer(demo):
    """With the demo model; the frames of these tests are crops."""
    return DFERInferencer(demo, faces='none', show_progress=False)


@pytest.fixture
def call(inferencer, monkeypatch, tmp_path):
    """Runs the command and gives its exit code, output and folder."""
    monkeypatch.setattr(command, '_inferencer', lambda args: inferencer)

    def run(*args, pictures=False):
        given = [str(a) for a in args] + ['--out', str(tmp_path / 'out')]
        given += [] if pictures else ['--no-pictures']
        text = io.StringIO()
        console = Terminal(file=text, width=200)
        code = command.run(parse('infer', given), console)
        return code, text.getvalue(), tmp_path / 'out'

    return run


def test_a_video_gives_a_table_and_files(call, tiny_video):
    code, text, out = call(tiny_video('my vidéo.mp4'))
    assert code == 0
    assert 'my vidéo.mp4  0.6 s' in text and 'only drawn faces' in text
    files = sorted(p.name for p in (out / 'my vidéo').iterdir())
    assert files == ['frames.csv', 'result.json']
    result = json.loads((out / 'my vidéo' / 'result.json').read_text('utf-8'))
    assert result['complete'] and len(result['tracks']) == 1


def test_the_pictures_come_with_it(call, tiny_video, monkeypatch):
    from tgdfer_mm.visualization import video

    drawn = []
    monkeypatch.setattr(
        *(video, 'write_all'), lambda *args: drawn.append(args) or [Path('p.png')]
    )
    code, text, out = call(tiny_video(), pictures=True)
    assert code == 0 and 'wrote p.png' in text
    [(result, path, folder)] = drawn
    assert result['complete']
    assert (Path(path).name, folder) == ('tiny.mp4', out / 'tiny')

    def full(*args):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(video, 'write_all', full)
    code, text, out = call(tiny_video('other.mp4'), pictures=True)
    assert code == 5 and 'No space left' in text
    assert (out / 'other' / 'result.json').is_file()


def test_ctrl_c_while_drawing_keeps_the_data(call, tiny_video, monkeypatch):
    from tgdfer_mm.visualization import video

    def stopped(*args):
        raise KeyboardInterrupt

    monkeypatch.setattr(video, 'write_all', stopped)
    code, text, out = call(tiny_video(), pictures=True)
    assert code == 130 and 'written so far are kept' in text
    assert json.loads((out / 'tiny' / 'result.json').read_text())['complete']


def test_no_face_is_no_error(call, tiny_video, inferencer, monkeypatch):
    monkeypatch.setattr(inferencer, 'detector', build_detector(lambda picture: []))
    code, text, out = call(tiny_video())
    assert code == 0 and 'no face found' in text
    assert json.loads((out / 'tiny' / 'result.json').read_text())['tracks'] == []


def test_an_unreadable_input_is_3_and_the_others_are_read(call, tiny_video, tmp_path):
    (tmp_path / 'empty.mp4').touch()
    code, text, out = call(tmp_path / 'empty.mp4', tiny_video())
    assert code == 3 and 'empty.mp4: the file is empty' in text
    assert (out / 'tiny' / 'result.json').is_file()
    assert list((out / 'empty').iterdir()) == []


def test_a_cut_off_input_is_4_and_its_first_half_is_kept(call, tmp_path):
    noise = np.random.default_rng(0).integers(0, 256, (30, 48, 64, 3), dtype=np.uint8)
    path = tmp_path / 'cut.mkv'
    write_video(path, noise, 10, codec='ffv1', pixels='bgr0')
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    code, text, out = call(path)
    assert code == 4 and 'NOT COMPLETE' in text and 'cut off' in text
    result = json.loads((out / 'cut' / 'result.json').read_text())
    assert not result['complete'] and len(result['tracks'][0]['frames']['index']) > 5


def test_a_folder_that_cannot_be_written_is_5_at_once(call, tiny_video, tmp_path):
    (tmp_path / 'out').touch()
    code, text, _ = call(tiny_video())
    assert code == 5 and 'cannot be written' in text


def test_a_full_disk_is_5(call, tiny_video, monkeypatch):
    def full(result, folder):
        raise command.OutputError(f'{folder}: No space left on device')

    monkeypatch.setattr(command, 'write_result', full)
    code, text, _ = call(tiny_video(), tiny_video('second.mp4'))
    assert code == 5
    assert 'second' not in text  # the next one would not fit either


def test_ctrl_c_is_130_and_keeps_the_rest(call, tiny_video, inferencer, monkeypatch):
    inside = build_detector('none')
    inside.left = 4

    class Stops(type(inside)):
        def __call__(self, frame):
            self.left -= 1
            if self.left < 0:
                raise KeyboardInterrupt
            return super().__call__(frame)

    inside.__class__ = Stops
    monkeypatch.setattr(inferencer, 'detector', inside)
    code, text, out = call(tiny_video(), tiny_video('second.mp4'))
    assert code == 130 and 'stopped with Ctrl-C' in text
    result = json.loads((out / 'tiny' / 'result.json').read_text())
    assert not result['complete']
    assert result['tracks'][0]['frames']['index'] == [0, 1, 2, 3]
    assert not (out / 'second' / 'result.json').exists()


@pytest.mark.parametrize(
    ('args', 'message'),
    [
        ([], 'give a video'),
        (['a/x.mp4', 'b/x.mp4'], 'a/x.mp4 would both be written|would both'),
        (['x.mp4', '--camera', '0'], 'not both'),
    ],
)
def test_arguments_that_cannot_work_are_2(call, args, message):
    code, text, _ = call(*args)
    assert code == 2
    assert any(part in text for part in message.split('|'))


@pytest.fixture
def loaded_once(demo, monkeypatch):
    """The command loads a model that is loaded already."""
    load = runtime.load_model
    monkeypatch.setattr(
        *(runtime, 'load_model'),
        lambda name, *a: demo if name == 'demo' else load(name),
    )


@pytest.mark.parametrize(
    ('args', 'message'),
    [
        (['--model', 'dmo'], 'Close to it: demo'),
        (['--settings', 'crop.sise=3'], "video.crop: ['sise']"),
        (['--settings', 'crop.margin=-2'], 'margin=-2'),
        (['--faces', 'yunet'], 'model_file'),
        (['--every', '0'], 'every=0'),
    ],
)
def test_so_are_settings(args, message, tmp_path, loaded_once, capsys):
    video = tmp_path / 'x.mp4'
    assert main(['infer', str(video), '--out', str(tmp_path / 'out'), *args]) == 2
    assert message in ' '.join(capsys.readouterr().out.split())


@pytest.mark.parametrize(
    ('package', 'wanted'),
    [
        ('dlib', '"tgdfer_mm[video]"'),
        ('scenedetect', '"tgdfer_mm[video]"'),
        ('av', 'av'),  # which pip brings, unless it is told not to
    ],
)
def test_a_missing_package_is_2_and_says_what_to_install(
    package, wanted, tiny_video, tmp_path, monkeypatch, loaded_once, capsys
):
    path = tiny_video()
    monkeypatch.setitem(sys.modules, package, None)
    assert main(['infer', str(path), '--out', str(tmp_path / 'out')]) == 2
    said = capsys.readouterr().out
    assert f'needs the package {package}: pip install {wanted} ' in said


def test_a_name_with_bytes_that_are_no_letters_is_read(call, tiny_video, tmp_path):
    path = tmp_path / os.fsdecode(b'b\xff\xe9.mp4')
    try:
        tiny_video().rename(path)
    except OSError:
        pytest.skip('the file system takes no such names')
    code, text, out = call(path)
    assert code == 0
    [file] = out.glob('*/result.json')
    source = json.loads(file.read_text('utf-8'))['source']
    assert source['path'].endswith(r'b\udcff\udce9.mp4')


def test_a_terminal_that_shows_few_letters_ends_nothing(
    inferencer, tiny_video, tmp_path, monkeypatch
):
    monkeypatch.setattr(command, '_inferencer', lambda args: inferencer)
    shown = io.TextIOWrapper(io.BytesIO(), encoding='ascii')
    monkeypatch.setattr(sys, 'stdout', shown)
    path, out = tiny_video('vidéo.mp4'), tmp_path / 'out'
    assert main(['infer', str(path), '--no-pictures', '--out', str(out)]) == 0
    shown.flush()
    assert b'vid' in shown.buffer.getvalue()
    assert (out / 'vidéo' / 'result.json').is_file()
