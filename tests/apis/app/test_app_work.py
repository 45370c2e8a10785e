import io
import json
import os
import signal
import socket
from pathlib import Path
from types import SimpleNamespace

import cv2
import numpy as np
import pytest

from tgdfer_cli.main import main, parse
from tgdfer_mm.apis.app import command, server, work
from tgdfer_mm.apis.app import serving as serving_module
from tgdfer_mm.apis.app.failures import explain
from tgdfer_mm.apis.app.jobs import Cancelled, Job, JobQueue
from tgdfer_mm.apis.app.scratch import ScratchFolder
from tgdfer_mm.apis.app.uploads import (
    Limits,
    add_sound_apart,
    check_upload,
    open_upload,
)
from tgdfer_mm.apis.app.work import analyse
from tgdfer_mm.apis.own_words import WordsError
from tgdfer_mm.apis.result_table import print_result
from tgdfer_mm.terminal import Terminal
from tgdfer_mm.video.errors import InputError


class Inferencer:
    """Says what a test wants it to, after telling of ten frames."""

    def __init__(self, result, seconds=1.0):
        self.result, self.seconds = result, seconds

    def iterate(self, inputs, progress):
        info = SimpleNamespace(duration=0.0, frames=0)
        with progress(SimpleNamespace(info=info, total=10)) as advance:
            for i in range(10):
                info.frames, info.duration = i + 1, self.seconds * (i + 1) / 10
                advance()
        path = self.result['source']['path'] = inputs[0].info.path
        self.result['warnings'] = [f'{path}: a part is damaged', 'model is a demo']
        return [self.result]


@pytest.fixture
def job(tmp_path, clip):
    job = Job('key', 'my film.mp4', tmp_path / 'key')
    job.folder.mkdir()
    job.upload.write_bytes(clip)
    return job


def test_the_words_of_the_user_are_asked_and_what_is_wrong_with_them_is_said(job):
    class Asked:
        def with_texts(self, texts, rest):
            raise WordsError(f'texts: no embedding of {list(texts)}, rest {rest}')

    job.texts, job.rest = dict(smile=['smile'], b=['b']), 'b'
    with pytest.raises(WordsError) as caught:
        analyse(job, lambda name: Asked(), Limits())
    said = explain(caught.value, job)
    assert said == "texts: no embedding of ['smile', 'b'], rest b"


@pytest.fixture
def result():
    scores = np.full((10, 2), 0.5).tolist()
    track = dict(
        id=1,
        start=0.0,
        end=0.9,
        label='sad',
        score=0.5,
        probabilities=[0.5, 0.5],
        frames=dict(
            index=list(range(10)),
            time=[i / 10 for i in range(10)],
            box=[[4.0, 4.0, 20.0, 20.0]] * 10,
            interpolated=[False] * 10,
            scores=scores,
            relevance=[0.5] * 9 + [5.5],
        ),
        windows=[],
        intervals=[dict(start=0.2, end=0.8, emotion='happy', score=0.75)],
    )
    source = dict(
        path='', width=32, height=32, fps=10.0, frames=10, duration=1.0, has_audio=False
    )
    model = dict(
        name='demo',
        config='c',
        checkpoint='w',
        sha256='0' * 64,
        classes=['happy', 'sad'],
        note='is a demo',
    )
    return dict(
        schema='tgdfer_mm.result/1',
        version='0',
        complete=True,
        warnings=[],
        source=source,
        model=model,
        detector={},
        settings={},
        tracks=[track],
    )


def test_a_job_says_who_what_when_and_by_which_frames(job, result):
    analyse(job, lambda name: Inferencer(result), Limits())
    [track] = job.summary['tracks']
    assert track['headline'] == 'happy'
    assert [i['start'] for i in track['intervals']] == ['0:00.2']
    assert track['frames'] == [dict(time=0.9, text='0:00.9 (5.5×)', movements='')]
    named = {track['picture'], track['narrow'], track['report'], job.summary['video']}
    assert named <= job.files.keys() and all(f.is_file() for f in job.files.values())


def test_numbers_and_colours_are_those_of_the_table_and_of_the_saved_page(job, result):
    # Numbers half way between two, which languages round differently.
    [track] = result['tracks']
    track['intervals'][0].update(score=0.125)
    track['frames']['relevance'][-1] = 6.25
    analyse(job, lambda name: Inferencer(result), Limits())
    [shown] = job.summary['tracks']
    [row], [frame] = shown['intervals'], shown['frames']
    report = job.files['track1.html'].read_text()
    swatch = f'<span class="swatch" style="background:{row["color"]}"></span>'
    cells = f'<td>{row["start"]}</td><td>{row["end"]}</td><td>{swatch}{row["emotion"]}'
    assert f'{cells}</td><td class="number">{row["score"]}</td>' in report
    assert job.summary['caption'] in report and shown['lead'] in report
    assert frame['text'] == '0:00.9 (6.2×)' and '6.2 times an equal share' in report
    file = io.StringIO()
    print_result(json.loads(job.files['result.json'].read_text()), Terminal(file=file))
    interval = f'{row["start"]}-{row["end"]} {row["emotion"]} {row["score"]}'
    assert interval in file.getvalue() and row['score'] == '0.12'


