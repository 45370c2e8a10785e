"""tgdfer find: reads each video once, and whatever goes wrong is a line."""

import csv
import io
import json

import numpy as np
import pytest

from lab.video_writing import write_video
from tgdfer_cli.main import parse
from tgdfer_mm.apis import DFERInferencer
from tgdfer_mm.apis.search import command
from tgdfer_mm.apis.search.library import VideoLibrary
from tgdfer_mm.locks import BusyError
from tgdfer_mm.terminal import Terminal


@pytest.fixture(scope='module')
def inferencer(demo):
    """With the demo model; the frames of these tests are crops."""
    return DFERInferencer(demo, faces='none', show_progress=False)


@pytest.fixture
def read(monkeypatch):
    """Names of the videos that were read."""
    names, plain = [], VideoLibrary._read

    def spy(self, path, progress):
        names.append(path.name)
        return plain(self, path, progress)

    monkeypatch.setattr(VideoLibrary, '_read', spy)
    return names


@pytest.fixture
def call(inferencer, monkeypatch, tmp_path):
    """Runs the command on the test's folder: exit code and output."""
    monkeypatch.setattr(command, 'make_inferencer', lambda args, **kwargs: inferencer)

    def run(*args):
        text = io.StringIO()
        console = Terminal(file=text, width=200)
        code = command.run(parse('find', [str(tmp_path), *args]), console)
        return code, text.getvalue()

    return run


def test_a_second_call_reads_nothing_and_a_changed_video_anew(call, tiny_video, read):
    tiny_video('1.mp4'), tiny_video('2.mp4')
    code, text = call()
    assert code == 0 and sorted(read) == ['1.mp4', '2.mp4']
    assert '2 of 2 videos are not in the index' in text and 'only drawn' not in text
    code, text = call('brows raised | jaw dropped', '--count', '1')
    assert code == 0 and len(read) == 2
    assert 'only drawn faces' in text and 'brows raised' in text
    tiny_video('2.mp4', frames=9)
    call('brows raised')
    assert read[2:] == ['2.mp4']


def test_files_and_links_come_with_it(call, tiny_video, tmp_path):
    tiny_video('my #1.mp4')
    out = tmp_path / 'found'
    code, text = call('brows raised', '--not', 'lips closed', '--out', str(out))
    assert code == 0 and 'wrote' in text
    [row] = csv.DictReader((out / 'moments.csv').open(encoding='utf-8'))
    line = json.loads((out / 'moments.jsonl').read_text())
    assert row['video'] == line['video'] == str(tmp_path / 'my #1.mp4')
    assert float(row['time']) == line['time'] and row['query'] == 'brows raised'
    assert 'drawn' in row['note']
    page = (out / 'moments.html').read_text(encoding='utf-8')
    assert 'href="../my%20%231.mp4#t=' in page and 'data:image/jpeg' in page
    assert 'src="http' not in page and 'Do not use it for' in page


def test_the_page_of_the_same_face_is_linked(call, tiny_video, inferencer, tmp_path):
    path = tiny_video()
    [result] = inferencer.iterate(path)
    folder = tmp_path / 'results' / 'tiny'
    folder.mkdir(parents=True)
    (folder / 'track1.html').touch()
    asked = 'brows raised', '--out', str(tmp_path / 'o')
    asked += '--results', str(tmp_path / 'results')
    page = tmp_path / 'o' / 'moments.html'
    for source, linked in ((str(path), True), ('other/tiny.mp4', False)):
        result['source']['path'] = source
        (folder / 'result.json').write_text(json.dumps(result))
        call(*asked)
        assert ('results/tiny/track1.html' in page.read_text('utf-8')) == linked


def test_a_video_that_cannot_be_read_is_a_line(call, tiny_video, tmp_path):
    tiny_video()
    (tmp_path / 'empty.mp4').touch()
    code, text = call('brows raised')
    assert code == 3 and 'empty.mp4: the file is empty' in text
    assert 'tiny.mp4' in text.split('brows raised')[1]


