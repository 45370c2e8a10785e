"""A newer result is never mixed with an older one, or with files of somebody else."""

import io
import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from tgdfer_cli.main import parse
from tgdfer_mm.apis import DFERInferencer, command, output_folder
from tgdfer_mm.apis.output_folder import OutputFolder, output_folders, result_files
from tgdfer_mm.apis.writing import write_result
from tgdfer_mm.terminal import Terminal
from tgdfer_mm.video.analysis import Prediction
from tgdfer_mm.video.errors import OutputError, UsageError
from tgdfer_mm.video.faces import build_detector
from tgdfer_mm.visualization import video as visualization
from tgdfer_mm.visualization.video import write_all

TWO = [(2, 2, 20, 20), (40, 2, 60, 20)]


@pytest.fixture(scope='module')
def inferencer(demo):
    """Finds faces at once and all happy: what matters here are the files."""
    inferencer = DFERInferencer(demo, faces='none', show_progress=False, min_track=0)
    happy = np.eye(len(inferencer.classes))[0]

    def predict(windows):
        return [
            Prediction(happy, np.tile(happy, (len(crops), 1)), None)
            for crops in windows
        ]

    inferencer.runtime = SimpleNamespace(
        predict=predict, about=inferencer.about, settings=inferencer.settings
    )
    return inferencer


@pytest.fixture
def call(inferencer, monkeypatch, tmp_path):
    """Runs the command with so many faces; gives code, output and folder."""
    monkeypatch.setattr(command, '_inferencer', lambda args: inferencer)
    monkeypatch.setattr(visualization, 'write_all', write_empty)

    def run(*inputs, faces=2, out='out', pictures=True):
        found = build_detector(lambda picture: TWO[:faces])
        monkeypatch.setattr(inferencer, 'detector', found)
        given = [*map(str, inputs), '--out', str(tmp_path / out)]
        given += [] if pictures else ['--no-pictures']
        text = io.StringIO()
        code = command.run(parse('infer', given), Terminal(file=text, width=500))
        return code, text.getvalue()

    run.out = tmp_path / 'out'
    return run


def write_empty(result, path, folder):
    """Stands in for the pictures, which take a second a track."""
    files = [Path(folder, name) for name in result_files(result)[2:]]
    for file in files:
        file.touch()
    return files


def listed(folder):
    return sorted(p.name for p in folder.iterdir())


DATA = ['frames.csv', 'result.json']
ONE = ['annotated.mp4', *DATA, 'track1.html', 'track1.png']


def test_files_of_a_track_that_is_no_longer_there_go_and_others_stay(call, tiny_video):
    path = tiny_video()
    assert call(path)[0] == 0
    folder = call.out / 'tiny'
    assert listed(folder) == sorted([*ONE, 'track2.html', 'track2.png'])
    (folder / 'notes.txt').write_text('mine')
    (folder / 'track7.jpg').write_text('mine')
    assert call(path, faces=1)[0] == 0
    assert listed(folder) == sorted([*ONE, 'notes.txt', 'track7.jpg'])
    assert call(path, faces=1, pictures=False)[0] == 0
    assert listed(folder) == sorted([*DATA, 'notes.txt', 'track7.jpg'])
    assert (folder / 'notes.txt').read_text() == 'mine'