def test_the_page_says_what_the_saved_page_says_and_counts_nothing_itself(job, result):
    result['complete'], result['model']['note'] = False, 'The demo is weak.'
    analyse(job, lambda name: Inferencer(result), Limits())
    report = job.files['track1.html'].read_text()
    for line in [job.summary['note'], *job.summary['notes']]:
        assert f'<p>{line}</p>' in report
    assert report.count('<p>Not all of the video was read.</p>') == 1
    script = (Path(server.__file__).parent / 'page' / 'page.js').read_text()
    assert 'toFixed' not in script and 'toPrecision' not in script


def test_a_sound_that_is_lost_is_said_once(job, result, monkeypatch):
    said = 'The sound of the video is left out: it broke'
    monkeypatch.setattr(work, 'add_sound_apart', lambda *paths, **limits: said)

    def write(result, video, out, *args, add_sound, **options):
        assert add_sound(out, out, out) == said
        return []

    monkeypatch.setattr(work, 'write_all', write)
    analyse(job, lambda name: Inferencer(result), Limits())
    assert job.summary['notes'].count(said) == 1


def test_the_place_of_the_upload_is_told_nowhere(job, result):
    analyse(job, lambda name: Inferencer(result), Limits())
    assert job.summary['notes'][0] == 'my film.mp4: a part is damaged'
    written = json.loads(job.files['result.json'].read_text())
    assert written['source']['path'] == 'my film.mp4'
    for name in ('result.json', 'frames.csv', 'track1.html'):
        assert str(job.folder) not in job.files[name].read_text()


def test_a_file_that_states_less_than_it_holds_is_too_long_all_the_same(job, result):
    with pytest.raises(InputError, match='longer than 5 seconds'):
        analyse(job, lambda name: Inferencer(result, seconds=60), Limits(seconds=5))


def test_a_video_of_very_many_frames_is_refused_while_it_is_read(job, result):
    with pytest.raises(InputError, match='more than 9 frames'):
        analyse(job, lambda name: Inferencer(result), Limits(seconds=5, rate=1.8))


def test_a_job_that_takes_too_long_ends(job, result):
    with pytest.raises(InputError, match='stopped after 0 minutes'):
        analyse(job, lambda name: Inferencer(result), Limits(work=0.0))


@pytest.mark.parametrize('kind', ['.png', '.jpg'])
@pytest.mark.parametrize('side', [48, 1500])
def test_a_single_picture_is_taken(kind, side, job):
    noise = np.random.default_rng(0).integers(0, 256, (side, side, 3), np.uint8)
    job.upload.write_bytes(cv2.imencode(kind, noise)[1].tobytes())
    check_upload(job, Limits())


@pytest.mark.parametrize(
    ('limits', 'said'),
    [
        (Limits(seconds=0.5, rate=10), 'more than 5 frames'),
        (Limits(pixels=1000), '32 x 32 pixels'),
    ],
)
def test_an_upload_is_refused_by_what_it_states(job, limits, said):
    with pytest.raises(InputError, match=said):
        check_upload(job, limits)


@pytest.mark.parametrize('kind', ['.png', '.jpg'])
def test_a_picture_is_refused_by_what_it_states(kind, job):
    black = np.zeros((300, 500, 3), np.uint8)
    job.upload.write_bytes(cv2.imencode(kind, black)[1].tobytes())
    with pytest.raises(InputError, match='500 x 300 pixels, more than'):
        check_upload(job, Limits(pixels=149_999))


def test_a_decoder_that_is_killed_is_a_failed_job(job, result, tmp_path, wait_until):
    def work(each):
        with open_upload(each, Limits()) as source:
            os.kill(source.pid, signal.SIGKILL)
            list(source)

    def make_folder(name):
        (tmp_path / name).mkdir()
        return tmp_path / name

    queue = JobQueue(work, make_folder, keep=10)
    for _ in range(2):  # the next one gets its turn
        mine = queue.begin('my film.mp4')
        mine.upload.write_bytes(job.upload.read_bytes())
        queue.submit(mine)
        wait_until(lambda mine=mine: mine.state == 'failed')
        assert mine.error.startswith('my film.mp4: the process that reads it broke')
    queue.close()


