"""Messages about a failed job, in the browser and in the terminal."""

import errno
import os
import re
import shutil

import pytest

from tgdfer_mm.apis.app.failures import explain
from tgdfer_mm.apis.app.jobs import Job
from tgdfer_mm.apis.app.scratch import ScratchFolder
from tgdfer_mm.apis.writing import naming_what_fails
from tgdfer_mm.video.errors import InputError, NoNumberError, OutputError, UsageError
from tgdfer_mm.video.faces.dlib_hog import DlibFrontal

NAME = 'Alice Example at home.mp4'


@pytest.fixture
def job(tmp_path):
    job = Job('key', NAME, tmp_path / 'key')
    job.folder.mkdir()
    job.upload.write_text('a video')
    return job


def full(path):
    raise OSError(errno.ENOSPC, 'No space left on device', str(path))


def not_written(job, number):
    with naming_what_fails(job.folder / 'results' / 'result.json'):
        raise OSError(number, 'some reason', str(job.folder / 'results'))


def within(job):
    try:
        full(job.folder)
    except OSError as err:
        raise RuntimeError(f'drawing {job.folder} failed') from err


def fails(error):
    def work(job):
        raise error(job)

    return work


@pytest.mark.parametrize(
    ('work', 'said'),
    [
        (lambda job: not_written(job, errno.ENOSPC), 'disk has no room'),
        (lambda job: not_written(job, errno.EDQUOT), 'disk has no room'),
        (lambda job: full(job.folder), 'disk has no room'),
        (within, 'disk has no room'),
        (lambda job: not_written(job, errno.EIO), 'could not be read or written'),
        (fails(lambda job: MemoryError()), 'out of memory'),
        (fails(lambda job: RuntimeError('CUDA out of memory.')), 'out of memory'),
        (
            fails(lambda job: RuntimeError("can't allocate memory: you tried")),
            'out of memory',
        ),
        (fails(lambda job: InputError(f'{job.upload}: is cut off')), f'{NAME}: is cut'),
        (
            fails(lambda job: NoNumberError(f'{job.upload}: it gives NaN')),
            f'{NAME}: it gives NaN',
        ),
        (
            fails(lambda job: UsageError('/home/me/m.pth: use --settings x')),
            'detector that cannot be used',
        ),
        (fails(lambda job: ImportError('no /home/me')), r'the program \(ImportError\)'),
        (
            fails(lambda job: ZeroDivisionError(NAME)),
            r'the program \(ZeroDivisionError\)',
        ),
    ],
)
def test_the_browser_gets_a_sentence_and_the_terminal_the_reason_once(
    job, work, said, caplog
):
    with pytest.raises(Exception, match='') as caught:
        work(job)
    sentence = explain(caught.value, job)
    assert re.search(said, sentence)
    for secret in (str(job.folder), '/home/me', '--'):
        assert secret not in sentence
    logged = [record.getMessage() for record in caplog.records]
    assert len(logged) == (0 if NAME in sentence else 1)
    assert NAME not in ''.join(logged)


def test_on_a_full_disk_the_terminal_names_the_option_of_the_page(job, caplog):
    with pytest.raises(OutputError) as caught:
        not_written(job, errno.ENOSPC)
    explain(caught.value, job)
    [said] = [record.getMessage() for record in caplog.records]
    assert 'some reason' in said and '--temp' in said and '--out' not in said


def test_advice_for_the_command_line_is_not_for_the_browser(job):
    advice = DlibFrontal.advice
    said = job.plain(f'{job.upload}: no face. {advice}')
    assert said.startswith(f'{NAME}: no face. It finds upright faces')
    assert '--' not in said and 'faces=dict' not in said and '(' not in said
    assert job.plain('3 faces (--faces yunet does)') == '3 faces'
    assert job.plain('over 9 pixels (video.max_pixels). Stop') == 'over 9 pixels. Stop'
    assert job.plain('stays (as it is)') == 'stays (as it is)'


def test_a_crash_is_named_and_its_trace_is_in_the_terminal_once(
    serving, clip, caplog, wait_until
):
    def work(job):
        raise ZeroDivisionError(f'in {job.name}')

    server = serving(work)
    key = server.upload(clip, 'Alice.mp4')[1]['id']
    assert '(ZeroDivisionError)' in server.wait(key, 'failed')['error']
    [record] = caplog.records
    assert record.getMessage().count('Traceback') == 1
    assert 'Alice' not in record.getMessage()


def test_a_temporary_folder_that_vanished_is_made_anew(serving, clip):
    server = serving(lambda job: setattr(job, 'summary', {}))
    shutil.rmtree(server.folder)
    status, answer = server.upload(clip)
    assert status == 202
    server.wait(answer['id'], 'done')
    assert server.scratch.path.stat().st_mode & 0o777 == 0o700


def test_without_the_folder_around_it_there_is_a_sentence(serving, clip, tmp_path):
    server = serving(lambda job: None)
    shutil.rmtree(tmp_path)
    status, answer = server.upload(clip)
    assert status == 507 and 'could not be read or written' in answer['error']
    assert str(tmp_path) not in answer['error']
    tmp_path.mkdir()
    assert server.upload(clip)[0] == 202


def test_a_folder_that_vanishes_during_a_job_ends_it_and_no_other(serving, clip):
    def work(job):
        if job.name == 'first':
            shutil.rmtree(server.folder)
        (job.folder / 'results').mkdir()

    server = serving(work)
    key = server.upload(clip, 'first')[1]['id']
    assert 'removed from the disk' in server.wait(key, 'failed')['error']
    server.wait(server.upload(clip, 'second')[1]['id'], 'done')


def test_an_upload_whose_file_vanishes_gets_a_sentence(serving, clip, wait_until):
    server = serving(lambda job: None)

    def body():
        yield clip[:100]
        wait_until(lambda: len(server.uploads()) == 2)
        shutil.rmtree(server.folder)
        yield clip[100:]

    status, answer = server.upload(body())
    assert status == 507 and 'removed from the disk' in answer['error']


def test_results_whose_files_are_gone_give_a_sentence(serving, clip):
    def work(job):
        path = job.folder / 'track1.html'
        path.write_text('<p>found</p>')
        job.files, job.summary = {path.name: path}, {}

    server = serving(work)
    key = server.upload(clip)[1]['id']
    server.wait(key, 'done')
    shutil.rmtree(server.folder)
    for path in (f'{key}/track1.html', key):
        answer = server.ask('GET', f'/jobs/{path}')
        assert answer.status == 410 and b'Send the video again' in answer.content
    assert server.ask('GET', f'/jobs/{key}').status == 404


def test_a_lock_that_was_cleaned_away_is_taken_again(tmp_path):
    running = ScratchFolder(tmp_path)
    (running.path / 'lock').unlink()
    running.keep()
    os.utime(running.path, (0, 0))
    ScratchFolder(tmp_path).close()  # removes what is abandoned
    assert running.path.is_dir()
    running.close()
    assert not running.path.exists()


def test_a_folder_with_our_name_that_is_not_ours_is_not_used(tmp_path):
    running = ScratchFolder(tmp_path)
    shutil.rmtree(running.path)
    foreign, place = tmp_path / 'foreign', running.path
    foreign.mkdir()
    place.symlink_to(foreign)
    assert running.make('a').parent != place
    assert list(foreign.iterdir()) == []
    running.close()