def test_a_video_that_is_cut_off_is_searched_as_far_as_it_goes(call, tmp_path):
    noise = np.random.default_rng(0).integers(0, 256, (20, 48, 64, 3), dtype=np.uint8)
    path = tmp_path / 'cut.mkv'
    write_video(path, noise, 10, codec='ffv1', pixels='bgr0')
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    code, text = call('brows raised')
    assert code == 4 and 'not complete: ' in text and 'cut off' in text
    assert 'cut.mkv' in text.split('brows raised')[1]


def test_a_damaged_index_is_a_line_and_is_read_again(call, tiny_video, read, tmp_path):
    tiny_video()
    call()
    [file] = tmp_path.glob('.tgdfer_index/*/*.features.npy')
    file.write_bytes(file.read_bytes()[:-5])
    code, text = call('brows raised')
    assert code == 0 and 'is read again' in text and len(read) == 2
    shape = np.load(file).shape
    np.save(file, np.full(shape, np.nan, np.float16))
    code, text = call('brows raised')
    assert code == 0 and 'are damaged' in text and len(read) == 3
    assert np.isfinite(np.load(file)).all()


def test_what_another_process_reads_meanwhile_is_not_read_twice(
    tiny_video, inferencer, read, tmp_path
):
    path = tiny_video()
    one, other = (VideoLibrary(tmp_path, inferencer) for _ in range(2))
    assert [v.name for v in one.look().missing + other.look().missing] == [
        path.name
    ] * 2
    first, second = one.read(path), other.read(path)
    assert read == ['tiny.mp4']
    np.testing.assert_array_equal(first.features, second.features)


def test_only_what_was_read_before_is_searched_if_asked(call, tiny_video, read):
    tiny_video('1.mp4')
    call()
    tiny_video('2.mp4')
    code, text = call('brows raised', '--no-read')
    assert code == 0 and '1 of 2 videos are not read' in text and read == ['1.mp4']


def test_wrong_words_are_known_before_a_video_is_read(call, tiny_video, read):
    tiny_video()
    code, text = call('a zeppelin')
    assert code == 2 and 'zeppelin' in text and read == []


def test_a_folder_without_videos_is_3(call):
    code, text = call('brows raised')
    assert code == 3 and 'there is no video in it' in text


def test_ctrl_c_keeps_what_was_read(call, tiny_video, monkeypatch, read):
    tiny_video('1.mp4'), tiny_video('2.mp4')
    plain = VideoLibrary.read

    def stop(self, path, progress, wait):
        if path.endswith('2.mp4'):
            raise KeyboardInterrupt
        return plain(self, path, progress, wait)

    monkeypatch.setattr(VideoLibrary, 'read', stop)
    code, text = call('brows raised')
    assert code == 130 and 'is kept' in text
    monkeypatch.setattr(VideoLibrary, 'read', plain)
    assert call()[0] == 0 and read == ['1.mp4', '2.mp4']


def test_a_video_that_another_process_reads_comes_last(
    call, tiny_video, monkeypatch, read
):
    tiny_video('1.mp4'), tiny_video('2.mp4')
    plain = VideoLibrary.read

    def busy(self, path, progress, wait):
        if path.endswith('1.mp4') and not wait:
            raise BusyError('another process reads it')
        return plain(self, path, progress, wait)

    monkeypatch.setattr(VideoLibrary, 'read', busy)
    assert call()[0] == 0 and read == ['2.mp4', '1.mp4']


def test_pictures_may_lie_next_to_videos(call, tiny_video, tmp_path):
    tiny_video()
    (tmp_path / 'a.jpg').touch()
    code, text = call()
    assert code == 0 and '1 of 1 videos' in text


def test_one_video_can_be_searched(inferencer, tiny_video):
    library = VideoLibrary(tiny_video('one.mp4'), inferencer)
    [video] = library.look().missing
    assert len(library.read(video.path).features) > 0


def test_a_model_without_texts_is_refused(inferencer, monkeypatch, tmp_path):
    monkeypatch.delattr(inferencer.runtime.model, 'text_encoder')
    with pytest.raises(command.VideoError, match='cannot be searched by words'):
        VideoLibrary(tmp_path, inferencer)