def test_sound_is_added_apart(tmp_path, clip):
    pictures, source, out = (tmp_path / name for name in ('a.mp4', 'b.mp4', 'c.mp4'))
    for path in (pictures, source):
        path.write_bytes(clip)
    said = add_sound_apart(pictures, source, out, Limits(), lambda: None)
    assert said.startswith('the sound of the video is left out: ')
    assert out.read_bytes() == clip and not pictures.exists()


def test_if_the_sound_breaks_its_process_the_pictures_are_kept(tmp_path, clip):
    pictures, out = tmp_path / 'a.mp4', tmp_path / 'c.mp4'
    pictures.write_bytes(clip)

    def heed():
        raise InputError('it broke down')

    said = add_sound_apart(pictures, pictures, out, Limits(), heed)
    assert said.startswith('the sound of the video is left out: ')
    assert out.read_bytes() == clip


def test_a_cancelled_job_ends_at_the_next_frame(job, result):
    job.cancelled.set()
    with pytest.raises(Cancelled):
        analyse(job, lambda name: Inferencer(result), Limits())


def test_results_are_removed_when_they_get_old(tmp_path, wait_until):
    def work(job):
        job.files = {'a': job.upload}

    queue = JobQueue(work, ScratchFolder(tmp_path).make, keep=0.0)
    job = queue.begin('a')
    job.upload.write_text('a face')
    queue.submit(job)
    wait_until(lambda: job.state == 'done')
    assert not job.upload.exists() and job.folder.exists()
    queue.expire()
    assert queue.get(job.id) is None and not job.folder.exists()
    queue.close()


@pytest.mark.parametrize(
    'option', ['--max-mb', '--max-seconds', '--upload-minutes', '--keep-minutes']
)
@pytest.mark.parametrize('value', ['0', '-1', 'nan', 'inf', '1e300', 'many'])
def test_limits_have_to_be_positive(option, value, capsys):
    with pytest.raises(SystemExit) as end:
        main(['app', f'{option}={value}'])
    assert end.value.code == 2
    said = capsys.readouterr().err
    assert f"argument {option}: '{value}' is not a number above 0" in said


@pytest.mark.parametrize(
    ('host', 'shown'),
    [('127.0.0.1', 'localhost'), ('::1', 'localhost'), ('::', '[::]')],
)
def test_a_port_of_0_is_one_that_is_free_and_the_address_can_be_opened(
    host, shown, monkeypatch, capsys, tmp_path
):
    if ':' in host and not socket.has_ipv6:
        pytest.skip('needs IPv6')
    told = []
    monkeypatch.setattr(serving_module, 'serve', lambda *args: told.append(args[1:]))
    about, settings = dict(name='demo', note=None), SimpleNamespace(max_pixels=9)
    model = SimpleNamespace(about=about, settings=settings)
    monkeypatch.setattr(command, '_inferencer', lambda *args: model)
    words = ['app', '--host', host, '--port', '0', '--temp', str(tmp_path)]
    assert main(words) == 0
    [(where, port)] = told
    assert where == host and 0 < port < 65536
    assert f'Open http://{shown}:{port} - ' in capsys.readouterr().out


def test_a_port_that_is_taken_is_named_before_a_model_is_loaded(capsys):
    with socket.socket() as other:
        other.bind(('127.0.0.1', 0))
        other.listen()
        port = str(other.getsockname()[1])
        assert main(['app', '--port', port]) == 2
    said = capsys.readouterr().err
    assert port in said and '--port' in said


def test_by_default_only_this_machine_reaches_the_page():
    assert parse('app', []).host == '127.0.0.1'


@pytest.mark.parametrize(
    'args', [['--port', '65536'], ['--port=-1'], ['--host', 'a' * 70 + '.de']]
)
def test_an_address_that_is_none_is_refused(args, capsys):
    assert main(['app', *args]) == 2
    assert capsys.readouterr().err.startswith('error: ')


@pytest.mark.parametrize(
    ('args', 'message'),
    [
        (['--device', 'cuda:9'], "device='cuda:9' is not there"),
        (['--device', 'gpu'], "device='gpu' is not there"),
        (['--faces', 'yunet'], 'needs a model file'),
        (['--faces-model', 'x'], 'dlib has no such setting'),
        (['--settings', 'crop.margin=nan'], 'video.crop.margin='),
        (['--settings', 'crop=3', 'crop.margin=1'], '--settings'),
        (['--model', 'tgdfer_demo', '--checkpoint', '{bad}'], 'bad.pth'),
    ],
)
def test_a_model_that_cannot_be_used_is_2_and_one_sentence(
    args, message, tmp_path, capsys
):
    bad = tmp_path / 'bad.pth'
    bad.write_bytes(b'PK\x03\x04 no checkpoint')
    args = [a.format(bad=bad) for a in args]
    assert main(['app', *args, '--port', '0']) == 2
    said = capsys.readouterr().err
    assert message in ' '.join(said.split()) and 'Traceback' not in said
    assert '--allow-pickle' not in said