@pytest.mark.parametrize('letter', ['n', '\u00e9', '\U0001f600'])
def test_a_name_almost_as_long_as_names_can_be_is_written(call, tiny_video, letter):
    name = letter * (220 // len(letter.encode())) + '.mp4'
    code, text = call(tiny_video(name), faces=1)
    assert code == 0, text
    [folder] = [each for each in call.out.iterdir() if each.is_dir()]
    assert listed(folder) == ONE


def test_a_name_longer_than_names_can_be_leaves_the_others_their_turn(call, tiny_video):
    code, text = call('n' * 300 + '.mp4', tiny_video())
    assert code == 3 and 'nnn.mp4: ' in text
    assert (call.out / 'tiny' / 'result.json').is_file()


def test_a_result_without_a_list_is_taken_over_from_what_it_says(call, tiny_video):
    path = tiny_video()
    call(path)
    (call.out / '.tiny.files.json').unlink()  # as an earlier version left it
    assert call(path, faces=1)[0] == 0
    assert listed(call.out / 'tiny') == ONE


@pytest.mark.parametrize('keep_list', [True, False])
def test_another_input_of_the_same_name_is_refused_before_it_is_read(
    call, tiny_video, keep_list
):
    first, second = tiny_video(), tiny_video('tiny.mkv')
    assert call(first, pictures=False)[0] == 0
    if not keep_list:
        (call.out / '.tiny.files.json').unlink()
    before = (call.out / 'tiny' / 'result.json').read_bytes()
    code, text = call(second, pictures=False)
    assert code == 2 and 'tiny.mp4' in text and 'tiny.mkv' in text
    assert (call.out / 'tiny' / 'result.json').read_bytes() == before
    assert call(second, out='other', pictures=False)[0] == 0


def test_a_video_of_the_same_name_in_another_folder_is_another(call, tiny_video):
    first = tiny_video()
    (first.parent / 'b').mkdir()
    second = tiny_video('b/tiny.mp4')
    assert call(first, pictures=False)[0] == 0
    assert call(second, pictures=False)[0] == 2
    assert call(first, pictures=False)[0] == 0  # the same one, once more


@pytest.mark.parametrize(
    'name', ['result.json', 'frames.csv', 'annotated.mp4', 'track3.png']
)
def test_a_file_that_we_did_not_write_is_not_overwritten(call, tiny_video, name):
    (call.out / 'tiny').mkdir(parents=True)
    (call.out / 'tiny' / name).write_text('mine')
    code, text = call(tiny_video())
    assert code == 2 and name in text and 'was not written by this program' in text
    assert listed(call.out / 'tiny') == [name]
    assert (call.out / 'tiny' / name).read_text() == 'mine'


def test_an_annotated_video_is_not_written_over_itself(call, tiny_video):
    (call.out / 'annotated').mkdir(parents=True)
    path = tiny_video()
    path = path.rename(call.out / 'annotated' / 'annotated.mp4')
    content = path.read_bytes()
    assert call(path)[0] == 2
    assert path.read_bytes() == content


def test_a_folder_of_pictures_gets_no_pictures_of_ours(call, tmp_path):
    (call.out / 'faces').mkdir(parents=True)
    code, text = call(call.out / 'faces')
    assert code == 2 and 'is the input itself' in text
    assert listed(call.out / 'faces') == []


@pytest.mark.parametrize('pair', [('a/x.mp4', 'b/x.mp4'), ('x.mp4', 'x.avi')])
def test_two_inputs_for_one_folder_are_refused(pair, tmp_path):
    with pytest.raises(UsageError, match='would both be written to'):
        output_folders(str(tmp_path), pair)
    with pytest.raises(UsageError, match='would both be written to'):
        output_folders(str(tmp_path), [pair[0], pair[1].replace('x.', 'X.')])
    assert listed(tmp_path) == []


def test_folders_are_named_after_what_was_given(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / 'clip.v1').mkdir()
    (tmp_path / 'clip.v2').mkdir()
    (tmp_path / '8f3a').touch()
    (tmp_path / 'a.mp4').symlink_to(tmp_path / '8f3a')
    (tmp_path / 'b.mp4').symlink_to(tmp_path / '8f3a')
    inputs = ['clip.v1', 'clip.v2', 'a.mp4', './b.mp4', 'clip.v1/..', 3, '..mp4', '/']
    names = [f.path.name for f in output_folders('out', inputs)]
    home = tmp_path.name
    assert names == [
        *('clip.v1', 'clip.v2', 'a', 'b', home, 'camera3', 'input..mp4', 'input')
    ]


def test_a_second_process_may_not_write_there_meanwhile(tmp_path):
    folder = OutputFolder(tmp_path / 'x', 'x.mp4')
    folder.prepare()
    with folder.locked():
        with pytest.raises(UsageError, match='another process is writing there'):
            with OutputFolder(tmp_path / 'x', 'x.mp4').locked():
                pytest.fail('two at once')
    with OutputFolder(tmp_path / 'x', 'x.mp4').locked():
        pass
    (tmp_path / 'x').rmdir()
    with pytest.raises(OutputError), folder.locked():
        pytest.fail('there is no folder')


def test_a_damaged_list_is_no_list(tmp_path):
    folder = OutputFolder(tmp_path / 'x', 'x.mp4')
    folder.prepare()
    names = ['result.json', '../../evil', 'notes.txt', 3]
    outside = tmp_path / 'evil'
    outside.touch()
    (tmp_path / 'x' / 'notes.txt').touch()
    for text in (
        '{',
        '[]',
        '[' * 100_000,
        '{"input": 3}',
        json.dumps(dict(input='x.mp4', files=names)),
    ):
        (tmp_path / '.x.files.json').write_text(text)
        folder.prepare()
        folder.remove_earlier(['result.json'])
    assert outside.exists() and listed(tmp_path / 'x') == ['notes.txt']


def test_the_names_are_those_that_are_written(inferencer, tiny_video, tmp_path):
    path = tiny_video(frames=2)
    inferencer.detector = build_detector(lambda picture: TWO[:1])
    [real] = inferencer(str(path))['predictions']
    files = [*write_result(real, tmp_path), *write_all(real, path, tmp_path)]
    assert [file.name for file in files] == result_files(real)
    assert output_folder.ANNOTATED_NAME == visualization.ANNOTATED_NAME
    result = dict(tracks=[dict(id=1), dict(id=12)])
    assert result_files(result, pictures=False) == ['result.json', 'frames.csv']
    assert result_files(result)[2:] == [
        *('annotated.mp4', 'track1.png', 'track1.html', 'track12.png', 'track12.html')
    ]


def test_what_nobody_thought_of_costs_one_input(
    call, tiny_video, inferencer, monkeypatch
):
    first, second = tiny_video('a.mp4'), tiny_video('b.mp4')
    iterate = inferencer.iterate

    def fails_once(inputs, *args):
        if inputs[0].endswith('a.mp4'):
            raise AssertionError('of a library')
        return iterate(inputs, *args)

    monkeypatch.setattr(inferencer, 'iterate', fails_once)
    code, text = call(first, second, pictures=False)
    assert code == 1 and 'a.mp4: a fault of this package (AssertionError: of a' in text
    assert listed(call.out / 'b') == DATA


def test_half_a_file_of_a_killed_run_goes(call, tiny_video):
    path = tiny_video()
    assert call(path)[0] == 0
    folder = call.out / 'tiny'
    (folder / '.annotated.mp4.4711.tmp').touch()
    (folder / '.mine.tmp').touch()
    assert call(path, faces=1)[0] == 0
    assert listed(folder) == ['.mine.tmp', *ONE]
